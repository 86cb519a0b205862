//! Applying one part of the document in one transaction.

use super::{
    AccountDoc, AdministratorDoc, BrandDoc, Change, ChangeKind, Document, DomainDoc, Hashes, Login, MailboxDoc,
    OutboundDoc, diff, invalid,
};
use crate::accounts::begin_as_default;
use crate::aliases;
use crate::mailbox_change::details_changed;
use crate::mailboxes::address_in;
use crate::password::Policy;
use crate::{Error, Service, layers};
use model::settings::Off;
use model::{AccountId, Actor, DomainId, EmailAddress, HostPort, MailboxId, SenderEntry, Settings};
use std::collections::HashSet;
use std::hash::Hash;
use store::administrator::{self, Administrator};
use store::defaults::Level as Defaults;
use store::definition::Place;
use store::domain::Domain;
use store::mailbox::{self, Mailbox};
use store::outbound::{self, OutboundIp};
use store::senders::{self, Kind, Lists, Owner};
use store::session::{self, Who};

pub(crate) struct Writer<'a> {
    pub(super) service: &'a Service,
    actor: &'a Actor,
    hashes: &'a Hashes,
    pub(super) tx: store::Tx,
    account: Option<AccountId>,
    /// Features that the account will be without.
    pub(super) off: Off,
    pub(super) changes: Vec<Change>,
}

/// The list without what stands in it twice; the first stays.
fn unique<T: Clone, K: Eq + Hash>(list: &[T], key: impl Fn(&T) -> K) -> Vec<T> {
    let mut seen = HashSet::with_capacity(list.len());
    list.iter().filter(|item| seen.insert(key(item))).cloned().collect()
}

/// Mailboxes that are added together.
const TOGETHER: usize = 200;

/// Whether nothing but name, state and aliases is asked of the mailbox.
fn is_plain(m: &MailboxDoc) -> bool {
    *m == MailboxDoc { name: m.name.clone(), aliases: m.aliases.clone(), state: m.state, ..MailboxDoc::default() }
}

/// A new password suits what holds for its person now; the document may have changed that too.
fn suits(what: &str, policy: &Policy, password: &str) -> Result<(), Error> {
    match policy.problem(password) {
        Some(problem) => Err(invalid(format!("{what}: password: {problem}"))),
        None => Ok(()),
    }
}

impl<'a> Writer<'a> {
    pub(crate) async fn begin(service: &'a Service, actor: &'a Actor, hashes: &'a Hashes) -> Result<Writer<'a>, Error> {
        let tx = service.inner.store.begin().await?;
        Ok(Writer { service, actor, hashes, tx, account: None, off: Off::default(), changes: Vec::new() })
    }

    /// Commits, or rolls back a dry run; what changed.
    pub(crate) async fn end(mut self, dry_run: bool) -> Result<Vec<Change>, Error> {
        if dry_run || self.changes.is_empty() {
            self.tx.rollback().await?;
            return Ok(self.changes);
        }
        let noted: Vec<(&str, String)> = self.changes.iter().map(|c| (c.line.as_str(), c.to_string())).collect();
        self.service.note_many(&mut self.tx, self.actor, "apply", &noted, self.account).await?;
        store::change::bump(&mut self.tx).await?;
        self.tx.commit().await?;
        Ok(self.changes)
    }

    pub(super) fn add(&mut self, line: String) {
        self.changes.push(Change { what: ChangeKind::Add, line });
    }
    pub(super) fn change(&mut self, line: String) {
        self.changes.push(Change { what: ChangeKind::Change, line });
    }

    /// What belongs to no account.
    pub(crate) async fn system(&mut self, document: &Document) -> Result<(), Error> {
        self.verifiers(None, &document.verifiers).await?;
        self.definitions(None, &document.notifications).await?;
        self.named("system", None, document.settings.as_ref()).await?;
        if let Some(wanted) = &document.appliance {
            let before = store::change::appliance(&mut self.tx).await?;
            let after = self.settings("appliance", &before, Some(wanted))?;
            if after != before {
                store::change::set_appliance(&mut self.tx, &after).await?;
            }
        }
        if let Some(wanted) = &document.settings {
            let before = store::change::settings(&mut self.tx).await?;
            let after = self.settings("system", &before, Some(wanted))?;
            if after != before {
                store::change::set_settings(&mut self.tx, &after).await?;
            }
        }
        self.defaults(
            "system",
            None,
            [
                (Defaults::Domain, &document.default_inbound),
                (Defaults::Outbound, &document.default_outbound),
                (Defaults::Relay, &document.default_relay),
            ],
        )
        .await?;
        for b in &document.brands {
            self.brand(b).await?;
        }
        for a in &document.administrators {
            self.administrator(a).await?;
        }
        Ok(())
    }

    /// `brands`: those that the document makes, which a dry run has not.
    pub(crate) async fn account(&mut self, doc: &AccountDoc, brands: &[BrandDoc]) -> Result<(), Error> {
        let name = doc.name.trim();
        let id = match store::account::by_name(&mut self.tx, name).await? {
            Some(id) => id,
            None => {
                self.add(format!("account {name}"));
                let id = store::account::insert(&mut self.tx, name, self.service.now()).await?;
                if let Some(model) = begin_as_default(&mut self.tx, id).await? {
                    self.change(format!("account {name}: as {model}"));
                }
                id
            }
        };
        self.account = Some(id);
        for a in &doc.administrators {
            self.administrator(a).await?;
        }
        self.verifiers(Some(id), &doc.verifiers).await?;
        self.definitions(Some(id), &doc.content_filters).await?;
        self.account_itself(id, doc, brands).await?;
        self.defaults(
            &format!("account {name}"),
            Some(id),
            [
                (Defaults::Domain, &doc.default_inbound),
                (Defaults::Outbound, &doc.default_outbound),
                (Defaults::Relay, &doc.default_relay),
            ],
        )
        .await?;
        let mut domains = Vec::with_capacity(doc.domains.len());
        for d in &doc.domains {
            domains.push(self.domain(id, d).await?);
        }
        // An alias may be in any of the domains, so all of them come first.
        for (domain, d) in domains.iter().zip(&doc.domains) {
            let (plain, others): (Vec<_>, Vec<_>) = d.mailboxes.iter().partition(|m| is_plain(m));
            self.plain_mailboxes(domain, &plain).await?;
            for m in others {
                self.mailbox(domain, m).await?;
            }
            self.groups(domain, &d.groups).await?;
        }
        for o in &doc.outbound_ips {
            self.outbound(id, o).await?;
        }
        for user in &doc.relay_users {
            self.relay_user(id, user).await?;
        }
        self.definitions(Some(id), &doc.notifications).await?;
        Ok(())
    }

    async fn administrator(&mut self, doc: &AdministratorDoc) -> Result<(), Error> {
        let hash = self.hashes.get(&Login::Administrator(doc.email.key())).cloned();
        let what = format!("administrator {}", doc.email);
        let Some(before) = administrator::by_email(&mut self.tx, &doc.email).await? else {
            let new = Administrator {
                id: model::AdministratorId(0),
                email: doc.email.clone(),
                role: doc.role,
                account: self.account,
                password_hash: hash,
                active: doc.active.unwrap_or(true),
                created: self.service.now(),
            };
            if let Some(password) = &doc.password {
                suits(&what, &Policy::of_administrators(&mut self.tx, self.account).await?, password)?;
            }
            administrator::insert(&mut self.tx, &new).await?;
            self.add(format!("{what}: {}", doc.role.label()));
            return Ok(());
        };
        if before.account != self.account {
            return Err(invalid(format!("{what}: belongs to another account")));
        }
        let mut after = before.clone();
        after.role = doc.role;
        after.active = doc.active.unwrap_or(before.active);
        after.password_hash = hash.or(before.password_hash.clone());
        if after.role != before.role {
            self.change(format!("{what}: {} → {}", before.role.label(), after.role.label()));
        }
        if after.active != before.active {
            self.change(format!("{what}: {}", if after.active { "active" } else { "not active" }));
        }
        if after.password_hash != before.password_hash {
            self.change(format!("{what}: password"));
            if let Some(password) = &doc.password {
                suits(&what, &Policy::of_administrators(&mut self.tx, self.account).await?, password)?;
            }
            self.password(Who::Administrator(before.id), after.password_hash.as_deref()).await?;
        }
        if after != before {
            administrator::update(&mut self.tx, &after).await?;
        }
        Ok(())
    }

    async fn domain(&mut self, account: AccountId, doc: &DomainDoc) -> Result<Domain, Error> {
        let what = format!("domain {}", doc.name);
        self.named(&what, Some(account), doc.settings.as_ref()).await?;
        let gateways = doc.gateways.as_ref().map(|g| unique(g, HostPort::to_string));
        let made = match store::domain::by_name(&mut self.tx, &doc.name).await? {
            Some(d) if d.account != account => return Err(invalid(format!("{what}: belongs to another account"))),
            Some(before) => {
                let mut after = before.clone();
                after.gateways = gateways.unwrap_or_else(|| before.gateways.clone());
                after.unrecognized = doc.unrecognized.unwrap_or(before.unrecognized);
                diff::list(&format!("{what}: gateway"), &before.gateways, &after.gateways, &mut self.changes);
                if after.unrecognized != before.unrecognized {
                    self.change(
                        format!("{what}: unrecognized {:?} → {:?}", before.unrecognized, after.unrecognized)
                            .to_lowercase(),
                    );
                }
                after.settings = self.settings(&what, &before.settings, doc.settings.as_ref())?;
                if after != before {
                    store::domain::update(&mut self.tx, &after).await?;
                }
                after
            }
            None => {
                let gateways = gateways.ok_or_else(|| invalid(format!("{what}: a new domain needs gateways")))?;
                let names: Vec<String> = gateways.iter().map(ToString::to_string).collect();
                self.add(format!("{what}: gateways {}", names.join(", ")));
                let settings = self.settings(&what, &Settings::default(), doc.settings.as_ref())?;
                let unrecognized = doc.unrecognized.unwrap_or_default();
                let created = self.service.now();
                let new = Domain {
                    id: DomainId(0),
                    account,
                    name: doc.name.clone(),
                    unrecognized,
                    gateways,
                    settings,
                    created,
                };
                let id = store::domain::insert(&mut self.tx, &new).await?;
                Domain { id, ..new }
            }
        };
        let place = Place::Domain(made.id);
        self.filter_order(&what, account, place, doc.content_filters.as_deref()).await?;
        self.lists(&what, Owner::Domain(made.id), doc.friends.as_deref(), doc.enemies.as_deref()).await?;
        Ok(made)
    }

    /// Many mailboxes with few statements; those that are there already one by one.
    async fn plain_mailboxes(&mut self, domain: &Domain, docs: &[&MailboxDoc]) -> Result<(), Error> {
        for docs in docs.chunks(TOGETHER) {
            let mut new = Vec::with_capacity(docs.len());
            for doc in docs {
                new.push(Mailbox {
                    id: MailboxId(0),
                    domain: domain.id,
                    account: domain.account,
                    address: address_in(&domain.name, &doc.name).map_err(invalid)?,
                    state: doc.state.unwrap_or_default(),
                    password_hash: None,
                    settings: Settings::default(),
                    link_generation: 0,
                    created: self.service.now(),
                });
            }
            let ids = mailbox::insert_many(&mut self.tx, &new).await?;
            let mut aliases = Vec::new();
            for ((doc, mailbox), id) in docs.iter().zip(&new).zip(ids) {
                let Some(id) = id else {
                    self.mailbox(domain, doc).await?;
                    continue;
                };
                let what = format!("mailbox {}", mailbox.address);
                self.add(what.clone());
                let names = doc.aliases.as_deref().unwrap_or_default();
                let wanted = self.wanted_aliases(&what, &mailbox.address, domain, names).await?;
                diff::list(&format!("{what}: alias"), &[], &wanted, &mut self.changes);
                aliases.extend(wanted.into_iter().map(|alias| (id, alias)));
            }
            if let Some((_, taken)) = mailbox::add_aliases(&mut self.tx, &aliases).await? {
                return Err(invalid(format!("alias {taken} belongs to another mailbox")));
            }
        }
        Ok(())
    }

    async fn mailbox(&mut self, domain: &Domain, doc: &MailboxDoc) -> Result<(), Error> {
        let address = address_in(&domain.name, &doc.name).map_err(invalid)?;
        let what = format!("mailbox {address}");
        let hash = self.hashes.get(&Login::Mailbox(address.key())).cloned();
        let mut changed_password = false;
        let id = match mailbox::by_address(&mut self.tx, &address).await? {
            Some(m) if m.address.key() != address.key() => {
                return Err(invalid(format!("{what}: is an alias of {}", m.address)));
            }
            Some(before) => {
                let mut after = before.clone();
                after.state = doc.state.unwrap_or(before.state);
                if after.state != before.state {
                    self.change(format!("{what}: {:?} → {:?}", before.state, after.state).to_lowercase());
                }
                after.settings = self.settings(&what, &before.settings, doc.settings.as_ref())?;
                after.password_hash = hash.or(before.password_hash.clone());
                if after.password_hash != before.password_hash {
                    self.change(format!("{what}: password"));
                    self.password(Who::Owner(before.id), after.password_hash.as_deref()).await?;
                    changed_password = true;
                }
                if after != before {
                    mailbox::update(&mut self.tx, &after).await?;
                }
                before.id
            }
            None => {
                self.add(what.clone());
                changed_password = hash.is_some();
                let new = Mailbox {
                    id: MailboxId(0),
                    domain: domain.id,
                    account: domain.account,
                    address: address.clone(),
                    state: doc.state.unwrap_or_default(),
                    password_hash: hash,
                    settings: self.settings(&what, &Settings::default(), doc.settings.as_ref())?,
                    link_generation: 0,
                    created: self.service.now(),
                };
                mailbox::insert(&mut self.tx, &new).await?
            }
        };
        if let Some(password) = doc.password.as_deref().filter(|_| changed_password)
            && let Some(owner) = self.service.owner_of(&mut self.tx, id).await?
        {
            suits(&what, &Policy::of(&owner.values), password)?;
        }
        self.details(&what, id, doc).await?;
        if let Some(aliases) = &doc.aliases {
            self.aliases(&what, id, &address, domain, aliases).await?;
        }
        self.lists(&what, Owner::Mailbox(id), doc.friends.as_deref(), doc.enemies.as_deref()).await
    }

    /// Notes a new password's age, and ends what runs on the old one.
    async fn password(&mut self, who: Who, hash: Option<&str>) -> Result<(), Error> {
        if let Some(hash) = hash {
            store::password::set(&mut self.tx, who, hash, self.service.now(), false).await?;
        }
        Ok(session::remove_of(&mut self.tx, who).await?)
    }

    async fn wanted_aliases(
        &mut self,
        what: &str,
        primary: &EmailAddress,
        domain: &Domain,
        names: &[String],
    ) -> Result<Vec<EmailAddress>, Error> {
        let mut wrong = Vec::new();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut wanted = aliases::read(&mut self.tx, domain, Some(primary), &names, &mut wrong).await?;
        if let Some(wrong) = wrong.into_iter().next() {
            return Err(invalid(format!("{what}: alias {}", wrong.message)));
        }
        wanted.sort_by_key(EmailAddress::key);
        Ok(wanted)
    }

    async fn aliases(
        &mut self,
        what: &str,
        id: MailboxId,
        primary: &EmailAddress,
        domain: &Domain,
        names: &[String],
    ) -> Result<(), Error> {
        let wanted = self.wanted_aliases(what, primary, domain, names).await?;
        let before = mailbox::aliases(&mut self.tx, id).await?;
        for gone in before.iter().filter(|a| !wanted.contains(a)) {
            mailbox::remove_alias(&mut self.tx, id, gone).await?;
        }
        for new in wanted.iter().filter(|a| !before.contains(a)) {
            mailbox::add_alias(&mut self.tx, id, new).await.map_err(|e| match e.is_conflict() {
                true => invalid(format!("{what}: alias {new} belongs to another mailbox")),
                false => e.into(),
            })?;
        }
        diff::list(&format!("{what}: alias"), &before, &wanted, &mut self.changes);
        Ok(())
    }

    /// Access, full name, whether to keep.
    async fn details(&mut self, what: &str, id: MailboxId, doc: &MailboxDoc) -> Result<(), Error> {
        let before = mailbox::details(&mut self.tx, id).await?.unwrap_or_default();
        let after = mailbox::Details {
            access: doc.access.unwrap_or(before.access),
            full_name: doc.full_name.clone().unwrap_or_else(|| before.full_name.clone()),
            keep: doc.keep.unwrap_or(before.keep),
            invalid_since: before.invalid_since,
        };
        for line in details_changed(&before, &after) {
            self.change(format!("{what}: {line}"));
        }
        if after != before {
            mailbox::set_details(&mut self.tx, id, &after).await?;
        }
        Ok(())
    }

    async fn outbound(&mut self, account: AccountId, doc: &OutboundDoc) -> Result<(), Error> {
        let what = format!("outbound IP {}", doc.range);
        self.named(&what, Some(account), doc.settings.as_ref()).await?;
        let known = outbound::all(&mut self.tx, None).await?.into_iter().find(|o| o.range == doc.range);
        let (before, is_new) = match known {
            Some(o) if o.account != account => return Err(invalid(format!("{what}: belongs to another account"))),
            Some(o) => (o, false),
            None => (
                OutboundIp { id: 0, account, range: doc.range, nickname: String::new(), settings: Settings::default() },
                true,
            ),
        };
        let mut after = before.clone();
        after.nickname = doc.nickname.clone().unwrap_or_else(|| before.nickname.clone());
        if is_new {
            self.add(format!("{what} {}", after.nickname).trim_end().to_owned());
        } else if after.nickname != before.nickname {
            self.change(format!("{what}: nickname {}", after.nickname));
        }
        after.settings = self.settings(&what, &before.settings, doc.settings.as_ref())?;
        if is_new || after != before {
            outbound::put(&mut self.tx, &after).await?;
        }
        let made = outbound::by_range(&mut self.tx, doc.range).await?;
        let id = made.map(|o| o.id).ok_or_else(|| Error::not_found("outbound IP"))?;
        self.members(&what, account, id, doc.member_domains.as_deref()).await?;
        self.filter_order(&what, account, Place::Outbound(id), doc.content_filters.as_deref()).await
    }

    pub(super) fn settings(
        &mut self,
        what: &str,
        before: &Settings,
        wanted: Option<&Settings>,
    ) -> Result<Settings, Error> {
        let Some(wanted) = wanted else { return Ok(before.clone()) };
        let after = before.with(wanted);
        // What stays as it was is no matter of features: a document that was exported is always taken.
        if let Some(missing) = layers::missing(self.off, &Settings::differences(before, &after)).first() {
            return Err(invalid(format!("{what}: {}: {}", missing.field, missing.message)));
        }
        diff::settings(what, before, &after, &mut self.changes);
        Ok(after)
    }

    pub(super) async fn lists(
        &mut self,
        what: &str,
        owner: Owner,
        friends: Option<&[SenderEntry]>,
        enemies: Option<&[SenderEntry]>,
    ) -> Result<(), Error> {
        if friends.is_none() && enemies.is_none() {
            return Ok(());
        }
        let Lists { friends: old_friends, enemies: old_enemies } = senders::get(&mut self.tx, owner).await?;
        let lists = [("friend", Kind::Friend, friends, old_friends), ("enemy", Kind::Enemy, enemies, old_enemies)];
        for (word, kind, wanted, before) in lists {
            let Some(wanted) = wanted else { continue };
            let wanted = unique(wanted, |e| e.pattern.clone());
            if wanted != before {
                diff::list(&format!("{what}: {word}"), &before, &wanted, &mut self.changes);
                senders::set(&mut self.tx, owner, kind, &wanted).await?;
            }
        }
        Ok(())
    }
}
