//! Held messages: the list, and deleting.

use crate::owner::Owner;
use crate::release::CLAIM_STALE;
use crate::{Error, Service, UseCase};
use model::view::{ActResult, Page, QuarantineQuery, QuarantineRow};
use model::{Actor, Direction, Disposition};
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
        self.may_list(&mut c, scope, query).await?;
        Ok(store::quarantine::list(&mut c, scope, query).await?)
    }

    /// An owner's list, of what they sent too where they may see that.
    pub(crate) async fn may_list(
        &self,
        c: &mut store::Connection,
        scope: Scope,
        query: &QuarantineQuery,
    ) -> Result<(), Error> {
        let Some(owner) = self.owner_in(c, scope).await? else { return Ok(()) };
        let outbound = query.direction == Some(Direction::Outbound);
        if outbound && !owner.values.personal.outbound_quarantine { Err(Error::forbidden()) } else { Ok(()) }
    }

    /// One row of the list, also after it was released or deleted.
    pub async fn quarantined(&self, actor: &Actor, id: i64) -> Result<QuarantineRow, Error> {
        let scope = self.permit(actor, UseCase::ListQuarantine)?;
        let mut c = self.inner.store.read().await?;
        self.owner_in(&mut c, scope).await?;
        Ok(self.held(&mut c, scope, id).await?.row)
    }

    /// The held message, within the actor's scope; what is outside does not exist.
    pub(crate) async fn held(&self, c: &mut store::Connection, scope: Scope, id: i64) -> Result<Held, Error> {
        let held = store::quarantine::get(c, id).await?.filter(|h| match scope {
            Scope::All => true,
            Scope::Account(a) => h.account == Some(a),
            Scope::Mailbox(m) => h.mailbox == Some(m) && !h.row.system,
        });
        let held = held.ok_or_else(|| Error::not_found("message"))?;
        if held.row.direction == Direction::Outbound
            && self.owner_in(c, scope).await?.is_some_and(|o| !o.values.personal.outbound_quarantine)
        {
            return Err(Error::not_found("message"));
        }
        Ok(held)
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
        if self.owner_in(&mut tx, scope).await?.is_some_and(|o| !o.values.personal.delete) {
            return Err(Error::forbidden());
        }
        for id in ids.iter().take(ACT_MAX) {
            let held = match self.held(&mut tx, scope, *id).await {
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

pub(crate) fn too_many(ids: &[i64], out: &mut ActResult) {
    if ids.len() > ACT_MAX {
        out.failed.push((format!("{} messages", ids.len() - ACT_MAX), format!("at most {ACT_MAX} at a time")));
    }
}
