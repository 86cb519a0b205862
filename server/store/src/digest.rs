//! Digests that were sent, and which mailboxes have something held.

use crate::codec::int;
use crate::db::sql;
use crate::{Connection, Error};
use model::{MailboxId, Timestamp};
use std::collections::HashMap;

/// The period `since..until` of the mailbox is done; `messages` were in its digest (0: nothing was sent). Noted once,
/// whatever is repeated.
pub async fn insert(
    c: &mut Connection,
    mailbox: MailboxId,
    sent: Timestamp,
    since: Timestamp,
    until: Timestamp,
    messages: u64,
) -> Result<(), Error> {
    sql(
        "INSERT INTO digest (mailbox, sent, since, until, messages) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
    )
    .bind(mailbox.0)
    .bind(sent.0)
    .bind(since.0)
    .bind(until.0)
    .bind(i64::try_from(messages).unwrap_or(i64::MAX))
    .execute(c)
    .await?;
    Ok(())
}

/// End of the last period that is done.
pub async fn last_until(c: &mut Connection, mailbox: MailboxId) -> Result<Option<Timestamp>, Error> {
    let t: Option<i64> = sql("SELECT max(until) FROM digest WHERE mailbox = $1").bind(mailbox.0).scalar(c).await?;
    Ok(t.map(Timestamp))
}

/// When a digest last left.
pub async fn last_sent(c: &mut Connection, mailbox: MailboxId) -> Result<Option<Timestamp>, Error> {
    let t: Option<i64> =
        sql("SELECT max(sent) FROM digest WHERE mailbox = $1 AND messages > 0").bind(mailbox.0).scalar(c).await?;
    Ok(t.map(Timestamp))
}

/// Ends of the last periods of all mailboxes.
pub async fn all_last_until(c: &mut Connection) -> Result<HashMap<MailboxId, Timestamp>, Error> {
    let rows = sql("SELECT mailbox, max(until) AS until FROM digest GROUP BY mailbox").fetch_all(c).await?;
    rows.iter().map(|r| Ok((MailboxId(int(r, "mailbox")?), Timestamp(int(r, "until")?)))).collect()
}

/// A digest that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    pub sent: Timestamp,
    pub since: Timestamp,
    pub until: Timestamp,
    pub messages: u64,
}

/// The last digests of a mailbox, newest first.
pub async fn history(c: &mut Connection, mailbox: MailboxId, limit: u32) -> Result<Vec<Sent>, Error> {
    let rows = sql("SELECT sent, since, until, messages FROM digest WHERE mailbox = $1 ORDER BY until DESC LIMIT $2")
        .bind(mailbox.0)
        .bind(i64::from(limit))
        .fetch_all(c)
        .await?;
    let sent = |r: &crate::db::Row| {
        Ok(Sent {
            sent: Timestamp(int(r, "sent")?),
            since: Timestamp(int(r, "since")?),
            until: Timestamp(int(r, "until")?),
            messages: int(r, "messages")?.unsigned_abs(),
        })
    };
    rows.iter().map(sent).collect()
}
