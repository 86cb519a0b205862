//! Groups: settings for some mailboxes of a domain, laid over the domain's (guide chapter 5). Of several groups of one
//! mailbox the first in order goes before the others.

use crate::codec::{self, int, text};
use crate::cursor::{self, Cursor, Order, Slice};
use crate::db::{Query, Row, sql};
use crate::{Connection, Error, Scope, query};
use model::view::{ListQuery, Page};
use model::{DomainId, EmailAddress, MailboxId, Timestamp};
use serde::{Serialize, de::DeserializeOwned};
use std::collections::HashMap;

/// A group; `S` is what its settings are read as.
#[derive(Debug, Clone, PartialEq)]
pub struct Group<S> {
    pub id: i64,
    pub domain: DomainId,
    pub name: String,
    /// Place among the domain's groups, from 0; the first wins.
    pub position: i64,
    /// All members of this group of the domain's directory are members.
    pub ldap_group: Option<String>,
    pub settings: S,
    pub created: Timestamp,
}

/// Adds it as the last of its domain; `id` and `position` of the argument are not used. A taken name is a conflict.
pub async fn insert<S: Serialize>(c: &mut Connection, g: &Group<S>) -> Result<i64, Error> {
    let id = sql("INSERT INTO mailbox_group (domain, name, name_key, position, ldap_group, settings, created)
         SELECT $1, $2, $3, (SELECT coalesce(max(position) + 1, 0) FROM mailbox_group WHERE domain = $1), $4, $5, $6
         WHERE NOT EXISTS (SELECT 1 FROM mailbox_group WHERE domain = $1 AND name_key = $3) RETURNING id")
    .bind(g.domain.0)
    .bind(&g.name)
    .bind(g.name.to_lowercase())
    .bind(&g.ldap_group)
    .bind(codec::to_json("settings", &g.settings)?)
    .bind(g.created.0)
    .scalar_optional(c)
    .await?;
    id.ok_or(Error::Conflict("group"))
}

/// Writes name, directory group and settings.
pub async fn update<S: Serialize>(c: &mut Connection, g: &Group<S>) -> Result<(), Error> {
    sql("UPDATE mailbox_group SET name = $2, name_key = $3, ldap_group = $4, settings = $5 WHERE id = $1")
        .bind(g.id)
        .bind(&g.name)
        .bind(g.name.to_lowercase())
        .bind(&g.ldap_group)
        .bind(codec::to_json("settings", &g.settings)?)
        .execute(c)
        .await?;
    Ok(())
}

/// Puts the domain's groups into this order; groups that are not named come after, in the order they had.
pub async fn order(c: &mut Connection, domain: DomainId, first: &[i64]) -> Result<(), Error> {
    let rest = sql("SELECT id FROM mailbox_group WHERE domain = $1 ORDER BY position, id").bind(domain.0);
    let rest: Vec<i64> = rest.scalars(c).await?;
    let named = first.iter().copied().filter(|id| rest.contains(id));
    let others = rest.iter().copied().filter(|id| !first.contains(id));
    for (position, id) in named.chain(others).enumerate() {
        sql("UPDATE mailbox_group SET position = $2 WHERE id = $1")
            .bind(id)
            .bind(i64::try_from(position).unwrap_or(i64::MAX))
            .execute(c)
            .await?;
    }
    Ok(())
}

/// The mailboxes stay. False where there was none.
pub async fn delete(c: &mut Connection, id: i64) -> Result<bool, Error> {
    Ok(sql("DELETE FROM mailbox_group WHERE id = $1").bind(id).execute(c).await? == 1)
}

pub async fn get<S: DeserializeOwned>(c: &mut Connection, id: i64) -> Result<Option<Group<S>>, Error> {
    sql("SELECT * FROM mailbox_group WHERE id = $1").bind(id).fetch_optional(c).await?.as_ref().map(group).transpose()
}

/// Those of one domain, or all by domain, in their order.
pub async fn all<S: DeserializeOwned>(c: &mut Connection, domain: Option<DomainId>) -> Result<Vec<Group<S>>, Error> {
    let mut b = sql("SELECT * FROM mailbox_group");
    if let Some(d) = domain {
        b.push(" WHERE domain = ").push_bind(d.0);
    }
    b.push(" ORDER BY domain, position, id");
    b.fetch_all(c).await?.iter().map(group).collect()
}

/// Those that the scope holds, by domain and id; those of one domain in their order. `limit` rows after those that ended
/// at `after`.
pub async fn slice<S: DeserializeOwned>(
    c: &mut Connection,
    scope: Scope,
    domain: Option<DomainId>,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Slice<Group<S>>, Error> {
    let key = if domain.is_some() { "g.position" } else { "g.domain" };
    let order = Order { key, id: Some("g.id"), descending: false, text: (false, false) };
    let mut b = sql("SELECT g.* FROM mailbox_group g JOIN domain d ON d.id = g.domain WHERE ");
    query::push_scope(&mut b, scope, "d.account");
    if let Some(d) = domain {
        b.push(" AND g.domain = ").push_bind(d.0);
    }
    let limit = order.after(&mut b, after, limit)?;
    let rows = b.fetch_all(c).await?.iter().map(group).collect::<Result<Vec<Group<S>>, _>>()?;
    Ok(cursor::slice(rows, limit, |g| (if domain.is_some() { g.position } else { g.domain.0 }, g.id)))
}

/// Makes these mailboxes members too; those of other domains are passed over. How many were none before.
pub async fn add_members(c: &mut Connection, id: i64, members: &[MailboxId]) -> Result<u64, Error> {
    let mut added = 0;
    for chunk in members.chunks(500) {
        let mut b = sql("INSERT INTO mailbox_group_member (mailbox, member_of) SELECT m.id, g.id
             FROM mailbox m JOIN mailbox_group g ON g.domain = m.domain WHERE g.id = $1 AND m.id IN ")
        .bind(id);
        b.push_list(chunk.iter().map(|m| m.0)).push(" ON CONFLICT DO NOTHING");
        added += b.execute(c).await?;
    }
    Ok(added)
}

/// How many of these were members.
pub async fn remove_members(c: &mut Connection, id: i64, members: &[MailboxId]) -> Result<u64, Error> {
    let mut removed = 0;
    for chunk in members.chunks(500) {
        let mut b = sql("DELETE FROM mailbox_group_member WHERE member_of = $1 AND mailbox IN ").bind(id);
        b.push_list(chunk.iter().map(|m| m.0));
        removed += b.execute(c).await?;
    }
    Ok(removed)
}

/// Members with their addresses, by address, `limit` after those that ended at `after`.
pub async fn member_slice(
    c: &mut Connection,
    id: i64,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Slice<(MailboxId, EmailAddress)>, Error> {
    const ORDER: Order = Order { key: "m.address", id: Some("m.id"), descending: false, text: (true, false) };
    let mut b = sql("SELECT m.id, m.address FROM mailbox_group_member x JOIN mailbox m ON m.id = x.mailbox
         WHERE x.member_of = $1")
    .bind(id);
    let limit = ORDER.after(&mut b, after, limit)?;
    let rows = b.fetch_all(c).await?;
    let rows = rows
        .iter()
        .map(|r| Ok((MailboxId(int(r, "id")?), codec::word::<EmailAddress>(r, "address")?)))
        .collect::<Result<Vec<_>, Error>>()?;
    Ok(cursor::slice(rows, limit, |(id, address)| (address.as_str().to_owned(), id.0)))
}

/// How many members it has.
pub async fn count(c: &mut Connection, id: i64) -> Result<u64, Error> {
    sql("SELECT count(*) FROM mailbox_group_member WHERE member_of = $1").bind(id).count(c).await
}

/// Makes these mailboxes the members; those of other domains are passed over. How many it has now.
pub async fn set_members(c: &mut Connection, id: i64, members: &[MailboxId]) -> Result<u64, Error> {
    sql("DELETE FROM mailbox_group_member WHERE member_of = $1").bind(id).execute(c).await?;
    add_members(c, id, members).await
}

pub async fn members(c: &mut Connection, id: i64) -> Result<Vec<MailboxId>, Error> {
    let ids = sql("SELECT mailbox FROM mailbox_group_member WHERE member_of = $1 ORDER BY mailbox").bind(id);
    Ok(ids.scalars(c).await?.into_iter().map(MailboxId).collect())
}

/// The groups of a mailbox, in the order in which their settings go before each other.
pub async fn of_mailbox<S: DeserializeOwned>(c: &mut Connection, id: MailboxId) -> Result<Vec<Group<S>>, Error> {
    let rows = sql("SELECT g.* FROM mailbox_group_member x JOIN mailbox_group g ON g.id = x.member_of
         WHERE x.mailbox = $1 ORDER BY g.position, g.id")
    .bind(id.0)
    .fetch_all(c)
    .await?;
    rows.iter().map(group).collect()
}

/// Ids of the groups of every mailbox that is in one, in their order: for the snapshot.
pub async fn memberships(c: &mut Connection) -> Result<HashMap<MailboxId, Vec<i64>>, Error> {
    let rows =
        sql("SELECT x.mailbox, x.member_of FROM mailbox_group_member x JOIN mailbox_group g ON g.id = x.member_of
         ORDER BY x.mailbox, g.position, g.id")
        .fetch_all(c)
        .await?;
    let mut out: HashMap<MailboxId, Vec<i64>> = HashMap::new();
    for r in &rows {
        out.entry(MailboxId(int(r, "mailbox")?)).or_default().push(int(r, "member_of")?);
    }
    Ok(out)
}

fn group<S: DeserializeOwned>(r: &Row) -> Result<Group<S>, Error> {
    Ok(Group {
        id: int(r, "id")?,
        domain: DomainId(int(r, "domain")?),
        name: text(r, "name")?,
        position: int(r, "position")?,
        ldap_group: r.get("ldap_group")?,
        settings: codec::json(r, "settings")?,
        created: Timestamp(int(r, "created")?),
    })
}

/// A group as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRow {
    pub id: i64,
    pub name: String,
    pub domain: DomainId,
    pub domain_name: String,
    /// Place among the domain's groups, from 0.
    pub position: i64,
    pub members: u64,
    /// The directory's group that fills it.
    pub ldap_group: Option<String>,
    pub created: Timestamp,
}

/// Groups whose name or domain has the words; sorted by name, domain, members or created.
pub async fn list(
    c: &mut Connection,
    scope: Scope,
    domain: Option<DomainId>,
    q: &ListQuery,
) -> Result<Page<GroupRow>, Error> {
    let from = "FROM mailbox_group g JOIN domain d ON d.id = g.domain WHERE ";
    let dialect = c.dialect();
    let narrow = |b: &mut Query| {
        query::push_scope(b, scope, "d.account");
        if let Some(d) = domain {
            b.push(" AND g.domain = ").push_bind(d.0);
        }
        query::push_words(b, dialect, "(g.name || ' ' || d.name)", &q.q);
    };
    let mut b = sql("SELECT count(*) ");
    b.push(from);
    narrow(&mut b);
    let total = b.count(c).await?;
    let mut b = sql("SELECT g.id, g.name, g.domain, d.name AS domain_name, g.position, g.ldap_group, g.created,
        (SELECT count(*) FROM mailbox_group_member x WHERE x.member_of = g.id) AS members ");
    b.push(from);
    narrow(&mut b);
    let (number, per_page, offset) = query::page_of(q.page, q.per_page);
    let column = match q.sort.as_str() {
        "domain" => "d.name",
        "members" => "members",
        "created" => "g.created",
        _ => "g.name_key",
    };
    query::push_page(&mut b, column, Some("g.id"), q.desc, (per_page, offset));
    let row = |r: &Row| {
        Ok(GroupRow {
            id: int(r, "id")?,
            name: text(r, "name")?,
            domain: DomainId(int(r, "domain")?),
            domain_name: text(r, "domain_name")?,
            position: int(r, "position")?,
            members: codec::count(r, "members")?,
            ldap_group: r.get("ldap_group")?,
            created: Timestamp(int(r, "created")?),
        })
    };
    let rows = b.fetch_all(c).await?.iter().map(row).collect::<Result<_, Error>>()?;
    Ok(query::page(rows, total, number, per_page))
}
