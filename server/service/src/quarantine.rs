//! Held messages: the list, and deleting.

use crate::owner::Owner;
use crate::release::CLAIM_STALE;
use crate::{Error, Service, UseCase};
use model::view::{ActResult, Page, QuarantineQuery, QuarantineRow};
use model::{Actor, Disposition, Sees};
use store::Scope;
use store::quarantine::Held;

/// Messages on which one request acts, at most.
pub const ACT_MAX: usize = 500;

/// How the message is called where an act on it failed.
pub(crate) fn label(held: &Held) -> String {
    match held.row.subject.trim() {
        "" => format!("(no subject) to {}", held.row.recipient),
        subject => subject.to_owned(),
    }
}

/// The object of audit rows about a held message.
pub(crate) fn object(held: &Held) -> String {
    format!("{} {}", held.row.message, held.row.recipient)
}

/// Why nothing can be done with it any more.
pub(crate) fn gone(held: &Held) -> String {
    let word = match held.row.disposition {
        Disposition::Released => "released",
        Disposition::Deleted => "deleted",
        _ => return "is being released right now".into(),
    };
    match &held.acted {
        Some((by, at)) => format!("already {word} by {by} at {}", at.rfc3339()),
        None => format!("already {word}"),
    }
}

impl Service {
    /// An owner's list never shows the system quarantine or anybody else's mail, whatever the query asks for.
    pub async fn quarantine(&self, actor: &Actor, query: &QuarantineQuery) -> Result<Page<QuarantineRow>, Error> {
        let scope = self.permit(actor, UseCase::ListQuarantine)?;
        let mut c = self.inner.store.read().await?;
        match self.owner_in(&mut c, scope).await? {
            None => Ok(store::quarantine::list(&mut c, scope, query).await?),
            Some(owner) => match owner.narrowed(query) {
                Some(query) => Ok(store::quarantine::list(&mut c, scope, &query).await?),
                None => Ok(Page { rows: Vec::new(), total: 0, page: 1, per_page: query.per_page.max(1) }),
            },
        }
    }

    /// One row of the list, also after it was released or deleted.
    pub async fn quarantined(&self, actor: &Actor, id: i64) -> Result<QuarantineRow, Error> {
        let scope = self.permit(actor, UseCase::ListQuarantine)?;
        let mut c = self.inner.store.read().await?;
        let owner = self.owner_in(&mut c, scope).await?;
        Ok(self.held(&mut c, scope, owner.as_ref(), id).await?.row)
    }

    /// The held message, within the actor's scope, and where the actor is an owner, what they may see; what is outside does
    /// not exist.
    pub(crate) async fn held(
        &self,
        c: &mut store::Connection,
        scope: Scope,
        owner: Option<&Owner>,
        id: i64,
    ) -> Result<Held, Error> {
        let held = store::quarantine::get(c, id).await?.filter(|h| match scope {
            Scope::All => true,
            Scope::Account(a) => h.account == Some(a),
            Scope::Mailbox(m) => {
                let seen = owner.is_some_and(|o| o.values.personal.may_see(&h.row));
                h.mailbox == Some(m) && !h.row.system && seen
            }
        });
        held.ok_or_else(|| Error::not_found("message"))
    }

    pub(crate) async fn owner_in(&self, c: &mut store::Connection, scope: Scope) -> Result<Option<Owner>, Error> {
        match scope {
            Scope::Mailbox(id) => self.acting_owner(c, id).await.map(Some),
            _ => Ok(None),
        }
    }

    /// Deletes held messages: they leave the lists; the log keeps that they were there.
    pub async fn delete(&self, actor: &Actor, ids: &[i64]) -> Result<ActResult, Error> {
        let scope = self.permit(actor, UseCase::Delete)?;
        let mut out = ActResult::default();
        let mut tx = self.inner.store.begin().await?;
        let owner = self.owner_in(&mut tx, scope).await?;
        if owner.as_ref().is_some_and(|o| !o.values.personal.delete) {
            return Err(Error::forbidden());
        }
        for id in ids.iter().take(ACT_MAX) {
            let held = match self.held(&mut tx, scope, owner.as_ref(), *id).await {
                Ok(held) => held,
                Err(Error::User(e)) => {
                    out.failed.push((format!("message {id}"), e.message));
                    continue;
                }
                Err(e) => return Err(e),
            };
            let now = self.now();
            if store::quarantine::close(&mut tx, *id, Disposition::Deleted, &actor.name, now, now.plus(-CLAIM_STALE))
                .await?
            {
                self.note(&mut tx, actor, "quarantine.delete", &object(&held), &held.row.subject, held.account).await?;
                out.done += 1;
            } else {
                out.failed.push((label(&held), gone(&held)));
            }
        }
        tx.commit().await?;
        too_many(ids, &mut out);
        Ok(out)
    }
}

impl Owner {
    /// The query without what the owner may not see; None: that is nothing.
    pub(crate) fn narrowed(&self, query: &QuarantineQuery) -> Option<QuarantineQuery> {
        let personal = &self.values.personal;
        let direction = match (personal.sees(), query.direction) {
            (Sees::Nothing, _) => return None,
            (Sees::Both, asked) => asked,
            (Sees::Only(seen), Some(asked)) if asked != seen => return None,
            (Sees::Only(seen), _) => Some(seen),
        };
        Some(QuarantineQuery { direction, hide_foreign: !personal.foreign, ..query.clone() })
    }
}

pub(crate) fn too_many(ids: &[i64], out: &mut ActResult) {
    if ids.len() > ACT_MAX {
        out.failed.push((format!("{} messages", ids.len() - ACT_MAX), format!("at most {ACT_MAX} at a time")));
    }
}
