//! Sessions of people, and failed logins. A session's token itself is never stored, only its SHA-256.

use crate::codec::{int, text};
use crate::db::{Row, sql};
use crate::{Connection, Error};
use model::{AdministratorId, MailboxId, Timestamp};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Administrator(AdministratorId),
    Owner(MailboxId),
}

impl Who {
    /// The column of other tables that names the person, and the id in it. Tables of people have the same name.
    pub(crate) fn column(self) -> (&'static str, i64) {
        match self {
            Who::Administrator(a) => ("administrator", a.0),
            Who::Owner(m) => ("mailbox", m.0),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    pub who: Who,
    pub created: Timestamp,
    pub last_seen: Timestamp,
    pub origin: String,
    pub form_token: String,
    /// Begun by a digest's link: no password was asked for.
    pub by_link: bool,
}

/// How a session is named to those who may end it: the beginning of its hash, which opens nothing.
pub const ID: usize = 24;

pub async fn insert(c: &mut Connection, token_hash: &str, s: &Session) -> Result<(), Error> {
    let (column, id) = s.who.column();
    sql(format!(
        "INSERT INTO session (token_hash, {column}, created, last_seen, origin, form_token, by_link)
         VALUES ($1, $2, $3, $4, $5, $6, $7)"
    ))
    .bind(token_hash)
    .bind(id)
    .bind(s.created.0)
    .bind(s.last_seen.0)
    .bind(&s.origin)
    .bind(&s.form_token)
    .bind(s.by_link)
    .execute(c)
    .await?;
    Ok(())
}

pub async fn get(c: &mut Connection, token_hash: &str) -> Result<Option<Session>, Error> {
    let row = sql("SELECT * FROM session WHERE token_hash = $1").bind(token_hash).fetch_optional(c).await?;
    row.as_ref().map(session).transpose().map(Option::flatten)
}

/// The sessions of a person with their ids, the one that was used last first.
pub async fn of(c: &mut Connection, who: Who) -> Result<Vec<(String, Session)>, Error> {
    let (column, id) = who.column();
    let rows =
        sql(format!("SELECT * FROM session WHERE {column} = $1 ORDER BY last_seen DESC, created DESC, token_hash"))
            .bind(id)
            .fetch_all(c)
            .await?;
    let mut out = Vec::with_capacity(rows.len());
    for r in &rows {
        if let Some(session) = session(r)? {
            out.push((text(r, "token_hash")?.chars().take(ID).collect(), session));
        }
    }
    Ok(out)
}

fn session(r: &Row) -> Result<Option<Session>, Error> {
    let administrator: Option<i64> = r.get("administrator")?;
    let mailbox: Option<i64> = r.get("mailbox")?;
    let who = match (administrator, mailbox) {
        (Some(a), _) => Who::Administrator(AdministratorId(a)),
        (None, Some(m)) => Who::Owner(MailboxId(m)),
        (None, None) => return Ok(None),
    };
    Ok(Some(Session {
        who,
        created: Timestamp(int(r, "created")?),
        last_seen: Timestamp(int(r, "last_seen")?),
        origin: text(r, "origin")?,
        form_token: text(r, "form_token")?,
        by_link: r.get("by_link")?,
    }))
}

pub async fn touch(c: &mut Connection, token_hash: &str, at: Timestamp) -> Result<(), Error> {
    sql("UPDATE session SET last_seen = $2 WHERE token_hash = $1 AND last_seen < $2")
        .bind(token_hash)
        .bind(at.0)
        .execute(c)
        .await?;
    Ok(())
}

pub async fn remove(c: &mut Connection, token_hash: &str) -> Result<bool, Error> {
    Ok(sql("DELETE FROM session WHERE token_hash = $1").bind(token_hash).execute(c).await? > 0)
}

/// Ends every session of a person: the password has changed, or the account was closed.
pub async fn remove_of(c: &mut Connection, who: Who) -> Result<(), Error> {
    let (column, id) = who.column();
    sql(format!("DELETE FROM session WHERE {column} = $1")).bind(id).execute(c).await?;
    Ok(())
}

/// Ends the session of the person that has this id ([`of`]). False where there is none.
pub async fn remove_one(c: &mut Connection, who: Who, id: &str) -> Result<bool, Error> {
    let (column, person) = who.column();
    let one = sql(format!("DELETE FROM session WHERE {column} = $1 AND substr(token_hash, 1, {ID}) = $2"));
    Ok(one.bind(person).bind(id).execute(c).await? > 0)
}

/// Ends every session of the person but the one whose token has this hash; how many.
pub async fn remove_others(c: &mut Connection, who: Who, kept: &str) -> Result<u64, Error> {
    let (column, id) = who.column();
    sql(format!("DELETE FROM session WHERE {column} = $1 AND token_hash <> $2")).bind(id).bind(kept).execute(c).await
}

/// Failed logins under one key (an address and where from).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Failures {
    pub failures: i64,
    pub last: Timestamp,
    /// No try before this.
    pub until: Timestamp,
}

pub async fn failures(c: &mut Connection, key: &str) -> Result<Failures, Error> {
    let row = sql("SELECT failures, last, until FROM login_failure WHERE key = $1").bind(key).fetch_optional(c).await?;
    row.map_or(Ok(Failures::default()), |r| {
        Ok(Failures {
            failures: int(&r, "failures")?,
            last: Timestamp(int(&r, "last")?),
            until: Timestamp(int(&r, "until")?),
        })
    })
}

pub async fn set_failures(c: &mut Connection, key: &str, f: Failures) -> Result<(), Error> {
    sql("INSERT INTO login_failure (key, failures, last, until) VALUES ($1, $2, $3, $4)
         ON CONFLICT (key) DO UPDATE SET failures = excluded.failures, last = excluded.last, until = excluded.until")
    .bind(key)
    .bind(f.failures)
    .bind(f.last.0)
    .bind(f.until.0)
    .execute(c)
    .await?;
    Ok(())
}

pub async fn clear_failures(c: &mut Connection, key: &str) -> Result<(), Error> {
    sql("DELETE FROM login_failure WHERE key = $1").bind(key).execute(c).await?;
    Ok(())
}

/// Uses a key up that is good for one try; true for exactly one caller. It is forgotten with old failures, a day after `now`:
/// for what lives longer, the time of its end.
pub async fn use_up(c: &mut Connection, key: &str, now: Timestamp) -> Result<bool, Error> {
    let text = "INSERT INTO login_failure (key, failures, last, until) VALUES ($1, 0, $2, $2) ON CONFLICT DO NOTHING";
    Ok(sql(text).bind(key).bind(now.0).execute(c).await? == 1)
}
