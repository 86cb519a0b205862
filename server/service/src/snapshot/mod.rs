//! The configuration compiled for the way of a message: immutable, in memory, swapped as a whole when it changes.
//!
//! A change tells what it was about (`store::change::Touched`); only that is read again, and a snapshot shares with the
//! one before it whatever has not changed. So a change is in force within a second at a million mailboxes too.

mod appliance;
mod domain;
mod load;
mod mailbox;
mod sending;
mod sharded;

pub use appliance::{Appliance, Standing};
pub use domain::Domain;
pub use sending::{Outbound, Sender};

use crate::Error;
use crate::layers::Base;
use arc_swap::ArcSwap;
use domain::DomainEntry;
use filter::Policy;
use mailbox::MailboxEntry;
use model::view::MailboxState;
use model::{AccountId, DomainId, DomainName, EmailAddress, MailboxId};
use sharded::Sharded;
use std::sync::Arc;
use store::{Store, change};

/// A recipient that has a mailbox.
#[derive(Debug, Clone)]
pub struct Known {
    pub mailbox: MailboxId,
    /// Primary address.
    pub address: EmailAddress,
    /// `Inactive` mail is returned to its sender (guide chapter 8); `Unprotected` is also in the policy.
    pub state: MailboxState,
    pub domain: Arc<Domain>,
    pub policy: Arc<Policy>,
}

/// What an address is to us.
#[derive(Debug, Clone)]
pub enum Lookup {
    Known(Known),
    /// In a protected domain, but no mailbox: `domain.unrecognized` says what to do.
    UnknownMailbox(Arc<Domain>),
    NotOurDomain,
}

/// Everything, as of one state of the database. Cheap to copy.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// Counter of changes that this snapshot shows.
    pub version: i64,
    levels: Arc<Base>,
    domains: Sharded<Box<str>, Arc<DomainEntry>>,
    by_id: Sharded<DomainId, Arc<DomainEntry>>,
    addresses: Sharded<Box<str>, Arc<MailboxEntry>>,
    mailboxes: Sharded<MailboxId, Arc<MailboxEntry>>,
    outbound: Arc<[Outbound]>,
    appliance: Arc<Appliance>,
}

impl Snapshot {
    /// Reads the database's present state.
    pub async fn load(store: &Store) -> Result<Snapshot, Error> {
        load::whole(&mut *store.begin_read().await?).await
    }

    fn put_domain(&mut self, entry: DomainEntry) {
        let entry = Arc::new(entry);
        self.by_id.insert(entry.row.id, entry.clone());
        self.domains.insert(entry.row.name.as_str().into(), entry);
    }

    fn take_domain(&mut self, id: DomainId) {
        let Some(entry) = self.by_id.remove(&id) else { return };
        if self.domains.get(entry.row.name.as_str()).is_some_and(|d| d.row.id == id) {
            self.domains.remove(entry.row.name.as_str());
        }
        let gone: Vec<MailboxId> = self.mailboxes.values().filter(|m| m.domain == id).map(|m| m.id).collect();
        for mailbox in gone {
            self.take_mailbox(mailbox);
        }
    }

    fn put_mailbox(&mut self, entry: MailboxEntry) {
        let entry = Arc::new(entry);
        self.addresses.insert(entry.address.key().into(), entry.clone());
        for alias in &entry.aliases {
            self.addresses.insert(alias.clone(), entry.clone());
        }
        self.mailboxes.insert(entry.id, entry);
    }

    fn take_mailbox(&mut self, id: MailboxId) {
        let Some(entry) = self.mailboxes.remove(&id) else { return };
        let primary = entry.address.key();
        for key in entry.aliases.iter().map(AsRef::as_ref).chain([primary.as_str()]) {
            if self.addresses.get(key).is_some_and(|m| m.id == id) {
                self.addresses.remove(key);
            }
        }
    }

    /// A protected domain by its name in lower case.
    pub fn domain(&self, name: &str) -> Option<Arc<Domain>> {
        Some(self.domains.get(name)?.domain(&self.levels))
    }

    /// The names of the account's domains, in their order.
    pub fn domains_of(&self, account: AccountId) -> Vec<DomainName> {
        let own = self.domains.values().filter(|d| d.row.account == account);
        let mut names: Vec<_> = own.map(|d| d.row.name.clone()).collect();
        names.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        names
    }

    /// Whether mail for the domain is ours to filter.
    pub fn protects(&self, name: &str) -> bool {
        self.domains.get(name).is_some()
    }

    /// The mailbox of an address: itself, else without its tag (`bob+news@` is `bob@`).
    pub fn lookup(&self, address: &EmailAddress) -> Lookup {
        let Some(domain) = self.domains.get(address.domain_str()) else { return Lookup::NotOurDomain };
        let key = address.key();
        let found = self.addresses.get(key.as_str()).or_else(|| {
            let plain = address.without_tag().key();
            if plain == key { None } else { self.addresses.get(plain.as_str()) }
        });
        let Some(m) = found else { return Lookup::UnknownMailbox(domain.domain(&self.levels)) };
        // An alias may be in another domain than its mailbox.
        let home = if m.domain == domain.row.id { Some(domain) } else { self.by_id.get(&m.domain) };
        let Some(home) = home else { return Lookup::UnknownMailbox(domain.domain(&self.levels)) };
        let home = home.domain(&self.levels);
        Lookup::Known(Known {
            mailbox: m.id,
            address: m.address.clone(),
            state: m.state,
            policy: m.policy(&home),
            domain: home,
        })
    }

    /// How mail is received.
    pub fn appliance(&self) -> &Arc<Appliance> {
        &self.appliance
    }

    /// How many addresses have a mailbox.
    pub fn addresses(&self) -> usize {
        self.addresses.len()
    }

    /// All that it holds, a sorted line each, whatever way it was read: to compare two snapshots.
    pub fn lines(&self) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for entry in self.domains.values() {
            let d = entry.domain(&self.levels);
            let keys: Vec<i64> = d.dkim.iter().map(|k| k.key.id).collect();
            let (account, gateways, unrecognized) = (d.account, &d.gateways, d.unrecognized);
            out.push(format!("{} {account:?} {gateways:?} {unrecognized:?} {keys:?} {:?}", d.name, d.policy));
        }
        for m in self.mailboxes.values() {
            let Some(domain) = self.by_id.get(&m.domain) else { continue };
            let (policy, groups) = (m.policy(&domain.domain(&self.levels)), m.own.as_ref().map(|o| &o.groups));
            for key in m.aliases.iter().map(AsRef::as_ref).chain([m.address.key().as_str()]) {
                let of = self.addresses.get(key).map(|m| m.id);
                out.push(format!("{key} {of:?} {:?} {:?} {groups:?} {policy:?}", m.address, m.state));
            }
        }
        out.push(format!("{} addresses, {:?}", self.addresses.len(), self.outbound));
        out.push(format!("appliance {:?}", self.appliance.settings()));
        out.sort();
        out
    }
}

/// The current snapshot. Cheap to clone; readers never wait.
#[derive(Clone)]
pub struct SnapshotStore {
    store: Store,
    current: Arc<ArcSwap<Snapshot>>,
    /// Held while a newer one is read, so that a slow read does not put an older state over a newer one.
    reading: Arc<tokio::sync::Mutex<()>>,
}

impl SnapshotStore {
    pub async fn load(store: Store) -> Result<SnapshotStore, Error> {
        let first = Snapshot::load(&store).await?;
        Ok(SnapshotStore { store, current: Arc::new(ArcSwap::from_pointee(first)), reading: Arc::default() })
    }

    pub fn get(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// Looks at the change counter and reads what has changed where it has moved, by whichever process: true where it
    /// did. On an error the old snapshot stays. The server calls it several times a second.
    pub async fn refresh_if_changed(&self) -> Result<bool, Error> {
        let counter = {
            let mut c = self.store.read().await?;
            change::counter(&mut c).await?
        };
        if counter == self.current.load().version {
            return Ok(false);
        }
        let _reading = self.reading.lock().await;
        let current = self.get();
        if counter <= current.version {
            return Ok(true);
        }
        let mut c = self.store.begin_read().await?;
        let new = match load::newer(&mut c, &current).await? {
            Some(new) => new,
            None => load::whole(&mut c).await?,
        };
        self.current.store(Arc::new(new));
        Ok(true)
    }
}
