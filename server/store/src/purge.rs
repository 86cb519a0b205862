//! What has become too old goes, a piece at a time so that nobody waits long for the writer.

use crate::db::sql;
use crate::{Error, Store};
use model::time::{DAY, HOUR};
use model::{MessageId, Timestamp};
use std::collections::HashSet;

/// How long things are kept, in days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Held messages and the message log (guide chapter 7).
    pub messages: u16,
    pub audit: u16,
    /// Sums by hour.
    pub traffic: u16,
}

impl Default for Retention {
    fn default() -> Self {
        Retention { messages: 35, audit: 366, traffic: 3 * 366 }
    }
}

/// What one purge removed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Purged {
    pub quarantine: u64,
    pub messages: u64,
    pub audit: u64,
    pub sessions: u64,
    /// Bodies that no row names any more: to be removed from the vault.
    pub blobs: Vec<String>,
}

const PIECE: i64 = 1_000;
/// Sessions end after 12 hours, see the service; a little later their rows go.
const SESSION: i64 = 13 * HOUR;

impl Store {
    pub async fn purge(&self, now: Timestamp, keep: &Retention) -> Result<Purged, Error> {
        let before = |days: u16| now.plus(-i64::from(days) * DAY);
        let mut out = Purged::default();
        let mut blobs = HashSet::new();
        while self.purge_held(before(keep.messages), &mut out, &mut blobs).await? {}
        while self.purge_kept(now, &mut blobs).await? {}
        out.blobs = self.unused(blobs).await?;
        // Ids begin with the time of arrival, so that both tables are cut by their primary key.
        let oldest = MessageId::new(before(keep.messages), 0).to_string();
        let pieces = "DELETE FROM message WHERE id IN (SELECT id FROM message WHERE id < $1 ORDER BY id LIMIT $2)";
        out.messages = self.delete_pieces(pieces, Cut::Text(&oldest)).await?;
        let pieces = "DELETE FROM recipient WHERE (message, address) IN
            (SELECT message, address FROM recipient WHERE message < $1 ORDER BY message LIMIT $2)";
        self.delete_pieces(pieces, Cut::Text(&oldest)).await?;
        let pieces = "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < $1 ORDER BY at LIMIT $2)";
        out.audit = self.delete_pieces(pieces, Cut::Time(before(keep.audit))).await?;
        self.purge_small(now, before(keep.traffic), &mut out).await?;
        Ok(out)
    }

    async fn purge_held(
        &self,
        before: Timestamp,
        out: &mut Purged,
        blobs: &mut HashSet<String>,
    ) -> Result<bool, Error> {
        let mut tx = self.begin_traffic().await?;
        let rows = sql(
            "DELETE FROM quarantine WHERE id IN (SELECT id FROM quarantine WHERE received < $1 ORDER BY received LIMIT $2) RETURNING blob",
        )
        .bind(before.0)
        .bind(PIECE)
        .fetch_all(&mut tx)
        .await?;
        tx.commit().await?;
        out.quarantine += rows.len() as u64;
        for row in &rows {
            blobs.insert(row.get(0)?);
        }
        Ok(!rows.is_empty())
    }

    async fn purge_kept(&self, now: Timestamp, blobs: &mut HashSet<String>) -> Result<bool, Error> {
        let mut tx = self.begin_traffic().await?;
        let gone = crate::kept::purge(&mut tx, now, PIECE).await?;
        tx.commit().await?;
        let more = !gone.is_empty();
        blobs.extend(gone);
        Ok(more)
    }

    /// A body carries the Received line of its own arrival, so no later message has the same one: a blob that nobody
    /// names stays unnamed.
    async fn unused(&self, blobs: HashSet<String>) -> Result<Vec<String>, Error> {
        let mut c = self.read().await?;
        let mut out = Vec::new();
        for blob in blobs {
            let used = crate::health::is_named(&mut c, &blob).await?;
            if !used {
                out.push(blob);
            }
        }
        out.sort();
        Ok(out)
    }

    async fn delete_pieces(&self, text: &'static str, cut: Cut<'_>) -> Result<u64, Error> {
        let mut total = 0;
        loop {
            let mut tx = self.begin_traffic().await?;
            let query = match cut {
                Cut::Text(t) => sql(text).bind(t),
                Cut::Time(t) => sql(text).bind(t.0),
            };
            let gone = query.bind(PIECE).execute(&mut tx).await?;
            tx.commit().await?;
            total += gone;
            if gone == 0 {
                return Ok(total);
            }
        }
    }

    async fn purge_small(&self, now: Timestamp, traffic: Timestamp, out: &mut Purged) -> Result<(), Error> {
        let mut tx = self.begin_traffic().await?;
        out.sessions =
            sql("DELETE FROM session WHERE created < $1").bind(now.plus(-SESSION).0).execute(&mut tx).await?;
        // A lease that its node never gave back.
        sql("DELETE FROM lease WHERE until < $1").bind(now.plus(-DAY).0).execute(&mut tx).await?;
        sql("DELETE FROM idempotency WHERE expires < $1").bind(now.0).execute(&mut tx).await?;
        sql("DELETE FROM password_link WHERE expires < $1").bind(now.0).execute(&mut tx).await?;
        sql("DELETE FROM bulk_job WHERE finished < $1").bind(now.plus(-90 * DAY).0).execute(&mut tx).await?;
        sql("DELETE FROM greylist WHERE expires < $1").bind(now.0).execute(&mut tx).await?;
        sql("DELETE FROM rate WHERE until < $1").bind(now.0).execute(&mut tx).await?;
        sql("DELETE FROM login_failure WHERE last < $1").bind(now.plus(-DAY).0).execute(&mut tx).await?;
        sql("DELETE FROM traffic_hour WHERE hour < $1").bind(traffic.0).execute(&mut tx).await?;
        sql("DELETE FROM digest WHERE until < $1 AND id NOT IN (SELECT max(id) FROM digest GROUP BY mailbox)")
            .bind(now.plus(-90 * DAY).0)
            .execute(&mut tx)
            .await?;
        tx.commit().await
    }
}

#[derive(Clone, Copy)]
enum Cut<'a> {
    Text(&'a str),
    Time(Timestamp),
}
