//! Who is in a group (guide chapter 5 "Managing Group Information").

use crate::aliases::alias_address;
use crate::groups::{group_in, title};
use crate::slices::{After, checked};
use crate::{Error, Service, UseCase, audit};
use model::{Actor, EmailAddress, FieldError, MailboxId};
use std::collections::{HashMap, HashSet};
use store::change::Touched;
use store::domain::Domain;
use store::{Connection, Slice};

/// A mailbox of the group's domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberRef {
    Mailbox(MailboxId),
    /// Any of its addresses, or the part before @.
    Address(String),
}

/// What to do with the mailboxes that are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberChange {
    Add,
    Remove,
    /// They are the members from now on.
    Set,
}

/// The mailboxes; an error names each that the domain does not have, as `members[n]`.
pub(crate) async fn resolve(c: &mut Connection, domain: &Domain, named: &[MemberRef]) -> Result<Vec<MailboxId>, Error> {
    let mut wrong = Vec::new();
    let mut keys: HashMap<usize, String> = HashMap::new();
    let mut ids = Vec::new();
    for (n, member) in named.iter().enumerate() {
        match member {
            MemberRef::Mailbox(id) => ids.push(*id),
            MemberRef::Address(text) => match alias_address(&domain.name, text) {
                Ok(address) => drop(keys.insert(n, address.key())),
                Err(e) => wrong.push(FieldError { field: format!("members[{n}]"), message: format!("{text}: {e}") }),
            },
        }
    }
    let list: Vec<String> = keys.values().cloned().collect();
    let by_key = store::mailbox::by_keys(c, &list).await?;
    let here = store::mailbox::in_domain(c, domain.id, &ids).await?;
    let (mut out, mut seen) = (Vec::with_capacity(named.len()), HashSet::new());
    for (n, member) in named.iter().enumerate() {
        let found = match member {
            MemberRef::Mailbox(id) => here.get(id).copied(),
            MemberRef::Address(_) => {
                let Some(key) = keys.get(&n) else { continue };
                by_key.get(key).filter(|(_, of)| *of == domain.id).map(|(id, _)| *id)
            }
        };
        match found {
            Some(id) if seen.insert(id) => out.push(id),
            Some(_) => {}
            None => {
                let message = format!("There is no such mailbox in {}.", domain.name);
                wrong.push(FieldError { field: format!("members[{n}]"), message });
            }
        }
    }
    Error::fields(wrong)?;
    Ok(out)
}

/// Mailboxes that the audit trail names at most.
const NAMED: usize = 20;

/// Their addresses, of the first few.
async fn addresses(c: &mut Connection, ids: &[MailboxId]) -> Result<Vec<String>, Error> {
    let mut out = Vec::new();
    for id in ids.iter().take(NAMED) {
        out.extend(store::mailbox::get(c, *id).await?.map(|m| m.address.to_string()));
    }
    Ok(out)
}

impl Service {
    /// By address.
    pub async fn group_members_after(
        &self,
        actor: &Actor,
        id: i64,
        after: &After,
    ) -> Result<Slice<(MailboxId, EmailAddress)>, Error> {
        let scope = self.permit(actor, UseCase::ListGroups)?;
        let mut c = self.inner.store.read().await?;
        group_in(&mut c, scope, id).await?;
        checked(store::group::member_slice(&mut c, id, after.cursor.as_ref(), after.limit).await)
    }

    /// Adds or takes out members, or says who all of them are; how many came and went.
    pub async fn change_group_members(
        &self,
        actor: &Actor,
        id: i64,
        change: MemberChange,
        named: &[MemberRef],
    ) -> Result<(usize, usize), Error> {
        let scope = self.permit(actor, UseCase::EditGroup)?;
        let mut tx = self.inner.store.begin().await?;
        let (group, domain) = group_in(&mut tx, scope, id).await?;
        let named = resolve(&mut tx, &domain, named).await?;
        let before = store::group::members(&mut tx, id).await?;
        let (old, wanted): (HashSet<MailboxId>, HashSet<MailboxId>) =
            (before.iter().copied().collect(), named.iter().copied().collect());
        let come: Vec<MailboxId> = match change {
            MemberChange::Remove => Vec::new(),
            MemberChange::Add | MemberChange::Set => named.iter().copied().filter(|m| !old.contains(m)).collect(),
        };
        let gone: Vec<MailboxId> = match change {
            MemberChange::Add => Vec::new(),
            MemberChange::Remove => named.iter().copied().filter(|m| old.contains(m)).collect(),
            MemberChange::Set => before.iter().copied().filter(|m| !wanted.contains(m)).collect(),
        };
        if come.is_empty() && gone.is_empty() {
            return Ok((0, 0));
        }
        store::group::add_members(&mut tx, id, &come).await?;
        store::group::remove_members(&mut tx, id, &gone).await?;
        let now = before.len() + come.len() - gone.len();
        let steps = [
            Some(audit::step("members", &before.len().to_string(), &now.to_string())),
            audit::shown('+', &addresses(&mut tx, &come).await?, come.len()),
            audit::shown('-', &addresses(&mut tx, &gone).await?, gone.len()),
        ];
        let detail = steps.into_iter().flatten().collect::<Vec<_>>().join("; ");
        self.note(&mut tx, actor, "group.members", &title(&group, &domain), &detail, Some(domain.account)).await?;
        let touched: Vec<Touched> = come.iter().chain(&gone).map(|m| Touched::Mailbox(*m)).collect();
        store::change::touch(&mut tx, &touched).await?;
        tx.commit().await?;
        Ok((come.len(), gone.len()))
    }
}
