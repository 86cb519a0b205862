//! Friends and enemies lists of domains and mailboxes.

use crate::codec::{DbRow, int, text};
use crate::{Connection, Error};
use model::{DomainId, MailboxId, SenderEntry};
use std::collections::HashMap;

/// Whose list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owner {
    Domain(DomainId),
    Mailbox(MailboxId),
}

impl Owner {
    fn columns(self) -> (&'static str, i64) {
        match self {
            Owner::Domain(id) => ("domain", id.0),
            Owner::Mailbox(id) => ("mailbox", id.0),
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
}

/// Both lists of one owner, in the order in which they were written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lists {
    pub friends: Vec<SenderEntry>,
    pub enemies: Vec<SenderEntry>,
}

pub async fn get(c: &mut Connection, owner: Owner) -> Result<Lists, Error> {
    let (level, id) = owner.columns();
    let rows = sqlx::query(
        "SELECT kind, entry, comment FROM sender_entry WHERE level = $1 AND owner = $2 ORDER BY kind, position, id",
    )
    .bind(level)
    .bind(id)
    .fetch_all(c)
    .await?;
    let mut lists = Lists::default();
    rows.iter().try_for_each(|r| add(&mut lists, r))?;
    Ok(lists)
}

/// Replaces one list.
pub async fn set(c: &mut Connection, owner: Owner, kind: Kind, entries: &[SenderEntry]) -> Result<(), Error> {
    let (level, id) = owner.columns();
    sqlx::query("DELETE FROM sender_entry WHERE level = $1 AND owner = $2 AND kind = $3")
        .bind(level)
        .bind(id)
        .bind(kind.as_str())
        .execute(&mut *c)
        .await?;
    for (position, entry) in entries.iter().enumerate() {
        let pattern = SenderEntry { pattern: entry.pattern.clone(), comment: String::new() }.to_string();
        sqlx::query(
            "INSERT INTO sender_entry (level, owner, kind, position, entry, comment) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (level, owner, kind, entry) DO NOTHING",
        )
        .bind(level)
        .bind(id)
        .bind(kind.as_str())
        .bind(i64::try_from(position).unwrap_or(i64::MAX))
        .bind(pattern)
        .bind(&entry.comment)
        .execute(&mut *c)
        .await?;
    }
    Ok(())
}

/// Every list there is, for the snapshot.
pub async fn all(c: &mut Connection) -> Result<HashMap<Owner, Lists>, Error> {
    let rows = sqlx::query(
        "SELECT level, owner, kind, entry, comment FROM sender_entry ORDER BY level, owner, kind, position, id",
    )
    .fetch_all(c)
    .await?;
    let mut out: HashMap<Owner, Lists> = HashMap::new();
    for r in &rows {
        let id = int(r, "owner")?;
        let owner =
            if text(r, "level")? == "domain" { Owner::Domain(DomainId(id)) } else { Owner::Mailbox(MailboxId(id)) };
        add(out.entry(owner).or_default(), r)?;
    }
    Ok(out)
}

fn add(lists: &mut Lists, r: &DbRow) -> Result<(), Error> {
    let mut entry: SenderEntry = crate::codec::word(r, "entry")?;
    entry.comment = text(r, "comment")?;
    if text(r, "kind")? == Kind::Friend.as_str() {
        lists.friends.push(entry)
    } else {
        lists.enemies.push(entry)
    }
    Ok(())
}
