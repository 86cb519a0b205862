//! The audit trail: written with each change, read by administrators.

use crate::{Error, Service, UseCase};
use model::view::{AuditRow, ListQuery, Page};
use model::{AccountId, Actor};

/// One step of a change as the trail shows it: `state active → inactive`.
pub(crate) fn step(what: &str, before: &str, after: &str) -> String {
    format!("{what} {before} → {after}")
}

impl Service {
    /// Notes in the caller's transaction that `actor` did `act` to `object`.
    pub(crate) async fn note(
        &self,
        tx: &mut store::Tx,
        actor: &Actor,
        act: &str,
        object: &str,
        detail: &str,
        account: Option<AccountId>,
    ) -> Result<(), Error> {
        let row = AuditRow {
            at: self.now(),
            actor: actor.name.clone(),
            origin: actor.origin.clone(),
            act: act.to_owned(),
            object: object.to_owned(),
            detail: detail.to_owned(),
        };
        Ok(store::audit::insert(tx, &row, account).await?)
    }

    /// Newest first.
    pub async fn audit(&self, actor: &Actor, query: &ListQuery) -> Result<Page<AuditRow>, Error> {
        let scope = self.permit(actor, UseCase::ReadAudit)?;
        let mut c = self.inner.store.read().await?;
        Ok(store::audit::list(&mut c, scope, query).await?)
    }
}
