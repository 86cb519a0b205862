//! Changing, moving and deleting domains (guide chapter 6).

use crate::definition::reference;
use crate::domains::{account_within, read_gateways};
use crate::{Error, Service, UseCase, audit};
use model::view::Unrecognized;
use model::{AccountId, Actor, DomainId, ErrorCode, HostPort};
use store::Scope;
use store::change::Touched;
use store::definition::Place;
use store::domain::Domain;

/// What to change of a domain; None leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct DomainChange {
    /// One a line, in the order in which they are tried.
    pub gateways: Option<String>,
    /// What happens to mail for recipients that are not known.
    pub unrecognized: Option<Unrecognized>,
}

/// The domain, within the actor's scope; what is outside does not exist.
pub(crate) async fn domain_in(c: &mut store::Connection, scope: Scope, id: DomainId) -> Result<Domain, Error> {
    let found = store::domain::get(c, id).await?.filter(|d| account_within(scope, d.account));
    found.ok_or_else(|| Error::not_found("domain"))
}

/// The same where a form names it: what is outside is a problem of the field `domain`.
pub(crate) async fn domain_named(c: &mut store::Connection, scope: Scope, id: DomainId) -> Result<Domain, Error> {
    domain_in(c, scope, id).await.map_err(|e| match e.code() {
        ErrorCode::NotFound => Error::field("domain", "There is no such domain."),
        _ => e,
    })
}

impl DomainChange {
    /// The domain as it will be, and what differs, for the audit trail.
    pub(crate) fn over(&self, before: &Domain) -> Result<(Domain, Vec<String>), Error> {
        let mut after = before.clone();
        let mut changed = Vec::new();
        if let Some(text) = &self.gateways {
            after.gateways = read_gateways(text).map_err(|e| Error::field("gateways", e))?;
        }
        if after.gateways != before.gateways {
            let words = |g: &[HostPort]| g.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            changed.push(audit::step("gateways", &words(&before.gateways), &words(&after.gateways)));
        }
        after.unrecognized = self.unrecognized.unwrap_or(before.unrecognized);
        if after.unrecognized != before.unrecognized {
            let word = |u: Unrecognized| format!("{u:?}").to_lowercase();
            changed.push(audit::step("unrecognized", &word(before.unrecognized), &word(after.unrecognized)));
        }
        Ok((after, changed))
    }
}

/// Deletes a domain with its mailboxes, and the aliases that mailboxes of other domains have in it: what the audit trail
/// says of it, and what running servers must read again.
pub(crate) async fn remove(c: &mut store::Connection, domain: &Domain) -> Result<(String, Vec<Touched>), Error> {
    let across = store::mailbox::foreign_aliases(c, domain.account, domain.id, &domain.name).await?;
    store::domain::delete(c, domain.id).await?;
    let mut touched = vec![Touched::Domain(domain.id)];
    let mut gone = Vec::new();
    for (mailbox, _, alias) in across.iter().filter(|(_, _, alias)| alias.domain() == domain.name) {
        store::mailbox::remove_alias(c, *mailbox, alias).await?;
        touched.push(Touched::Mailbox(*mailbox));
        gone.push(alias);
    }
    let detail = audit::shown('-', &gone, gone.len()).map(|a| format!("aliases {a}")).unwrap_or_default();
    Ok((detail, touched))
}

impl Service {
    pub async fn change_domain(&self, actor: &Actor, id: DomainId, change: &DomainChange) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::EditDomain)?;
        let mut tx = self.inner.store.begin().await?;
        let (after, changed) = change.over(&domain_in(&mut tx, scope, id).await?)?;
        if changed.is_empty() {
            return Ok(());
        }
        store::domain::update(&mut tx, &after).await?;
        self.note(&mut tx, actor, "domain.edit", after.name.as_str(), &changed.join("; "), Some(after.account)).await?;
        store::change::touch(&mut tx, &[Touched::Domain(id)]).await?;
        Ok(tx.commit().await?)
    }

    /// Moves a domain and its mailboxes to another account, unless it uses content filters or verifiers of its account
    /// (guide chapter 6 "Moving Domains Between Accounts"). What is held or was logged stays with the account for which
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
        let named = (domain.account, domain.name.as_str());
        reference::untied(&mut tx, named, Place::Domain(id), &domain.settings).await?;
        let across = store::mailbox::foreign_aliases(&mut tx, domain.account, id, &domain.name).await?;
        if !across.is_empty() {
            let list: Vec<String> = across.iter().map(|(_, home, alias)| format!("{alias} of {home}")).collect();
            let message = format!(
                "Aliases lie across its border, and an account has them all: delete {} first.",
                audit::names(&list)
            );
            return Err(Error::new(ErrorCode::Conflict, message));
        }
        store::domain::move_to(&mut tx, id, to).await?;
        // Both accounts read in their audit trail that it went.
        for account in [domain.account, to] {
            let detail = format!("to account {target}");
            self.note(&mut tx, actor, "domain.move", domain.name.as_str(), &detail, Some(account)).await?;
        }
        store::change::touch(&mut tx, &[Touched::Domain(id)]).await?;
        Ok(tx.commit().await?)
    }

    /// Deletes a domain with its mailboxes, and the aliases that mailboxes of other domains have in it. What is held for
    /// them stays until it is too old.
    pub async fn delete_domain(&self, actor: &Actor, id: DomainId) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::DeleteDomain)?;
        let mut tx = self.inner.store.begin().await?;
        let domain = domain_in(&mut tx, scope, id).await?;
        let (detail, touched) = remove(&mut tx, &domain).await?;
        self.note(&mut tx, actor, "domain.delete", domain.name.as_str(), &detail, Some(domain.account)).await?;
        store::change::touch(&mut tx, &touched).await?;
        Ok(tx.commit().await?)
    }
}
