//! Members of outbound IPs and users of the authenticated relay in the document.

use super::write::Writer;
use super::{Document, diff, invalid};
use crate::password::Policy;
use crate::{Error, Service, outbound_members};
use model::{AccountId, DomainName};
use serde::{Deserialize, Serialize};
use store::outbound::Member;
use store::relay::RelayUser;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelayUserDoc {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// argon2id in PHC form, as export writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<String>,
}

impl Service {
    /// Makes hashes of the passwords of relay users, before any transaction. The present password keeps its hash.
    pub(super) async fn prepare_relay_users(&self, document: &mut Document) -> Result<(), Error> {
        for account in &mut document.accounts {
            for doc in &mut account.relay_users {
                let Some(password) = doc.password.take() else { continue };
                let mut c = self.inner.store.read().await?;
                let id = store::account::by_name(&mut c, account.name.trim()).await?;
                let before = store::relay::by_name(&mut c, &doc.name).await?.map(|u| u.password_hash);
                let policy = Policy::of_administrators(&mut c, id).await?;
                drop(c);
                doc.password_hash = Some(match before {
                    Some(hash) if self.inner.hasher.verify(password.clone(), Some(hash.clone())).await? => hash,
                    _ => {
                        if let Some(problem) = policy.problem(&password) {
                            return Err(invalid(format!("relay user {}: password: {problem}", doc.name)));
                        }
                        self.inner.hasher.hash(password).await?
                    }
                });
            }
        }
        Ok(())
    }
}

impl Writer<'_> {
    pub(super) async fn relay_user(&mut self, account: AccountId, doc: &RelayUserDoc) -> Result<(), Error> {
        let what = format!("relay user {}", doc.name);
        let Some(before) = store::relay::by_name(&mut self.tx, &doc.name).await? else {
            let hash = doc.password_hash.clone();
            let new = RelayUser {
                id: 0,
                account,
                name: doc.name.clone(),
                password_hash: hash.ok_or_else(|| invalid(format!("{what}: a new one needs a password")))?,
                active: doc.active.unwrap_or(true),
                created: self.service.now(),
            };
            store::relay::insert(&mut self.tx, &new).await?;
            self.add(what);
            return Ok(());
        };
        if before.account != account {
            return Err(invalid(format!("{what}: belongs to another account")));
        }
        let mut after = before.clone();
        after.active = doc.active.unwrap_or(before.active);
        after.password_hash = doc.password_hash.clone().unwrap_or_else(|| before.password_hash.clone());
        if after.active != before.active {
            self.change(format!("{what}: {}", if after.active { "active" } else { "not active" }));
        }
        if after.password_hash != before.password_hash {
            self.change(format!("{what}: password"));
        }
        if after != before {
            store::relay::update(&mut self.tx, &after).await?;
        }
        Ok(())
    }

    pub(super) async fn members(
        &mut self,
        what: &str,
        account: AccountId,
        id: i64,
        names: Option<&[DomainName]>,
    ) -> Result<(), Error> {
        let Some(names) = names else { return Ok(()) };
        let wanted = outbound_members::as_members(&mut self.tx, account, names).await;
        let wanted = wanted.map_err(|e| {
            invalid(format!(
                "{what}: member_{}",
                e.to_user()
                    .fields
                    .first()
                    .map_or_else(|| e.to_user().message, |f| format!("{}: {}", f.field, f.message),)
            ))
        })?;
        let before = store::outbound::members(&mut self.tx, id).await?;
        if before == wanted {
            return Ok(());
        }
        diff::list(&format!("{what}: member domain"), &names_of(&before), &names_of(&wanted), &mut self.changes);
        Ok(store::outbound::set_members(&mut self.tx, id, &wanted).await?)
    }
}

pub(crate) fn names_of(members: &[Member]) -> Vec<DomainName> {
    let name = |m: &Member| match m {
        Member::Domain(_, name) | Member::External(name) => name.clone(),
    };
    members.iter().map(name).collect()
}
