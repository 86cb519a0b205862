//! Lists as people page through them, narrowed to an account where they choose one; [`crate::slices`] has those that
//! programs read to the end.

use crate::slices::{After, checked};
use crate::{Defined, Error, Service, UseCase};
use model::view::{DomainRow, ListQuery, MailboxRow, Page};
use model::{AccountId, Actor, DomainId};
use store::definition::DefinitionRow;
use store::{Scope, Slice};

pub use store::administrator::{AdministratorRow, Of as AdministratorsOf};
pub use store::group::GroupRow;
pub use store::mailbox::Of as MailboxesOf;
pub use store::outbound::OutboundRow;

/// The scope within which only what is of this account is left.
fn narrowed(scope: Scope, account: Option<AccountId>) -> Result<Scope, Error> {
    match (scope, account) {
        (Scope::All, Some(a)) => Ok(Scope::Account(a)),
        (scope, Some(a)) if !crate::domains::account_within(scope, a) => Err(Error::not_found("account")),
        (scope, _) => Ok(scope),
    }
}

impl Service {
    /// Of one account, or of all that the actor may see.
    pub async fn domains_of(
        &self,
        actor: &Actor,
        account: Option<AccountId>,
        query: &ListQuery,
    ) -> Result<Page<DomainRow>, Error> {
        let scope = narrowed(self.permit(actor, UseCase::ListDomains)?, account)?;
        let mut c = self.inner.store.read().await?;
        Ok(store::domain::list(&mut c, scope, query).await?)
    }

    pub async fn domains_of_after(
        &self,
        actor: &Actor,
        account: Option<AccountId>,
        q: &str,
        after: &After,
    ) -> Result<Slice<DomainRow>, Error> {
        let scope = narrowed(self.permit(actor, UseCase::ListDomains)?, account)?;
        let mut c = self.inner.store.read().await?;
        checked(store::domain::slice(&mut c, scope, q, after.cursor.as_ref(), after.limit).await)
    }

    /// Of one account, domain or state, or all that the actor may see.
    pub async fn mailboxes_of(
        &self,
        actor: &Actor,
        account: Option<AccountId>,
        of: MailboxesOf,
        query: &ListQuery,
    ) -> Result<Page<MailboxRow>, Error> {
        let scope = narrowed(self.permit(actor, UseCase::ListMailboxes)?, account)?;
        let mut c = self.inner.store.read().await?;
        Ok(store::mailbox::list(&mut c, scope, of, query).await?)
    }

    pub async fn mailboxes_of_after(
        &self,
        actor: &Actor,
        account: Option<AccountId>,
        of: MailboxesOf,
        q: &str,
        after: &After,
    ) -> Result<Slice<MailboxRow>, Error> {
        let scope = narrowed(self.permit(actor, UseCase::ListMailboxes)?, account)?;
        let mut c = self.inner.store.read().await?;
        checked(store::mailbox::slice(&mut c, scope, of, q, after.cursor.as_ref(), after.limit).await)
    }

    pub async fn groups(
        &self,
        actor: &Actor,
        account: Option<AccountId>,
        domain: Option<DomainId>,
        query: &ListQuery,
    ) -> Result<Page<GroupRow>, Error> {
        let scope = narrowed(self.permit(actor, UseCase::ListGroups)?, account)?;
        let mut c = self.inner.store.read().await?;
        Ok(store::group::list(&mut c, scope, domain, query).await?)
    }

    pub async fn outbound_ips(
        &self,
        actor: &Actor,
        account: Option<AccountId>,
        query: &ListQuery,
    ) -> Result<Page<OutboundRow>, Error> {
        let scope = narrowed(self.permit(actor, UseCase::ListOutbound)?, account)?;
        let mut c = self.inner.store.read().await?;
        Ok(store::outbound::list(&mut c, scope, query).await?)
    }

    pub async fn administrators(
        &self,
        actor: &Actor,
        account: Option<AccountId>,
        of: AdministratorsOf,
        query: &ListQuery,
    ) -> Result<Page<AdministratorRow>, Error> {
        let scope = narrowed(self.permit(actor, UseCase::ListAdministrators)?, account)?;
        let mut c = self.inner.store.read().await?;
        Ok(store::administrator::list(&mut c, scope, of, query).await?)
    }

    /// Without the secrets of the definitions.
    pub async fn definitions<D: Defined>(
        &self,
        actor: &Actor,
        account: Option<AccountId>,
        query: &ListQuery,
    ) -> Result<Page<DefinitionRow<D>>, Error> {
        let scope = narrowed(self.permit(actor, D::LIST)?, account)?;
        let mut c = self.inner.store.read().await?;
        let mut page = store::definition::list::<D>(&mut c, D::KIND, scope, query).await?;
        for row in &mut page.rows {
            row.definition.body = row.definition.body.shown();
        }
        Ok(page)
    }
}
