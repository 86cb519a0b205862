//! The configuration compiled for the way of a message: immutable, in memory, swapped as a whole when it changes.

use crate::{Error, layers};
use arc_swap::ArcSwap;
use filter::{Policy, SenderLists};
use model::view::{MailboxState, Unrecognized};
use model::{AccountId, Cidr, Direction, DomainId, DomainName, EmailAddress, HostPort, MailboxId, Values};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use store::senders::{self, Lists};
use store::{Store, change};

/// A protected domain.
#[derive(Debug)]
pub struct Domain {
    pub id: DomainId,
    pub account: AccountId,
    pub name: DomainName,
    pub gateways: Vec<HostPort>,
    pub unrecognized: Unrecognized,
    /// For recipients without a mailbox, and for mailboxes that set nothing themselves.
    pub policy: Arc<Policy>,
}

impl Domain {
    pub fn values(&self) -> &Values {
        &self.policy.values
    }
}

#[derive(Debug)]
struct Mailbox {
    id: MailboxId,
    address: EmailAddress,
    state: MailboxState,
    domain: Arc<Domain>,
    policy: Arc<Policy>,
}

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

/// A network that may send through us.
#[derive(Debug)]
pub struct Outbound {
    pub account: AccountId,
    pub range: Cidr,
    pub nickname: String,
    pub values: Values,
}

/// Everything, as of one state of the database.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// Counter of changes that this snapshot shows.
    pub version: i64,
    domains: HashMap<Box<str>, Arc<Domain>>,
    addresses: HashMap<Box<str>, Arc<Mailbox>>,
    outbound: Vec<Outbound>,
}

impl Snapshot {
    /// Reads and compiles the database's present state.
    pub async fn load(store: &Store) -> Result<Snapshot, Error> {
        let mut c = store.begin_read().await?;
        let version = change::counter(&mut c).await?;
        let system = change::settings(&mut c).await?;
        let mut lists = senders::all(&mut c).await?;
        let mut compiled =
            |owner| lists.remove(&owner).map(|l: Lists| Arc::new(SenderLists::compile(&l.friends, &l.enemies)));
        let mut snapshot = Snapshot { version, ..Snapshot::default() };

        let mut by_id = HashMap::new();
        for d in store::domain::all(&mut c, None).await? {
            let layered = layers::domain(&system, &d.settings);
            let mut policy = Policy::new(layered.resolve(Direction::Inbound), d.name.clone());
            policy.profile = (!d.settings.is_empty()).then(|| d.name.to_string());
            policy.domain_senders = compiled(senders::Owner::Domain(d.id)).unwrap_or_default();
            let domain = Arc::new(Domain {
                id: d.id,
                account: d.account,
                name: d.name.clone(),
                gateways: d.gateways,
                unrecognized: d.unrecognized,
                policy: Arc::new(policy),
            });
            snapshot.domains.insert(d.name.as_str().into(), domain.clone());
            by_id.insert(d.id, (domain, layered));
        }

        let mut unprotected: HashMap<DomainId, Arc<Policy>> = HashMap::new();
        let mut by_mailbox = HashMap::new();
        for m in store::mailbox::all(&mut c, None).await? {
            let Some((domain, below)) = by_id.get(&m.domain) else { continue };
            let own_senders = compiled(senders::Owner::Mailbox(m.id));
            let own_settings = !m.settings.is_empty();
            let is_unprotected = m.state == MailboxState::Unprotected;
            let policy = if own_settings || own_senders.is_some() {
                let values =
                    if own_settings { layers::mailbox(below, &m.settings) } else { domain.policy.values.clone() };
                let mut policy = Policy::new(values, domain.name.clone());
                policy.profile = Some(m.address.to_string());
                policy.domain_senders = domain.policy.domain_senders.clone();
                policy.mailbox_senders = own_senders;
                policy.unprotected = is_unprotected;
                Arc::new(policy)
            } else if is_unprotected {
                unprotected
                    .entry(m.domain)
                    .or_insert_with(|| Arc::new(Policy { unprotected: true, ..Policy::clone(&domain.policy) }))
                    .clone()
            } else {
                domain.policy.clone()
            };
            let mailbox =
                Arc::new(Mailbox { id: m.id, address: m.address, state: m.state, domain: domain.clone(), policy });
            snapshot.addresses.insert(mailbox.address.key().into(), mailbox.clone());
            by_mailbox.insert(m.id, mailbox);
        }
        for (id, aliases) in store::mailbox::all_aliases(&mut c, None).await? {
            let Some(mailbox) = by_mailbox.get(&id) else { continue };
            for alias in aliases {
                snapshot.addresses.insert(alias.key().into(), mailbox.clone());
            }
        }

        for o in store::outbound::all(&mut c, None).await? {
            let values = layers::outbound(&system, &o.settings);
            snapshot.outbound.push(Outbound { account: o.account, range: o.range, nickname: o.nickname, values });
        }
        // The narrowest network that holds an address speaks for it.
        snapshot.outbound.sort_by_key(|o| std::cmp::Reverse(o.range.prefix()));
        Ok(snapshot)
    }

    pub fn domain(&self, name: &str) -> Option<&Arc<Domain>> {
        self.domains.get(name)
    }

    pub fn domains(&self) -> impl Iterator<Item = &Arc<Domain>> {
        self.domains.values()
    }

    /// The mailbox of an address: itself, else without its tag (`bob+news@` is `bob@`).
    pub fn lookup(&self, address: &EmailAddress) -> Lookup {
        let Some(domain) = self.domains.get(address.domain_str()) else { return Lookup::NotOurDomain };
        let key = address.key();
        let found = self.addresses.get(key.as_str()).or_else(|| {
            let plain = address.without_tag().key();
            if plain == key { None } else { self.addresses.get(plain.as_str()) }
        });
        match found {
            Some(m) => Lookup::Known(Known {
                mailbox: m.id,
                address: m.address.clone(),
                state: m.state,
                domain: m.domain.clone(),
                policy: m.policy.clone(),
            }),
            None => Lookup::UnknownMailbox(domain.clone()),
        }
    }

    /// Who may send through us from this address.
    pub fn outbound(&self, ip: IpAddr) -> Option<&Outbound> {
        self.outbound.iter().find(|o| o.range.contains(ip))
    }

    pub fn mailboxes(&self) -> usize {
        self.addresses.len()
    }
}

/// The current snapshot. Cheap to clone; readers never wait.
#[derive(Clone)]
pub struct SnapshotStore {
    store: Store,
    current: Arc<ArcSwap<Snapshot>>,
}

impl SnapshotStore {
    pub async fn load(store: Store) -> Result<SnapshotStore, Error> {
        let first = Snapshot::load(&store).await?;
        Ok(SnapshotStore { store, current: Arc::new(ArcSwap::from_pointee(first)) })
    }

    pub fn get(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// Looks at the change counter and reloads where it has moved, by whichever process: true where it did. On an
    /// error the old snapshot stays. The server calls it several times a second.
    pub async fn refresh_if_changed(&self) -> Result<bool, Error> {
        let counter = {
            let mut c = self.store.read().await?;
            change::counter(&mut c).await?
        };
        if counter == self.current.load().version {
            return Ok(false);
        }
        self.current.store(Arc::new(Snapshot::load(&self.store).await?));
        Ok(true)
    }
}
