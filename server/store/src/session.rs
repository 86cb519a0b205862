//! Sessions of people, and failed logins. A session's token itself is never stored, only its SHA-256.

use crate::codec::{int, text};
use crate::db::sql;
use crate::{Connection, Error};
use model::{AdministratorId, MailboxId, Timestamp};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Administrator(AdministratorId),
    Owner(MailboxId),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    pub who: Who,
    pub created: Timestamp,
    pub last_seen: Timestamp,
    pub origin: String,
    pub form_token: String,
}

pub async fn insert(c: &mut Connection, token_hash: &str, s: &Session) -> Result<(), Error> {
    let (administrator, mailbox) = match s.who {
        Who::Administrator(a) => (Some(a.0), None),
        Who::Owner(m) => (None, Some(m.0)),
    };
    sql(
        "INSERT INTO session (token_hash, administrator, mailbox, created, last_seen, origin, form_token) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(token_hash)
    .bind(administrator)
    .bind(mailbox)
    .bind(s.created.0)
    .bind(s.last_seen.0)
    .bind(&s.origin)
    .bind(&s.form_token)
    .execute(c)
    .await?;
    Ok(())
}

pub async fn get(c: &mut Connection, token_hash: &str) -> Result<Option<Session>, Error> {
    let Some(r) = sql("SELECT * FROM session WHERE token_hash = $1").bind(token_hash).fetch_optional(c).await? else {
        return Ok(None);
    };
    let administrator: Option<i64> = r.get("administrator")?;
    let mailbox: Option<i64> = r.get("mailbox")?;
    let who = match (administrator, mailbox) {
        (Some(a), _) => Who::Administrator(AdministratorId(a)),
        (None, Some(m)) => Who::Owner(MailboxId(m)),
        (None, None) => return Ok(None),
    };
    Ok(Some(Session {
        who,
        created: Timestamp(int(&r, "created")?),
        last_seen: Timestamp(int(&r, "last_seen")?),
        origin: text(&r, "origin")?,
        form_token: text(&r, "form_token")?,
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
    match who {
        Who::Administrator(a) => sql("DELETE FROM session WHERE administrator = $1").bind(a.0).execute(c).await?,
        Who::Owner(m) => sql("DELETE FROM session WHERE mailbox = $1").bind(m.0).execute(c).await?,
    };
    Ok(())
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
