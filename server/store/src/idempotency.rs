//! Answers to requests that may come twice: the second gets what the first got.

use crate::codec::text;
use crate::db::sql;
use crate::{Connection, Error};
use model::Timestamp;

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// It is the first: the caller does the work and then calls [`finish`].
    New,
    /// The first is still being worked on.
    Running,
    /// The first was another request.
    Different,
    /// What the first was answered.
    Answered { status: u16, response: String },
}

/// Claims the key of an API token for a request until `expires`, by when it must be finished; what is older than `now` is
/// forgotten. `request_hash` tells the same
/// request from another.
pub async fn begin(
    c: &mut Connection,
    token: i64,
    key: &str,
    request_hash: &str,
    now: Timestamp,
    expires: Timestamp,
) -> Result<Known, Error> {
    sql("DELETE FROM idempotency WHERE token = $1 AND key = $2 AND expires <= $3")
        .bind(token)
        .bind(key)
        .bind(now.0)
        .execute(c)
        .await?;
    let new = sql(
        "INSERT INTO idempotency (token, key, request_hash, expires) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    )
    .bind(token)
    .bind(key)
    .bind(request_hash)
    .bind(expires.0)
    .execute(c)
    .await?;
    if new == 1 {
        return Ok(Known::New);
    }
    let r = sql("SELECT request_hash, status, response FROM idempotency WHERE token = $1 AND key = $2")
        .bind(token)
        .bind(key)
        .fetch_one(c)
        .await?;
    if text(&r, "request_hash")? != request_hash {
        return Ok(Known::Different);
    }
    Ok(match (r.get::<Option<i64>>("status")?, r.get::<Option<String>>("response")?) {
        (Some(status), Some(response)) => Known::Answered { status: u16::try_from(status).unwrap_or(500), response },
        _ => Known::Running,
    })
}

/// Keeps the answer until `expires`.
pub async fn finish(
    c: &mut Connection,
    token: i64,
    key: &str,
    status: u16,
    response: &str,
    expires: Timestamp,
) -> Result<(), Error> {
    sql("UPDATE idempotency SET status = $3, response = $4, expires = $5 WHERE token = $1 AND key = $2")
        .bind(token)
        .bind(key)
        .bind(i64::from(status))
        .bind(response)
        .bind(expires.0)
        .execute(c)
        .await?;
    Ok(())
}

/// Forgets the key: the request failed before it did anything, and may be tried again.
pub async fn forget(c: &mut Connection, token: i64, key: &str) -> Result<(), Error> {
    sql("DELETE FROM idempotency WHERE token = $1 AND key = $2").bind(token).bind(key).execute(c).await?;
    Ok(())
}
