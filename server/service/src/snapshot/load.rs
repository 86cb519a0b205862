//! Reading the configuration: all of it, or what has changed.

use super::domain::{DomainEntry, Group};
use super::mailbox::{MailboxEntry, Own};
use super::{Appliance, Outbound, Snapshot};
use crate::Error;
use crate::layers::Base;
use filter::SenderLists;
use model::{DomainId, MailboxId, Settings};
use std::collections::HashMap;
use std::sync::Arc;
use store::change::Touched;
use store::definition::Place;
use store::dkim::SealedKey;
use store::outbound::Member;
use store::senders::{self, Lists, Owner};
use store::{Connection, change, group};

/// Mailboxes read at a time.
const PAGE: u32 = 5_000;

type Groups = HashMap<i64, Arc<Group>>;

fn compile(lists: &Lists) -> Arc<SenderLists> {
    Arc::new(SenderLists::compile(&lists.friends, &lists.enemies))
}

/// Each with its domain and id; `lists` gives its friends and enemies.
fn made<'a>(
    groups: Vec<group::Group<Settings>>,
    mut lists: impl FnMut(i64) -> Option<Lists> + 'a,
) -> impl Iterator<Item = (DomainId, i64, Arc<Group>)> + 'a {
    let mut senders = move |id| lists(id).map(|l| compile(&l));
    groups.into_iter().map(move |g| {
        (g.domain, g.id, Arc::new(Group { position: g.position, settings: g.settings, senders: senders(g.id) }))
    })
}

/// Reads everything.
pub(super) async fn whole(c: &mut Connection) -> Result<Snapshot, Error> {
    let version = change::counter(c).await?;
    let levels = Arc::new(Base::with_content(c, &Base::default()).await?);
    let mut snapshot = Snapshot { version, levels, ..Snapshot::default() };
    let mut orders = store::definition::all_used(c).await?;
    let mut lists = senders::all(c).await?;

    let mut groups: HashMap<DomainId, Groups> = HashMap::new();
    for (domain, id, group) in made(group::all(c, None).await?, |id| lists.remove(&Owner::Group(id))) {
        groups.entry(domain).or_default().insert(id, group);
    }
    let mut keys: HashMap<DomainId, Vec<SealedKey>> = HashMap::new();
    for key in store::dkim::active(c).await? {
        keys.entry(key.domain).or_default().push(key);
    }
    for row in store::domain::all(c, None).await? {
        let own = lists.remove(&Owner::Domain(row.id)).map(|l| compile(&l)).unwrap_or_default();
        let groups = groups.remove(&row.id).unwrap_or_default();
        let keys = keys.remove(&row.id).unwrap_or_default().into();
        let order = orders.remove(&Place::Domain(row.id)).unwrap_or_default().into();
        snapshot.put_domain(DomainEntry::new(row, groups, own, keys, order));
    }

    let mut members = group::memberships(c).await?;
    let mut after = MailboxId(0);
    loop {
        let page = store::mailbox::briefs(c, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        for row in page {
            let own = Own::new(
                row.settings,
                lists.remove(&Owner::Mailbox(row.id)).map(|l| compile(&l)),
                members.remove(&row.id).unwrap_or_default(),
            );
            snapshot.put_mailbox(MailboxEntry {
                id: row.id,
                address: row.address,
                state: row.state,
                domain: row.domain,
                aliases: row.aliases.into(),
                own,
            });
        }
    }
    snapshot.outbound = outbound(c, &snapshot.levels).await?;
    snapshot.appliance = Arc::new(Appliance::new(change::appliance(c).await?));
    Ok(snapshot)
}

/// Reads again what has changed since `snapshot`; None where that is not known.
pub(super) async fn newer(c: &mut Connection, snapshot: &Snapshot) -> Result<Option<Snapshot>, Error> {
    let version = change::counter(c).await?;
    let Some(touched) = change::since(c, snapshot.version, version).await? else { return Ok(None) };
    let mut new = Snapshot { version, ..snapshot.clone() };
    if touched.contains(&Touched::Levels) || touched.contains(&Touched::Definitions) {
        new.levels = Arc::new(Base::with_content(c, &snapshot.levels).await?);
    }
    // An address may go from one mailbox to another: what went is taken out before anything is put in.
    for t in &touched {
        if let Touched::Mailbox(id) = t {
            new.take_mailbox(*id);
        }
    }
    for t in &touched {
        match t {
            Touched::Levels | Touched::Outbound | Touched::Definitions => {}
            Touched::Appliance => new.appliance = Arc::new(Appliance::new(change::appliance(c).await?)),
            Touched::Domain(id) => again_domain(c, &mut new, *id, false).await?,
            Touched::DomainSenders(id) => again_domain(c, &mut new, *id, true).await?,
            Touched::Mailbox(id) => again_mailbox(c, &mut new, *id).await?,
        }
    }
    if touched.iter().any(|t| matches!(t, Touched::Levels | Touched::Outbound | Touched::Definitions)) {
        new.outbound = outbound(c, &new.levels).await?;
    }
    Ok(Some(new))
}

/// `lists`: its friends and enemies too, of which there may be a million.
async fn again_domain(c: &mut Connection, new: &mut Snapshot, id: DomainId, lists: bool) -> Result<(), Error> {
    let Some(row) = store::domain::get(c, id).await? else {
        new.take_domain(id);
        return Ok(());
    };
    let known = new.by_id.get(&id).filter(|_| !lists).map(|d| d.senders.clone());
    let own = match known {
        Some(own) => own,
        None => compile(&senders::get(c, Owner::Domain(id)).await?),
    };
    let mut of_groups = senders::of_groups(c, id).await?;
    let groups =
        made(group::all(c, Some(id)).await?, |id| of_groups.remove(&id)).map(|(_, id, group)| (id, group)).collect();
    let keys = store::dkim::of_domain(c, id).await?.into_iter().filter(|k| k.key.active).collect();
    let order = store::definition::used_filters(c, Place::Domain(id)).await?.into();
    new.put_domain(DomainEntry::new(row, groups, own, keys, order));
    Ok(())
}

async fn again_mailbox(c: &mut Connection, new: &mut Snapshot, id: MailboxId) -> Result<(), Error> {
    let Some(row) = store::mailbox::get(c, id).await? else { return Ok(()) };
    let aliases = store::mailbox::aliases(c, id).await?;
    let lists = senders::get(c, Owner::Mailbox(id)).await?;
    let groups: Vec<i64> = group::of_mailbox::<Settings>(c, id).await?.iter().map(|g| g.id).collect();
    let lists = (lists != Lists::default()).then(|| compile(&lists));
    new.put_mailbox(MailboxEntry {
        id,
        address: row.address,
        state: row.state,
        domain: row.domain,
        aliases: aliases.iter().map(|a| a.key().into()).collect(),
        own: Own::new(row.settings, lists, groups),
    });
    Ok(())
}

/// The narrowest network that holds an address speaks for it.
async fn outbound(c: &mut Connection, levels: &Base) -> Result<Arc<[Outbound]>, Error> {
    let mut members: HashMap<i64, Vec<Member>> = HashMap::new();
    for (id, member) in store::outbound::all_members(c).await? {
        members.entry(id).or_default().push(member);
    }
    let mut orders = store::definition::all_used(c).await?;
    let made = |o: store::outbound::OutboundIp| {
        let members = members.remove(&o.id).unwrap_or_default();
        let order = orders.remove(&Place::Outbound(o.id)).unwrap_or_default().into();
        Outbound::new(o, members, order, levels)
    };
    let mut all: Vec<Outbound> = store::outbound::all(c, None).await?.into_iter().map(made).collect();
    all.sort_by_key(|o| std::cmp::Reverse(o.range.prefix()));
    Ok(all.into())
}
