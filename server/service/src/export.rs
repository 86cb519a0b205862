//! The running configuration as a document: applied again, it changes nothing.

use crate::apply::{
    AccountDoc, AdministratorDoc, BrandDoc, DefinitionDoc, Document, DomainDoc, GroupDoc, MailboxDoc, OutboundDoc,
    RelayUserDoc, names_of,
};
use crate::definition::{Defined, names_in_order};
use crate::{Error, Service, UseCase};
use model::view::{MailboxAccess, MailboxState};
use model::{AccountId, Actor, DomainName, EmailAddress, MailboxId, SenderEntry, Settings};
use std::collections::HashMap;
use store::administrator;
use store::brand::Brand;
use store::defaults::Level as Defaults;
use store::definition::{Definition, Place};
use store::domain::Domain;
use store::mailbox::{self, Details, Mailbox};
use store::senders::{self, Lists, Owner};

fn some_settings(s: Settings) -> Option<Settings> {
    (!s.is_empty()).then_some(s)
}
fn some_list(list: Vec<SenderEntry>) -> Option<Vec<SenderEntry>> {
    (!list.is_empty()).then_some(list)
}

impl Service {
    /// The document of `postern export`. It holds password hashes of people, but no password by which Postern logs in
    /// elsewhere: applied to this system it changes nothing, for secrets that it does not name stay.
    pub async fn export(&self, actor: &Actor) -> Result<String, Error> {
        self.write_document(actor, false).await
    }

    /// The same with all secrets, for a system that does not have them yet. Keep it as you keep the database.
    pub async fn export_with_secrets(&self, actor: &Actor) -> Result<String, Error> {
        self.write_document(actor, true).await
    }

    async fn write_document(&self, actor: &Actor, secrets: bool) -> Result<String, Error> {
        self.permit(actor, UseCase::Export)?;
        let mut c = self.inner.store.begin_read().await?;
        let mut lists = senders::all(&mut c).await?;
        let mut details = mailbox::all_details(&mut c).await?;
        let brands: Vec<Brand<Settings>> = store::brand::all(&mut c).await?;
        let mut defaults: HashMap<_, Settings> = HashMap::new();
        for (level, account, settings) in store::defaults::all(&mut c).await? {
            defaults.insert((level, account), settings);
        }
        let mut default = |level, account| defaults.remove(&(level, account)).and_then(some_settings);
        let mut document = Document {
            appliance: some_settings(store::change::appliance(&mut c).await?),
            settings: some_settings(store::change::settings(&mut c).await?),
            default_inbound: default(Defaults::Domain, None),
            default_outbound: default(Defaults::Outbound, None),
            default_relay: default(Defaults::Relay, None),
            brands: brands.iter().cloned().map(brand).collect(),
            administrators: administrators(&mut c, None).await?,
            verifiers: definitions(&mut c, None, secrets).await?,
            notifications: definitions(&mut c, None, secrets).await?,
            accounts: Vec::new(),
        };
        for (id, name) in store::account::all(&mut c).await? {
            let Some(own) = store::account::get::<Settings>(&mut c, id).await? else { continue };
            let brand = own.brand.and_then(|b| brands.iter().find(|x| x.id == b)).map(|b| b.name.clone());
            let mut account = AccountDoc {
                name,
                email: Some(own.email).filter(|e| !e.is_empty()),
                time_zone: Some(own.time_zone).filter(|z| !z.is_empty()),
                brand,
                features: Some(own.features),
                default: own.is_default.then_some(true),
                settings: some_settings(own.settings),
                default_inbound: default(Defaults::Domain, Some(id)),
                default_outbound: default(Defaults::Outbound, Some(id)),
                default_relay: default(Defaults::Relay, Some(id)),
                administrators: administrators(&mut c, Some(id)).await?,
                domains: Vec::new(),
                outbound_ips: Vec::new(),
                relay_users: relay_users(&mut c, id).await?,
                verifiers: definitions(&mut c, Some(id), secrets).await?,
                content_filters: definitions(&mut c, Some(id), secrets).await?,
                notifications: definitions(&mut c, Some(id), secrets).await?,
            };
            for d in store::domain::all(&mut c, Some(id)).await? {
                account.domains.push(domain(&mut c, d, &mut lists, &mut details).await?);
            }
            for o in store::outbound::all(&mut c, Some(id)).await? {
                let nickname = (!o.nickname.is_empty()).then_some(o.nickname);
                account.outbound_ips.push(OutboundDoc {
                    range: o.range,
                    nickname,
                    settings: some_settings(o.settings),
                    member_domains: members(&mut c, o.id).await?,
                    content_filters: filters(&mut c, Place::Outbound(o.id)).await?,
                });
            }
            document.accounts.push(account);
        }
        drop(c);
        let mut tx = self.inner.store.begin().await?;
        let detail = if secrets { "with secrets" } else { "" };
        self.note(&mut tx, actor, "export", "configuration", detail, None).await?;
        tx.commit().await?;
        document.write().map_err(|e| Error::Internal(format!("writing the document: {e}")))
    }
}

async fn definitions<D: Defined>(
    c: &mut store::Connection,
    account: Option<AccountId>,
    secrets: bool,
) -> Result<Vec<DefinitionDoc<D>>, Error> {
    let all = store::definition::of::<D>(c, D::KIND, account).await?;
    let doc =
        |d: Definition<D>| DefinitionDoc { name: d.name, definition: if secrets { d.body } else { d.body.shown() } };
    Ok(all.into_iter().map(doc).collect())
}

async fn relay_users(c: &mut store::Connection, account: AccountId) -> Result<Vec<RelayUserDoc>, Error> {
    let doc = |u: store::relay::RelayUser| RelayUserDoc {
        name: u.name,
        active: (!u.active).then_some(false),
        password: None,
        password_hash: Some(u.password_hash),
    };
    Ok(store::relay::all(c, Some(account)).await?.into_iter().map(doc).collect())
}

async fn members(c: &mut store::Connection, outbound: i64) -> Result<Option<Vec<DomainName>>, Error> {
    let names = names_of(&store::outbound::members(c, outbound).await?);
    Ok((!names.is_empty()).then_some(names))
}

async fn filters(c: &mut store::Connection, place: Place) -> Result<Option<Vec<String>>, Error> {
    let names: Vec<String> = names_in_order(c, place).await?.into_iter().map(|(_, name)| name).collect();
    Ok((!names.is_empty()).then_some(names))
}

async fn administrators(c: &mut store::Connection, account: Option<AccountId>) -> Result<Vec<AdministratorDoc>, Error> {
    let all = administrator::all(c, account).await?;
    let doc = |a: administrator::Administrator| AdministratorDoc {
        email: a.email,
        role: a.role,
        active: (!a.active).then_some(false),
        password: None,
        password_hash: a.password_hash,
    };
    Ok(all.into_iter().map(doc).collect())
}

async fn domain(
    c: &mut store::Connection,
    d: Domain,
    lists: &mut HashMap<Owner, Lists>,
    details: &mut HashMap<MailboxId, Details>,
) -> Result<DomainDoc, Error> {
    let mut aliases = mailbox::all_aliases(c, Some(d.id)).await?;
    let mut mailboxes = Vec::new();
    let mut names = HashMap::new();
    for m in mailbox::all(c, Some(d.id)).await? {
        let own = lists.remove(&Owner::Mailbox(m.id)).unwrap_or_default();
        names.insert(m.id, m.address.local().to_owned());
        let details = details.remove(&m.id).unwrap_or_default();
        let aliases = aliases.remove(&m.id);
        mailboxes.push(mailbox_doc(m, details, aliases, own));
    }
    let mut groups = Vec::new();
    for g in store::group::all::<Settings>(c, Some(d.id)).await? {
        let members = store::group::members(c, g.id).await?;
        let mut members: Vec<String> = members.iter().filter_map(|m| names.get(m).cloned()).collect();
        members.sort();
        let own = lists.remove(&Owner::Group(g.id)).unwrap_or_default();
        groups.push(GroupDoc {
            name: g.name,
            ldap_group: g.ldap_group,
            settings: some_settings(g.settings),
            friends: some_list(own.friends),
            enemies: some_list(own.enemies),
            members: Some(members).filter(|m| !m.is_empty()),
        });
    }
    let own = lists.remove(&Owner::Domain(d.id)).unwrap_or_default();
    Ok(DomainDoc {
        name: d.name,
        gateways: Some(d.gateways),
        unrecognized: Some(d.unrecognized),
        settings: some_settings(d.settings),
        friends: some_list(own.friends),
        enemies: some_list(own.enemies),
        content_filters: filters(c, Place::Domain(d.id)).await?,
        mailboxes,
        groups,
    })
}

fn brand(b: Brand<Settings>) -> BrandDoc {
    BrandDoc { name: b.name, host: b.host, settings: some_settings(b.settings) }
}

fn mailbox_doc(m: Mailbox, details: Details, aliases: Option<Vec<EmailAddress>>, own: Lists) -> MailboxDoc {
    let home = m.address.domain();
    let alias = |a: &EmailAddress| if a.domain() == home { a.local().to_owned() } else { a.to_string() };
    MailboxDoc {
        name: m.address.local().to_owned(),
        aliases: aliases.map(|a| a.iter().map(alias).collect()),
        state: (m.state != MailboxState::Active).then_some(m.state),
        access: (details.access != MailboxAccess::Default).then_some(details.access),
        full_name: Some(details.full_name).filter(|n| !n.is_empty()),
        keep: details.keep.then_some(true),
        settings: some_settings(m.settings),
        friends: some_list(own.friends),
        enemies: some_list(own.enemies),
        password: None,
        password_hash: m.password_hash,
    }
}
