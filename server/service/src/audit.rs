//! The audit trail: written with each change, read by administrators.

use crate::{Error, Service, UseCase};
use model::view::{AuditRow, ListQuery, Page};
use model::{AccountId, Actor};
use std::collections::HashSet;
use std::fmt::Display;
use std::hash::Hash;

/// One step of a change as the trail shows it: `state active → inactive`.
pub(crate) fn step(what: &str, before: &str, after: &str) -> String {
    format!("{what} {before} → {after}")
}

/// Entries that a line of the trail names at most, with each sign.
const NAMED: usize = 20;

/// The first few of `names` with a sign before each, and how many more of `all` there are; none where there are none.
pub(crate) fn shown<T: Display>(sign: char, names: &[T], all: usize) -> Option<String> {
    let first: Vec<String> = names.iter().take(NAMED).map(|n| format!("{sign}{n}")).collect();
    let more = all.saturating_sub(first.len());
    let first = first.join(", ");
    match (all, more) {
        (0, _) => None,
        (_, 0) => Some(first),
        (_, more) => Some(format!("{first} and {more} more")),
    }
}

/// The first few, and how many more.
pub(crate) fn names<T: Display>(list: &[T]) -> String {
    let first = list.iter().take(NAMED).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match list.len().saturating_sub(NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// What came to a list and went from it: `friends +a.test, -b.test`; none where it is the same list.
pub(crate) fn difference<T: Eq + Hash + Display>(what: &str, before: &[T], after: &[T]) -> Option<String> {
    let (old, new): (HashSet<&T>, HashSet<&T>) = (before.iter().collect(), after.iter().collect());
    let come: Vec<&&T> = new.difference(&old).collect();
    let gone: Vec<&&T> = old.difference(&new).collect();
    let parts = [shown('+', &come, come.len()), shown('-', &gone, gone.len())];
    let parts = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    match (parts.is_empty(), before == after) {
        (true, true) => None,
        (true, false) => Some(format!("{what}: order")),
        (false, _) => Some(format!("{what} {parts}")),
    }
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

    /// Notes many that are alike but for object and detail.
    pub(crate) async fn note_many(
        &self,
        tx: &mut store::Tx,
        actor: &Actor,
        act: &str,
        of: &[(&str, String)],
        account: Option<AccountId>,
    ) -> Result<(), Error> {
        let at = self.now();
        let row = |(object, detail): &(&str, String)| AuditRow {
            at,
            actor: actor.name.clone(),
            origin: actor.origin.clone(),
            act: act.to_owned(),
            object: (*object).to_owned(),
            detail: detail.clone(),
        };
        for piece in of.chunks(1_000) {
            let rows: Vec<AuditRow> = piece.iter().map(row).collect();
            store::audit::insert_many(tx, &rows, account).await?;
        }
        Ok(())
    }

    /// Newest first.
    pub async fn audit(&self, actor: &Actor, query: &ListQuery) -> Result<Page<AuditRow>, Error> {
        let scope = self.permit(actor, UseCase::ReadAudit)?;
        let mut c = self.inner.store.read().await?;
        Ok(store::audit::list(&mut c, scope, query).await?)
    }
}
