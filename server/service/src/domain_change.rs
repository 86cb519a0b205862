//! Moving and deleting domains (guide chapter 6).

use crate::domains::account_within;
use crate::{Error, Service, UseCase};
use model::{AccountId, Actor, DomainId};
use store::Scope;
use store::domain::Domain;

/// The domain, within the actor's scope; what is outside does not exist.
pub(crate) async fn domain_in(c: &mut store::Connection, scope: Scope, id: DomainId) -> Result<Domain, Error> {
    let found = store::domain::get(c, id).await?.filter(|d| account_within(scope, d.account));
    found.ok_or_else(|| Error::not_found("domain"))
}

impl Service {
    /// Moves a domain and its mailboxes to another account. What is held or was logged stays with the account for which
    /// it was held.
    pub async fn move_domain(&self, actor: &Actor, id: DomainId, to: AccountId) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::MoveDomain)?;
        let mut tx = self.inner.store.begin().await?;
        let domain = domain_in(&mut tx, scope, id).await?;
        let target = store::account::name(&mut tx, to).await?.filter(|_| account_within(scope, to));
        let target = target.ok_or_else(|| Error::field("account", "There is no such account."))?;
        if domain.account == to {
            return Ok(());
        }
        store::domain::move_to(&mut tx, id, to).await?;
        // Both accounts read in their audit trail that it went.
        for account in [domain.account, to] {
            let detail = format!("to account {target}");
            self.note(&mut tx, actor, "domain.move", domain.name.as_str(), &detail, Some(account)).await?;
        }
        store::change::bump(&mut tx).await?;
        Ok(tx.commit().await?)
    }

    /// Deletes a domain with its mailboxes. What is held for them stays until it is too old.
    pub async fn delete_domain(&self, actor: &Actor, id: DomainId) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::DeleteDomain)?;
        let mut tx = self.inner.store.begin().await?;
        let domain = domain_in(&mut tx, scope, id).await?;
        store::domain::delete(&mut tx, id).await?;
        self.note(&mut tx, actor, "domain.delete", domain.name.as_str(), "", Some(domain.account)).await?;
        store::change::bump(&mut tx).await?;
        Ok(tx.commit().await?)
    }
}
