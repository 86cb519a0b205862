//! The change of a bulk operation to one object, within the transaction of its piece.

use super::{BulkChange, BulkOf};
use crate::domain_change::{self, DomainChange, domain_in};
use crate::mailbox_change::{self, MailboxChange, mailbox_in};
use crate::outbound::outbound_in;
use crate::settings::patched;
use crate::{Error, audit};
use model::settings::Level;
use model::view::AuditRow;
use model::{AccountId, Actor, DomainId, MailboxId, Timestamp};
use store::change::Touched;
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
        let (detail, touched) = domain_change::remove(tx, &before).await?;
        effects.audit.push(ground.note("domain.delete", before.name.as_str(), detail, before.account));
        effects.touched.extend(touched);
        return Ok(());
    }
    let fields = DomainChange { gateways: change.gateways.clone(), unrecognized: change.unrecognized };
    let (mut after, mut changed) = fields.over(&before)?;
    changed.extend(patched(tx, Level::Domain, Some(before.account), &mut after.settings, &change.settings).await?);
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
    let account = Some(before.account);
    let mut changed = patched(tx, Level::OutboundIp, account, &mut after.settings, &change.settings).await?;
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
        let aliases = mailbox_change::remove(tx, &before, change.with_aliases).await?;
        let detail = aliases.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        effects.audit.push(ground.note("mailbox.delete", name, detail, before.account));
        effects.touched.push(Touched::Mailbox(id));
        return Ok(());
    }
    let mut after = before.clone();
    let account = Some(before.account);
    let mut changed = patched(tx, Level::Mailbox, account, &mut after.settings, &change.settings).await?;
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
    let fields =
        MailboxChange { state: change.state, access: change.access, keep: change.keep, ..MailboxChange::default() };
    changed.extend(fields.state_of(tx, &mut after).await?);
    if after != before {
        store::mailbox::update(tx, &after).await?;
    }
    changed.extend(fields.details(tx, id).await?);
    for (group, joins) in groups {
        let moved = match joins {
            true => store::group::add_members(tx, group.id, &[id]).await?,
            false => store::group::remove_members(tx, group.id, &[id]).await?,
        };
        if moved > 0 {
            changed.push(format!("{}group {}", if joins { '+' } else { '-' }, group.name));
        }
    }
    if !changed.is_empty() {
        effects.audit.push(ground.note("mailbox.edit", name, changed.join("; "), before.account));
        effects.touched.push(Touched::Mailbox(id));
    }
    Ok(())
}
