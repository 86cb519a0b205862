//! Lists that programs read to the end: each part goes on after the last row of the part before, so that rows which come
//! or go meanwhile neither hide others nor show them twice.

use crate::{Error, Service, UseCase};
use model::view::{AccountRow, AuditRow, DomainRow, MailboxRow, QuarantineQuery, QuarantineRow};
use model::{Actor, DomainId};
use store::administrator::Administrator;
use store::log::{LogQuery, LogRow};
use store::outbound::OutboundIp;
use store::token::ApiToken;
use store::{Cursor, Slice};

/// Where a list goes on, and how many rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    pub cursor: Option<Cursor>,
    pub limit: u32,
}

/// A cursor that is one, but of another list.
pub(crate) fn checked<T>(result: Result<Slice<T>, store::Error>) -> Result<Slice<T>, Error> {
    result.map_err(|e| match e {
        store::Error::Cursor(bad) => Error::field("after", bad.to_string()),
        other => other.into(),
    })
}

impl Service {
    /// By name.
    pub async fn accounts_after(&self, actor: &Actor, q: &str, after: &After) -> Result<Slice<AccountRow>, Error> {
        let scope = self.permit(actor, UseCase::ListAccounts)?;
        let mut c = self.inner.store.read().await?;
        checked(store::account::slice(&mut c, scope, q, after.cursor.as_ref(), after.limit).await)
    }

    /// By name.
    pub async fn domains_after(&self, actor: &Actor, q: &str, after: &After) -> Result<Slice<DomainRow>, Error> {
        let scope = self.permit(actor, UseCase::ListDomains)?;
        let mut c = self.inner.store.read().await?;
        checked(store::domain::slice(&mut c, scope, q, after.cursor.as_ref(), after.limit).await)
    }

    /// By address, of all domains or one.
    pub async fn mailboxes_after(
        &self,
        actor: &Actor,
        domain: Option<DomainId>,
        q: &str,
        after: &After,
    ) -> Result<Slice<MailboxRow>, Error> {
        let scope = self.permit(actor, UseCase::ListMailboxes)?;
        let mut c = self.inner.store.read().await?;
        checked(store::mailbox::slice(&mut c, scope, domain, q, after.cursor.as_ref(), after.limit).await)
    }

    /// By address.
    pub async fn administrators_after(
        &self,
        actor: &Actor,
        q: &str,
        after: &After,
    ) -> Result<Slice<Administrator>, Error> {
        let scope = self.permit(actor, UseCase::ListAdministrators)?;
        let mut c = self.inner.store.read().await?;
        checked(store::administrator::slice(&mut c, scope, q, after.cursor.as_ref(), after.limit).await)
    }

    /// By range.
    pub async fn outbound_ips_after(&self, actor: &Actor, after: &After) -> Result<Slice<OutboundIp>, Error> {
        let scope = self.permit(actor, UseCase::ListOutbound)?;
        let mut c = self.inner.store.read().await?;
        checked(store::outbound::slice(&mut c, scope, after.cursor.as_ref(), after.limit).await)
    }

    /// By the time of arrival; for administrators and programs, an owner has [`Service::quarantine`].
    pub async fn quarantine_after(
        &self,
        actor: &Actor,
        query: &QuarantineQuery,
        after: &After,
    ) -> Result<Slice<QuarantineRow>, Error> {
        let scope = self.permit(actor, UseCase::ListQuarantine)?;
        let mut c = self.inner.store.read().await?;
        let narrowed = match self.owner_in(&mut c, scope).await? {
            None => None,
            Some(owner) => match owner.narrowed(query) {
                None => return Ok(Slice { rows: Vec::new(), next: None }),
                some => some,
            },
        };
        let query = narrowed.as_ref().unwrap_or(query);
        checked(store::quarantine::slice(&mut c, scope, query, after.cursor.as_ref(), after.limit).await)
    }

    /// The newest first, revoked ones too.
    pub async fn tokens_after(&self, actor: &Actor, after: &After) -> Result<Slice<ApiToken>, Error> {
        let scope = self.permit(actor, UseCase::ListTokens)?;
        let mut c = self.inner.store.read().await?;
        checked(store::token::slice(&mut c, scope, after.cursor.as_ref(), after.limit).await)
    }

    /// What became of messages, newest first.
    pub async fn messages_after(&self, actor: &Actor, query: &LogQuery, after: &After) -> Result<Slice<LogRow>, Error> {
        let scope = self.permit(actor, UseCase::ListMessages)?;
        let mut c = self.inner.store.read().await?;
        checked(store::log::slice(&mut c, scope, query, after.cursor.as_ref(), after.limit).await)
    }

    /// Newest first, each with its id.
    pub async fn audit_after(&self, actor: &Actor, q: &str, after: &After) -> Result<Slice<(i64, AuditRow)>, Error> {
        let scope = self.permit(actor, UseCase::ReadAudit)?;
        let mut c = self.inner.store.read().await?;
        checked(store::audit::slice(&mut c, scope, q, after.cursor.as_ref(), after.limit).await)
    }
}
