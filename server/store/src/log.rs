//! The message log read as a list: one row a message and recipient, the newest first.

use crate::codec::{self, count, int, text};
use crate::cursor::{self, Cursor, Order, Slice};
use crate::db::{Row, sql};
use crate::{Connection, Error, Scope, query};
pub use model::view::{LogQuery, LogRow};
use model::{DomainId, MailboxId, MessageId, Timestamp};

/// `limit` rows after those that ended at `after`, the newest first.
pub async fn slice(
    c: &mut Connection,
    scope: Scope,
    q: &LogQuery,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Slice<LogRow>, Error> {
    // Ids of messages begin with the time of their arrival.
    const ORDER: Order = Order { key: "r.message", id: Some("r.address"), descending: true, text: (true, true) };
    let mut b = sql(
        "SELECT r.message, r.address, r.received, r.mailbox, r.domain, r.category, r.action, r.disposition, r.filter,
            r.info, r.host, r.reply, r.updated, m.direction, m.envelope_from, m.header_from, m.subject, m.size, m.score, k.id AS kept
         FROM recipient r JOIN message m ON m.id = r.message
         LEFT JOIN kept_copy k ON k.message = r.message AND k.recipient = r.address AND r.disposition = 'delivered'
         WHERE 1 = 1",
    );
    match scope {
        Scope::All => {}
        Scope::Account(a) => {
            b.push(" AND r.account = ").push_bind(a.0);
        }
        Scope::Mailbox(m) => {
            b.push(" AND r.mailbox = ").push_bind(m.0);
        }
    }
    if let Some(m) = q.message {
        b.push(" AND r.message = ").push_bind(m.to_string());
    }
    if let Some(d) = q.domain {
        b.push(" AND r.domain = ").push_bind(d.0);
    }
    if let Some(m) = q.mailbox {
        b.push(" AND r.mailbox = ").push_bind(m.0);
    }
    if let Some(from) = q.from {
        b.push(" AND r.message >= ").push_bind(MessageId::new(from, 0).to_string());
    }
    if let Some(to) = q.to {
        b.push(" AND r.message < ").push_bind(MessageId::new(to, 0).to_string());
    }
    if let Some(category) = q.category {
        b.push(" AND r.category = ").push_bind(category.code());
    }
    if let Some(disposition) = q.disposition {
        b.push(" AND r.disposition = ").push_bind(disposition.as_str());
    }
    if let Some(direction) = q.direction {
        b.push(" AND m.direction = ").push_bind(direction.as_str());
    }
    if let Some(action) = q.action {
        b.push(" AND r.action = ").push_bind(action.as_str());
    }
    let people = "(m.header_from || ' ' || m.envelope_from || ' ' || r.address || ' ' || m.subject)";
    query::push_words(&mut b, c.dialect(), people, &q.q);
    let limit = ORDER.after(&mut b, after, limit)?;
    let rows = b.fetch_all(c).await?.iter().map(row).collect::<Result<_, _>>()?;
    Ok(cursor::slice(rows, limit, |r: &LogRow| (r.message.to_string(), r.recipient.clone())))
}

fn row(r: &Row) -> Result<LogRow, Error> {
    let score: f64 = r.get("score")?;
    Ok(LogRow {
        message: codec::word(r, "message")?,
        received: Timestamp(int(r, "received")?),
        direction: codec::word(r, "direction")?,
        envelope_from: text(r, "envelope_from")?,
        header_from: text(r, "header_from")?,
        recipient: text(r, "address")?,
        subject: text(r, "subject")?,
        size: count(r, "size")?,
        score: score as f32,
        category: codec::word(r, "category")?,
        action: codec::word(r, "action")?,
        disposition: codec::word(r, "disposition")?,
        mailbox: r.get::<Option<i64>>("mailbox")?.map(MailboxId),
        domain: r.get::<Option<i64>>("domain")?.map(DomainId),
        filter: text(r, "filter")?,
        info: text(r, "info")?,
        host: text(r, "host")?,
        reply: text(r, "reply")?,
        updated: Timestamp(int(r, "updated")?),
        kept: r.get("kept")?,
    })
}
