//! Copies of what was delivered (guide chapter 6 "Keep a copy of messages delivered"): one row a message and recipient,
//! written with the decision, and there for readers once the recipient's row says delivered.

use crate::codec::{self, int, text};
use crate::db::{Row, sql};
use crate::quarantine::Held;
use crate::traffic::{MessageRecord, RecipientRecord, chunks};
use crate::{Connection, Error};
use model::view::QuarantineRow;
use model::{AccountId, DomainId, Edit, MailboxId, Timestamp};

/// The copy of one recipient.
#[derive(Debug, Clone)]
pub struct KeptRecord {
    /// Where the vault has the body (`vault::BlobId`).
    pub blob: String,
    /// Edits with which the message leaves.
    pub edits: Vec<Edit>,
    /// From here on it is no longer kept.
    pub until: Timestamp,
}

pub(crate) async fn insert(
    c: &mut Connection,
    rows: &[(&MessageRecord, &RecipientRecord, &KeptRecord)],
) -> Result<(), Error> {
    let coded = rows
        .iter()
        .map(|(m, r, k)| Ok((*m, *r, *k, codec::edits_out(&k.edits)?, codec::to_json("verdict", &r.verdict)?)))
        .collect::<Result<Vec<_>, Error>>()?;
    for chunk in chunks(&coded) {
        let mut b =
            sql("INSERT INTO kept_copy (message, recipient, mailbox, domain, account, until, blob, edits, verdict) ");
        b.push_values(chunk, |v, (m, r, k, edits, verdict)| {
            v.push_bind(m.id.to_string())
                .push_bind(r.address.to_string())
                .push_bind(r.mailbox.map(|x| x.0))
                .push_bind(r.domain.map(|x| x.0))
                .push_bind(r.account.map(|x| x.0))
                .push_bind(k.until.0)
                .push_bind(k.blob.clone())
                .push_bind(edits.clone())
                .push_bind(verdict.clone());
        });
        b.push(" ON CONFLICT (message, recipient) DO NOTHING");
        b.execute(&mut *c).await?;
    }
    Ok(())
}

/// The copy with its message, in the form of a held one; none while it is not delivered, and once its time is over.
pub async fn get(c: &mut Connection, id: i64, now: Timestamp) -> Result<Option<Held>, Error> {
    let found = sql("SELECT k.id, k.message, k.recipient, k.mailbox, k.domain, k.account, k.blob, k.edits, k.verdict,
            m.received, m.direction, m.header_from, m.envelope_from, m.subject, m.size, m.score,
            r.category, r.action, r.disposition
         FROM kept_copy k JOIN message m ON m.id = k.message
         JOIN recipient r ON r.message = k.message AND r.address = k.recipient
         WHERE k.id = $1 AND k.until > $2 AND r.disposition = 'delivered'")
    .bind(id)
    .bind(now.0)
    .fetch_optional(c)
    .await?;
    found.as_ref().map(held).transpose()
}

fn held(r: &Row) -> Result<Held, Error> {
    let id = |column: &str| r.get::<Option<i64>>(column);
    let score: f64 = r.get("score")?;
    Ok(Held {
        row: QuarantineRow {
            id: int(r, "id")?,
            message: codec::word(r, "message")?,
            received: Timestamp(int(r, "received")?),
            direction: codec::word(r, "direction")?,
            sender: text(r, "header_from")?,
            envelope_from: text(r, "envelope_from")?,
            recipient: text(r, "recipient")?,
            subject: text(r, "subject")?,
            category: codec::word(r, "category")?,
            action: codec::word(r, "action")?,
            disposition: codec::word(r, "disposition")?,
            size: codec::count(r, "size")?,
            score: score as f32,
            system: false,
        },
        mailbox: id("mailbox")?.map(MailboxId),
        domain: id("domain")?.map(DomainId),
        account: id("account")?.map(AccountId),
        blob: text(r, "blob")?,
        edits: codec::edits_in(&r.get::<Vec<u8>>("edits")?)?,
        verdict: codec::json(r, "verdict")?,
        releasing: None,
        acted: None,
    })
}

/// Notes that the copy is being sent again: true for one caller, until `before` is later than that.
pub async fn claim(c: &mut Connection, id: i64, at: Timestamp, before: Timestamp) -> Result<bool, Error> {
    let done = sql("UPDATE kept_copy SET released = $2 WHERE id = $1 AND (released IS NULL OR released < $3)")
        .bind(id)
        .bind(at.0)
        .bind(before.0)
        .execute(c)
        .await?;
    Ok(done == 1)
}

/// Gives the claim up: nothing was sent.
pub async fn unclaim(c: &mut Connection, id: i64) -> Result<(), Error> {
    sql("UPDATE kept_copy SET released = NULL WHERE id = $1").bind(id).execute(c).await?;
    Ok(())
}

/// Removes at most `limit` copies that are too old, or whose message bounced; the bodies that they named.
pub(crate) async fn purge(c: &mut Connection, now: Timestamp, limit: i64) -> Result<Vec<String>, Error> {
    let rows =
        sql("DELETE FROM kept_copy WHERE id IN (SELECT id FROM kept_copy WHERE until <= $1 ORDER BY until LIMIT $2)
         OR id IN (SELECT k.id FROM kept_copy k JOIN recipient r ON r.message = k.message AND r.address = k.recipient
            WHERE r.disposition = 'bounced' LIMIT $2)
         RETURNING blob")
        .bind(now.0)
        .bind(limit)
        .fetch_all(c)
        .await?;
    rows.iter().map(|row| row.get(0)).collect()
}
