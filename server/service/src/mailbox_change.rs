//! Changing and deleting mailboxes (guide chapter 8).

use crate::aliases;
use crate::mailboxes::{full_name_problem, within};
use crate::password::Policy;
use crate::{Error, Service, UseCase, audit};
use model::view::{MailboxAccess, MailboxState};
use model::{Actor, EmailAddress, ErrorCode, FieldError, MailboxId};
use store::Scope;
use store::change::Touched;
use store::mailbox::{Details, Mailbox};
use store::session::Who;

/// What to change of a mailbox; None leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct MailboxChange {
    pub state: Option<MailboxState>,
    /// Whether its owner may use the Personal Dashboard and gets digests.
    pub access: Option<MailboxAccess>,
    /// "Do Not Auto-Remove": discovery never removes it.
    pub keep: Option<bool>,
    pub full_name: Option<String>,
    /// All its aliases from now on.
    pub aliases: Option<Vec<String>>,
    /// Some(None) takes the password away.
    pub password: Option<Option<String>>,
    /// Whether the next login must choose another password.
    pub must_change: Option<bool>,
}

impl MailboxChange {
    /// Changes the state in the row, which is for the caller to write; what changed. Who may no longer log in is out at
    /// once, and stays out when the mailbox is active again.
    pub(crate) async fn state_of(&self, c: &mut store::Connection, m: &mut Mailbox) -> Result<Option<String>, Error> {
        let Some(state) = self.state.filter(|s| *s != m.state) else { return Ok(None) };
        let word = |s: MailboxState| format!("{s:?}").to_lowercase();
        let step = audit::step("state", &word(m.state), &word(state));
        m.state = state;
        if state == MailboxState::Inactive {
            store::session::remove_of(c, Who::Owner(m.id)).await?;
        }
        Ok(Some(step))
    }

    /// Writes access, name and whether to keep; what changed.
    pub(crate) async fn details(&self, tx: &mut store::Connection, id: MailboxId) -> Result<Vec<String>, Error> {
        if self.access.is_none() && self.keep.is_none() && self.full_name.is_none() {
            return Ok(Vec::new());
        }
        let before = store::mailbox::details(tx, id).await?.unwrap_or_default();
        let after = Details {
            access: self.access.unwrap_or(before.access),
            keep: self.keep.unwrap_or(before.keep),
            full_name: self.full_name.clone().unwrap_or_else(|| before.full_name.clone()),
            invalid_since: before.invalid_since,
        };
        if after != before {
            store::mailbox::set_details(tx, id, &after).await?;
        }
        Ok(details_changed(&before, &after))
    }
}

/// What differs, for the audit trail and the lines of `apply`.
pub(crate) fn details_changed(before: &Details, after: &Details) -> Vec<String> {
    let mut changed = Vec::new();
    if after.access != before.access {
        changed.push(audit::step("access", before.access.as_str(), after.access.as_str()));
    }
    if after.keep != before.keep {
        changed.push(audit::step("keep", &before.keep.to_string(), &after.keep.to_string()));
    }
    if after.full_name != before.full_name {
        let word = |n: &str| if n.is_empty() { "none".to_owned() } else { n.to_owned() };
        changed.push(audit::step("full name", &word(&before.full_name), &word(&after.full_name)));
    }
    changed
}

/// The mailbox, within the actor's scope; what is outside does not exist.
pub(crate) async fn mailbox_in(c: &mut store::Connection, scope: Scope, id: MailboxId) -> Result<Mailbox, Error> {
    let found = store::mailbox::get(c, id).await?.filter(|m| within(scope, m));
    found.ok_or_else(|| Error::not_found("mailbox"))
}

/// Deletes a mailbox with its aliases, which it returns; where those may not go with it, a conflict names them.
pub(crate) async fn remove(
    c: &mut store::Connection,
    mailbox: &Mailbox,
    with_aliases: bool,
) -> Result<Vec<EmailAddress>, Error> {
    let aliases = store::mailbox::aliases(c, mailbox.id).await?;
    if !with_aliases && !aliases.is_empty() {
        let names = audit::names(&aliases);
        let message = format!("With {} would go its aliases {names}: say that they may.", mailbox.address);
        return Err(Error::new(ErrorCode::Conflict, message));
    }
    store::mailbox::delete(c, mailbox.id).await?;
    Ok(aliases)
}

impl Service {
    pub async fn change_mailbox(&self, actor: &Actor, id: MailboxId, change: &MailboxChange) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::EditMailbox)?;
        let (before, domain, policy) = {
            let mut c = self.inner.store.read().await?;
            let before = mailbox_in(&mut c, scope, id).await?;
            let domain = store::domain::get(&mut c, before.domain).await?;
            let owner = self.owner_of(&mut c, id).await?.ok_or_else(|| Error::not_found("mailbox"))?;
            (before, domain.ok_or_else(|| Error::not_found("domain"))?, Policy::of(&owner.values))
        };
        let mut wrong = Vec::new();
        let aliases = {
            let mut c = self.inner.store.read().await?;
            let names: Vec<&str> = change.aliases.iter().flatten().map(String::as_str).collect();
            aliases::read(&mut c, &domain, Some(&before.address), &names, &mut wrong).await?
        };
        if let Some(problem) = change.full_name.as_deref().and_then(full_name_problem) {
            wrong.push(FieldError { field: "full_name".into(), message: problem.into() });
        }
        let new_password = change.password.as_ref().and_then(Option::as_ref);
        let who = Who::Owner(id);
        self.check_password(&policy, Some(who), new_password.map(String::as_str), &mut wrong).await?;
        Error::fields(wrong)?;
        let hash = match new_password {
            Some(p) => Some(self.inner.hasher.hash(p.clone()).await?),
            None => None,
        };

        let mut tx = self.inner.store.begin().await?;
        let before = mailbox_in(&mut tx, scope, id).await?;
        let mut after = before.clone();
        let mut changed = Vec::new();
        changed.extend(change.state_of(&mut tx, &mut after).await?);
        changed.extend(change.details(&mut tx, id).await?);
        let age = store::password::age(&mut tx, who).await?.unwrap_or_default();
        let must_change = change.must_change.unwrap_or(age.must_change && change.password.is_none());
        if change.password.is_some() {
            match &hash {
                Some(hash) => store::password::set(&mut tx, who, hash, self.now(), must_change).await?,
                None => store::password::set_must_change(&mut tx, who, false).await?,
            }
            after.password_hash = hash;
            changed.push(if after.password_hash.is_some() { "password" } else { "no password" }.into());
            // Whoever knew the old one is no longer in.
            store::session::remove_of(&mut tx, who).await?;
        } else if must_change != age.must_change {
            store::password::set_must_change(&mut tx, who, must_change).await?;
            changed.push(if must_change { "must change password" } else { "need not change password" }.into());
        }
        if after != before {
            store::mailbox::update(&mut tx, &after).await?;
        }
        if change.aliases.is_some() {
            let old = store::mailbox::aliases(&mut tx, id).await?;
            for gone in old.iter().filter(|o| !aliases.iter().any(|a| a.key() == o.key())) {
                store::mailbox::remove_alias(&mut tx, id, gone).await?;
                changed.push(format!("-{gone}"));
            }
            for new in aliases.iter().filter(|a| !old.iter().any(|o| o.key() == a.key())) {
                store::mailbox::add_alias(&mut tx, id, new).await.map_err(|e| match e.is_conflict() {
                    true => Error::taken("aliases", format!("{new} belongs to a mailbox already.")),
                    false => e.into(),
                })?;
                changed.push(format!("+{new}"));
            }
        }
        if changed.is_empty() {
            return Ok(());
        }
        let detail = changed.join("; ");
        self.note(&mut tx, actor, "mailbox.edit", before.address.as_str(), &detail, Some(before.account)).await?;
        store::change::touch(&mut tx, &[Touched::Mailbox(id)]).await?;
        Ok(tx.commit().await?)
    }

    /// Deletes a mailbox with its aliases; returns those, so that whoever asked can say what went. What is held for it
    /// stays until it is too old.
    pub async fn delete_mailbox(&self, actor: &Actor, id: MailboxId) -> Result<Vec<EmailAddress>, Error> {
        self.delete_mailbox_and(actor, id, true).await
    }

    /// Deletes a mailbox that has no aliases; with some, they are named in a conflict and nothing is deleted.
    pub async fn delete_mailbox_without_aliases(&self, actor: &Actor, id: MailboxId) -> Result<(), Error> {
        self.delete_mailbox_and(actor, id, false).await.map(drop)
    }

    async fn delete_mailbox_and(
        &self,
        actor: &Actor,
        id: MailboxId,
        with_aliases: bool,
    ) -> Result<Vec<EmailAddress>, Error> {
        let scope = self.permit(actor, UseCase::DeleteMailbox)?;
        let mut tx = self.inner.store.begin().await?;
        let mailbox = mailbox_in(&mut tx, scope, id).await?;
        let aliases = remove(&mut tx, &mailbox, with_aliases).await?;
        let detail = aliases.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        self.note(&mut tx, actor, "mailbox.delete", mailbox.address.as_str(), &detail, Some(mailbox.account)).await?;
        store::change::touch(&mut tx, &[Touched::Mailbox(id)]).await?;
        tx.commit().await?;
        Ok(aliases)
    }
}
