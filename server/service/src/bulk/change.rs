//! The change of a bulk operation to one object, within the transaction of its piece.

use super::{BulkChange, BulkOf};
use crate::domain_change::domain_in;
use crate::domains::read_gateways;
use crate::mailbox_change::mailbox_in;
use crate::outbound::outbound_in;
use crate::{Error, audit, layers};
use model::settings::Level;
use model::view::{AuditRow, MailboxState};
use model::{AccountId, Actor, DomainId, FieldError, HostPort, MailboxId, Settings, Timestamp};
use store::change::Touched;
use store::session::Who;
use store::{Connection, Scope};

/// What a piece has done so far, besides the rows themselves.
#[derive(Default)]
pub(super) struct Effects {
    pub(super) audit: Vec<(AuditRow, Option<AccountId>)>,
    pub(super) touched: Vec<Touched>,
}

/// Who changes, and when.
pub(super) struct Ground<'a> {
    pub(super) actor: &'a Actor,
    pub(super) scope: Scope,
    pub(super) now: Timestamp,
}

impl Ground<'_> {
    pub(super) fn note(
        &self,
        act: &str,
        object: &str,
        detail: String,
        account: AccountId,
    ) -> (AuditRow, Option<AccountId>) {
        let row = AuditRow {
            at: self.now,
            actor: self.actor.name.clone(),
            origin: self.actor.origin.clone(),
            act: act.to_owned(),
            object: object.to_owned(),
            detail,
        };
        (row, Some(account))
    }
}

/// Changes settings by their paths: the differences, as the audit trail shows them.
fn patch(level: Level, own: &mut Settings, change: &BulkChange) -> Result<Vec<String>, Error> {
    let named = change.settings.iter().map(|(path, value)| (path.as_str(), value.clone()));
    let differences = match own.patch(level, named) {
        Ok(differences) => differences,
        Err(wrong) => {
            Error::fields(wrong)?;
            Vec::new()
        }
    };
    let is_named = |f: &FieldError| change.settings.iter().any(|(path, _)| *path == f.field);
    Error::fields(layers::problems(level, own).into_iter().filter(is_named).collect())?;
    Ok(differences.iter().map(ToString::to_string).collect())
}

/// Changes or deletes one object. What it refuses it has not begun: an error of the user's leaves the object as it was.
pub(super) async fn one(
    tx: &mut Connection,
    ground: &Ground<'_>,
    of: BulkOf,
    id: i64,
    change: &BulkChange,
    effects: &mut Effects,
) -> Result<(), Error> {
    match of {
        BulkOf::Domains => domain(tx, ground, DomainId(id), change, effects).await,
        BulkOf::OutboundIps => outbound(tx, ground, id, change, effects).await,
        BulkOf::Mailboxes => mailbox(tx, ground, MailboxId(id), change, effects).await,
    }
}

async fn domain(
    tx: &mut Connection,
    ground: &Ground<'_>,
    id: DomainId,
    change: &BulkChange,
    effects: &mut Effects,
) -> Result<(), Error> {
    let before = domain_in(tx, ground.scope, id).await?;
    if change.delete {
        store::domain::delete(tx, id).await?;
        effects.audit.push(ground.note("domain.delete", before.name.as_str(), String::new(), before.account));
        effects.touched.push(Touched::Domain(id));
        return Ok(());
    }
    let mut after = before.clone();
    let mut changed = patch(Level::Domain, &mut after.settings, change)?;
    if let Some(text) = &change.gateways {
        let gateways = read_gateways(text).map_err(|e| Error::field("gateways", e))?;
        if gateways != before.gateways {
            let words = |g: &[HostPort]| g.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            changed.push(audit::step("gateways", &words(&before.gateways), &words(&gateways)));
            after.gateways = gateways;
        }
    }
    if let Some(unrecognized) = change.unrecognized.filter(|u| *u != before.unrecognized) {
        let word = |u| format!("{u:?}").to_lowercase();
        changed.push(audit::step("unrecognized", &word(before.unrecognized), &word(unrecognized)));
        after.unrecognized = unrecognized;
    }
    if !changed.is_empty() {
        store::domain::update(tx, &after).await?;
        effects.audit.push(ground.note("domain.edit", after.name.as_str(), changed.join("; "), after.account));
        effects.touched.push(Touched::Domain(id));
    }
    Ok(())
}

async fn outbound(
    tx: &mut Connection,
    ground: &Ground<'_>,
    id: i64,
    change: &BulkChange,
    effects: &mut Effects,
) -> Result<(), Error> {
    let before = outbound_in(tx, ground.scope, id).await?;
    let name = before.range.to_string();
    if change.delete {
        store::outbound::delete(tx, id).await?;
        effects.audit.push(ground.note("outbound.delete", &name, before.nickname.clone(), before.account));
        effects.touched.push(Touched::Outbound);
        return Ok(());
    }
    let mut after = before.clone();
    let mut changed = patch(Level::OutboundIp, &mut after.settings, change)?;
    if let Some(nickname) = change.nickname.as_ref().filter(|n| **n != before.nickname) {
        changed.push(audit::step("nickname", &before.nickname, nickname));
        after.nickname = nickname.clone();
    }
    if !changed.is_empty() {
        store::outbound::put(tx, &after).await?;
        effects.audit.push(ground.note("outbound.edit", &name, changed.join("; "), after.account));
        effects.touched.push(Touched::Outbound);
    }
    Ok(())
}

async fn mailbox(
    tx: &mut Connection,
    ground: &Ground<'_>,
    id: MailboxId,
    change: &BulkChange,
    effects: &mut Effects,
) -> Result<(), Error> {
    let before = mailbox_in(tx, ground.scope, id).await?;
    let name = before.address.as_str();
    if change.delete {
        let aliases = store::mailbox::aliases(tx, id).await?;
        store::mailbox::delete(tx, id).await?;
        let detail = aliases.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        effects.audit.push(ground.note("mailbox.delete", name, detail, before.account));
        effects.touched.push(Touched::Mailbox(id));
        return Ok(());
    }
    let mut after = before.clone();
    let mut changed = patch(Level::Mailbox, &mut after.settings, change)?;
    let mut groups = Vec::new();
    for (list, joins) in [(&change.join, true), (&change.leave, false)] {
        for group in list {
            let (group, _) = crate::groups::group_in(tx, ground.scope, *group).await?;
            if group.domain != before.domain {
                return Err(Error::field("groups", format!("Group {} is of another domain.", group.name)));
            }
            groups.push((group, joins));
        }
    }
    if let Some(state) = change.state.filter(|s| *s != before.state) {
        let word = |s: MailboxState| format!("{s:?}").to_lowercase();
        changed.push(audit::step("state", &word(before.state), &word(state)));
        after.state = state;
    }
    if after != before {
        store::mailbox::update(tx, &after).await?;
    }
    if change.access.is_some() || change.keep.is_some() {
        let old = store::mailbox::details(tx, id).await?.unwrap_or_default();
        let mut new = old.clone();
        new.access = change.access.unwrap_or(old.access);
        new.keep = change.keep.unwrap_or(old.keep);
        if new.access != old.access {
            let word = |a| format!("{a:?}").to_lowercase();
            changed.push(audit::step("access", &word(old.access), &word(new.access)));
        }
        if new.keep != old.keep {
            changed.push(audit::step("keep", &old.keep.to_string(), &new.keep.to_string()));
        }
        if new != old {
            store::mailbox::set_details(tx, id, &new).await?;
        }
    }
    for (group, joins) in groups {
        let moved = match joins {
            true => store::group::add_members(tx, group.id, &[id]).await?,
            false => store::group::remove_members(tx, group.id, &[id]).await?,
        };
        if moved > 0 {
            changed.push(format!("{}group {}", if joins { '+' } else { '-' }, group.name));
        }
    }
    if after.state == MailboxState::Inactive && before.state != MailboxState::Inactive {
        store::session::remove_of(tx, Who::Owner(id)).await?;
    }
    if !changed.is_empty() {
        effects.audit.push(ground.note("mailbox.edit", name, changed.join("; "), before.account));
        effects.touched.push(Touched::Mailbox(id));
    }
    Ok(())
}
