//! The running configuration as a document: applied again, it changes nothing.

use crate::apply::{
    AccountDoc, AdministratorDoc, DefinitionDoc, Document, DomainDoc, MailboxDoc, OutboundDoc, RelayUserDoc, names_of,
};
use crate::definition::{Defined, names_in_order};
use crate::{Error, Service, UseCase};
use model::view::MailboxState;
use model::{AccountId, Actor, DomainName, MailboxId, SenderEntry, Settings};
use std::collections::HashMap;
use store::administrator;
use store::definition::{Definition, Place};
use store::domain::Domain;
use store::mailbox::{self, Mailbox};
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
        let mut document = Document {
            settings: some_settings(store::change::settings(&mut c).await?),
            administrators: administrators(&mut c, None).await?,
            verifiers: definitions(&mut c, None, secrets).await?,
            notifications: definitions(&mut c, None, secrets).await?,
            accounts: Vec::new(),
        };
        for (id, name) in store::account::all(&mut c).await? {
            let mut account = AccountDoc {
                name,
                administrators: administrators(&mut c, Some(id)).await?,
                domains: Vec::new(),
                outbound_ips: Vec::new(),
                relay_users: relay_users(&mut c, id).await?,
                verifiers: definitions(&mut c, Some(id), secrets).await?,
                content_filters: definitions(&mut c, Some(id), secrets).await?,
                notifications: definitions(&mut c, Some(id), secrets).await?,
            };
            for d in store::domain::all(&mut c, Some(id)).await? {
                account.domains.push(domain(&mut c, d, &mut lists).await?);
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

async fn domain(c: &mut store::Connection, d: Domain, lists: &mut HashMap<Owner, Lists>) -> Result<DomainDoc, Error> {
    let mut aliases = mailbox::all_aliases(c, Some(d.id)).await?;
    let mut mailboxes = Vec::new();
    for m in mailbox::all(c, Some(d.id)).await? {
        let own = lists.remove(&Owner::Mailbox(m.id)).unwrap_or_default();
        mailboxes.push(mailbox_doc(m, &mut aliases, own));
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
    })
}

fn mailbox_doc(m: Mailbox, aliases: &mut HashMap<MailboxId, Vec<model::EmailAddress>>, own: Lists) -> MailboxDoc {
    MailboxDoc {
        name: m.address.local().to_owned(),
        aliases: aliases.remove(&m.id).map(|a| a.iter().map(|x| x.local().to_owned()).collect()),
        state: (m.state != MailboxState::Active).then_some(m.state),
        settings: some_settings(m.settings),
        friends: some_list(own.friends),
        enemies: some_list(own.enemies),
        password: None,
        password_hash: m.password_hash,
    }
}
