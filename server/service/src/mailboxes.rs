//! Mailboxes and aliases (guide chapter 8).

use crate::aliases::{self, alias_address};
use crate::domains::account_within;
use crate::password::Policy;
use crate::{Error, Service, UseCase};
use model::view::{ListQuery, MailboxAccess, MailboxForm, MailboxRow, MailboxState, Page};
use model::{Actor, DomainId, DomainName, EmailAddress, FieldError, MailboxId, Settings};
use store::Scope;
use store::change::Touched;
use store::mailbox::Mailbox;

pub(crate) fn within(scope: Scope, m: &Mailbox) -> bool {
    match scope {
        Scope::Mailbox(id) => id == m.id,
        other => account_within(other, m.account),
    }
}

/// `bob` or `bob@acme.test` as an address of the domain. Plus signs are refused: they mark tags of an address.
pub(crate) fn address_in(domain: &DomainName, name: &str) -> Result<EmailAddress, String> {
    let address = alias_address(domain, name)?;
    match address.domain() == *domain {
        true => Ok(address),
        false => Err(format!("{address} is not in {domain}")),
    }
}

/// What a mailbox has besides its addresses, state, password and settings (guide chapter 8).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailboxDetails {
    pub access: MailboxAccess,
    /// "Do Not Auto-Remove": discovery never removes it.
    pub keep: bool,
    pub full_name: String,
}

impl From<MailboxDetails> for store::mailbox::Details {
    fn from(d: MailboxDetails) -> Self {
        store::mailbox::Details { access: d.access, keep: d.keep, full_name: d.full_name, invalid_since: None }
    }
}

/// What is wrong with the full name of a person.
pub(crate) fn full_name_problem(name: &str) -> Option<&'static str> {
    if name.chars().count() > 200 {
        return Some("A full name has at most 200 characters.");
    }
    name.chars().any(char::is_control).then_some("A full name has no control characters.")
}

impl Service {
    pub async fn mailboxes(
        &self,
        actor: &Actor,
        domain: Option<DomainId>,
        query: &ListQuery,
    ) -> Result<Page<MailboxRow>, Error> {
        let scope = self.permit(actor, UseCase::ListMailboxes)?;
        let mut c = self.inner.store.read().await?;
        Ok(store::mailbox::list(&mut c, scope, domain, query).await?)
    }

    pub async fn mailbox(&self, actor: &Actor, id: MailboxId) -> Result<MailboxRow, Error> {
        let scope = self.permit(actor, UseCase::ListMailboxes)?;
        let mut c = self.inner.store.read().await?;
        store::mailbox::get(&mut c, id)
            .await?
            .filter(|m| within(scope, m))
            .ok_or_else(|| Error::not_found("mailbox"))?;
        let found = store::mailbox::list(&mut c, Scope::Mailbox(id), None, &ListQuery::default()).await?.rows.pop();
        found.ok_or_else(|| Error::not_found("mailbox"))
    }

    pub async fn add_mailbox(&self, actor: &Actor, form: &MailboxForm) -> Result<MailboxId, Error> {
        self.add_mailbox_with(actor, form, &MailboxDetails::default()).await
    }

    pub async fn add_mailbox_with(
        &self,
        actor: &Actor,
        form: &MailboxForm,
        details: &MailboxDetails,
    ) -> Result<MailboxId, Error> {
        let scope = self.permit(actor, UseCase::AddMailbox)?;
        let (domain, policy) = {
            let mut c = self.inner.store.read().await?;
            let found = store::domain::get(&mut c, form.domain).await?.filter(|d| account_within(scope, d.account));
            let Some(domain) = found else { return Err(Error::field("domain", "There is no such domain.")) };
            let policy = Policy::of_domain(&mut c, &domain).await?;
            (domain, policy)
        };

        let mut wrong = Vec::new();
        let mut field = |name: &str, message: String| wrong.push(FieldError { field: name.into(), message });
        let address = address_in(&domain.name, &form.name).map_err(|e| field("name", e)).ok();
        if let Some(problem) = full_name_problem(&details.full_name) {
            field("full_name", problem.into());
        }
        let names: Vec<&str> = form.aliases.split([',', '\n']).map(str::trim).filter(|a| !a.is_empty()).collect();
        let aliases = {
            let mut c = self.inner.store.read().await?;
            aliases::read(&mut c, &domain, address.as_ref(), &names, &mut wrong).await?
        };
        let mut field = |name: &str, message: String| wrong.push(FieldError { field: name.into(), message });
        if !form.password.is_empty()
            && let Some(problem) = policy.problem(&form.password)
        {
            field("password", problem);
        }
        Error::fields(wrong)?;
        let Some(address) = address else { return Err(Error::field("name", "A name is needed.")) };

        let password_hash = match form.password.as_str() {
            "" => None,
            p => Some(self.inner.hasher.hash(p.to_owned()).await?),
        };
        let taken = |field: &'static str, a: &EmailAddress, e: store::Error| match e.is_conflict() {
            true => Error::taken(field, format!("{a} belongs to a mailbox already.")),
            false => e.into(),
        };
        let mut tx = self.inner.store.begin().await?;
        let mailbox = Mailbox {
            id: MailboxId(0),
            domain: domain.id,
            account: domain.account,
            address,
            state: MailboxState::Active,
            password_hash,
            settings: Settings::default(),
            link_generation: 0,
            created: self.now(),
        };
        let id = store::mailbox::insert(&mut tx, &mailbox).await.map_err(|e| taken("name", &mailbox.address, e))?;
        if *details != MailboxDetails::default() {
            store::mailbox::set_details(&mut tx, id, &details.clone().into()).await?;
        }
        for alias in &aliases {
            store::mailbox::add_alias(&mut tx, id, alias).await.map_err(|e| taken("aliases", alias, e))?;
        }
        let detail = aliases.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        self.note(&mut tx, actor, "mailbox.add", mailbox.address.as_str(), &detail, Some(domain.account)).await?;
        store::change::touch(&mut tx, &[Touched::Mailbox(id)]).await?;
        tx.commit().await?;
        Ok(id)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_name_becomes_an_address_of_its_domain_and_of_no_other() {
        let domain = DomainName::parse("acme.test").unwrap();
        assert_eq!(address_in(&domain, " Bob ").unwrap().as_str(), "Bob@acme.test");
        assert_eq!(address_in(&domain, "bob@ACME.test").unwrap().as_str(), "bob@acme.test");
        assert!(
            address_in(&domain, "bob@other.test").is_err()
                && address_in(&domain, "bob+x").is_err()
                && address_in(&domain, "").is_err()
        );
    }
}
