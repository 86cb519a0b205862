//! Friends and enemies lists of domains, groups and mailboxes.

use crate::codec::{int, text};
use crate::cursor::{self, Cursor, Order, Slice};
use crate::db::{Row, sql};
use crate::{Connection, Error};
use model::{DomainId, MailboxId, SenderEntry};
use std::collections::HashMap;

/// Whose list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owner {
    Domain(DomainId),
    Group(i64),
    Mailbox(MailboxId),
}

impl Owner {
    fn columns(self) -> (&'static str, i64) {
        match self {
            Owner::Domain(id) => ("domain", id.0),
            Owner::Group(id) => ("group", id),
            Owner::Mailbox(id) => ("mailbox", id.0),
        }
    }
    fn of(level: String, id: i64) -> Result<Owner, Error> {
        match level.as_str() {
            "domain" => Ok(Owner::Domain(DomainId(id))),
            "group" => Ok(Owner::Group(id)),
            "mailbox" => Ok(Owner::Mailbox(MailboxId(id))),
            _ => Err(Error::Corrupt { what: "level", text: level, why: "not a level of senders".into() }),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Friend,
    Enemy,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Kind::Friend => "friend",
            Kind::Enemy => "enemy",
        }
    }
    fn of(word: &str) -> Kind {
        if word == "friend" { Kind::Friend } else { Kind::Enemy }
    }
}

/// Both lists of one owner, in the order in which they were written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lists {
    pub friends: Vec<SenderEntry>,
    pub enemies: Vec<SenderEntry>,
}

pub async fn get(c: &mut Connection, owner: Owner) -> Result<Lists, Error> {
    let (level, id) = owner.columns();
    let rows = sql(
        "SELECT kind, entry, comment FROM sender_entry WHERE level = $1 AND owner = $2 ORDER BY kind, position, id",
    )
    .bind(level)
    .bind(id)
    .fetch_all(c)
    .await?;
    let mut lists = Lists::default();
    rows.iter().try_for_each(|r| sort_in(&mut lists, r))?;
    Ok(lists)
}

/// Rows that one statement inserts.
const CHUNK: usize = 500;

/// Replaces one list.
pub async fn set(c: &mut Connection, owner: Owner, kind: Kind, entries: &[SenderEntry]) -> Result<(), Error> {
    let (level, id) = owner.columns();
    sql("DELETE FROM sender_entry WHERE level = $1 AND owner = $2 AND kind = $3")
        .bind(level)
        .bind(id)
        .bind(kind.as_str())
        .execute(c)
        .await?;
    insert(c, owner, kind, entries, 0).await?;
    Ok(())
}

/// Adds to the end of one list; how many were not in it before.
pub async fn add(c: &mut Connection, owner: Owner, kind: Kind, entries: &[SenderEntry]) -> Result<u64, Error> {
    let (level, id) = owner.columns();
    let last: Option<i64> = sql("SELECT max(position) FROM sender_entry WHERE level = $1 AND owner = $2 AND kind = $3")
        .bind(level)
        .bind(id)
        .bind(kind.as_str())
        .scalar(c)
        .await?;
    insert(c, owner, kind, entries, last.map_or(0, |l| l + 1)).await
}

async fn insert(
    c: &mut Connection,
    owner: Owner,
    kind: Kind,
    entries: &[SenderEntry],
    first: i64,
) -> Result<u64, Error> {
    let (level, id) = owner.columns();
    let mut position = first;
    let mut added = 0;
    for chunk in entries.chunks(CHUNK) {
        let mut b = sql("INSERT INTO sender_entry (level, owner, kind, position, entry, comment) ");
        b.push_values(chunk, |v, entry| {
            v.push_bind(level).push_bind(id).push_bind(kind.as_str()).push_bind(position);
            v.push_bind(plain(entry)).push_bind(&entry.comment);
            position += 1;
        });
        b.push(" ON CONFLICT (level, owner, kind, entry) DO NOTHING");
        added += b.execute(c).await?;
    }
    Ok(added)
}

/// Takes entries out of one list; how many were in it.
pub async fn remove(c: &mut Connection, owner: Owner, kind: Kind, entries: &[SenderEntry]) -> Result<u64, Error> {
    let (level, id) = owner.columns();
    let mut removed = 0;
    for chunk in entries.chunks(CHUNK) {
        let mut b = sql("DELETE FROM sender_entry WHERE level = $1 AND owner = $2 AND kind = $3 AND entry IN ")
            .bind(level)
            .bind(id)
            .bind(kind.as_str());
        b.push_list(chunk.iter().map(plain));
        removed += b.execute(c).await?;
    }
    Ok(removed)
}

/// The text of an entry without its comment: what is looked for.
fn plain(entry: &SenderEntry) -> String {
    SenderEntry { pattern: entry.pattern.clone(), comment: String::new() }.to_string()
}

/// Which of `candidates` (texts of entries that would match a sender) are in the owner's lists, and in which. Its cost
/// does not grow with the lists.
pub async fn matching(c: &mut Connection, owner: Owner, candidates: &[String]) -> Result<Vec<(Kind, String)>, Error> {
    if candidates.is_empty() {
        return Ok(Vec::new());
    }
    let (level, id) = owner.columns();
    let mut b = sql(
        "SELECT kind, entry FROM sender_entry WHERE level = $1 AND owner = $2 AND kind IN ('enemy', 'friend') AND entry IN ",
    )
    .bind(level)
    .bind(id);
    b.push_list(candidates.iter());
    let rows = b.fetch_all(c).await?;
    rows.iter().map(|r| Ok((Kind::of(&text(r, "kind")?), text(r, "entry")?))).collect()
}

/// One list in the order in which it was written, `limit` entries after those that ended at `after`.
pub async fn slice(
    c: &mut Connection,
    owner: Owner,
    kind: Kind,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Slice<SenderEntry>, Error> {
    const ORDER: Order = Order { key: "position", id: Some("id"), descending: false, text: (false, false) };
    let (level, id) = owner.columns();
    let mut b =
        sql("SELECT id, position, entry, comment FROM sender_entry WHERE level = $1 AND owner = $2 AND kind = $3")
            .bind(level)
            .bind(id)
            .bind(kind.as_str());
    let limit = ORDER.after(&mut b, after, limit)?;
    let rows = b.fetch_all(c).await?;
    let rows = rows
        .iter()
        .map(|r| Ok((int(r, "position")?, int(r, "id")?, entry(r)?)))
        .collect::<Result<Vec<(i64, i64, SenderEntry)>, Error>>()?;
    let found = cursor::slice(rows, limit, |(position, id, _)| (*position, *id));
    Ok(Slice { rows: found.rows.into_iter().map(|(_, _, entry)| entry).collect(), next: found.next })
}

/// Those of the groups of a domain.
pub async fn of_groups(c: &mut Connection, domain: DomainId) -> Result<HashMap<i64, Lists>, Error> {
    let rows = sql("SELECT e.owner, e.kind, e.entry, e.comment FROM mailbox_group g
         JOIN sender_entry e ON e.level = 'group' AND e.owner = g.id
         WHERE g.domain = $1 ORDER BY e.owner, e.kind, e.position, e.id")
    .bind(domain.0)
    .fetch_all(c)
    .await?;
    let mut out: HashMap<i64, Lists> = HashMap::new();
    for r in &rows {
        sort_in(out.entry(int(r, "owner")?).or_default(), r)?;
    }
    Ok(out)
}

/// Every list there is, for the snapshot.
pub async fn all(c: &mut Connection) -> Result<HashMap<Owner, Lists>, Error> {
    let rows =
        sql("SELECT level, owner, kind, entry, comment FROM sender_entry ORDER BY level, owner, kind, position, id")
            .fetch_all(c)
            .await?;
    let mut out: HashMap<Owner, Lists> = HashMap::new();
    for r in &rows {
        sort_in(out.entry(Owner::of(text(r, "level")?, int(r, "owner")?)?).or_default(), r)?;
    }
    Ok(out)
}

fn entry(r: &Row) -> Result<SenderEntry, Error> {
    let mut entry: SenderEntry = crate::codec::word(r, "entry")?;
    entry.comment = text(r, "comment")?;
    Ok(entry)
}

fn sort_in(lists: &mut Lists, r: &Row) -> Result<(), Error> {
    match Kind::of(&text(r, "kind")?) {
        Kind::Friend => lists.friends.push(entry(r)?),
        Kind::Enemy => lists.enemies.push(entry(r)?),
    }
    Ok(())
}
