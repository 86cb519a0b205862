//! The message log: one row a message, one a recipient, the held copy, and the hour's sums, in one transaction.
//!
//! Writing is idempotent: what was written before is skipped and not counted again, so that a server which died
//! between the commit and its own note of it may simply write again.

use crate::codec;
use crate::db::sql;
use crate::kept::KeptRecord;
use crate::{Connection, Error, Store};
use model::{
    AccountId, Action, Category, Direction, Disposition, DomainId, Edit, EmailAddress, Findings, MailboxId, MessageId,
    ReversePath, Timestamp, Verdict,
};
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

/// A message with what was found and decided.
#[derive(Debug, Clone)]
pub struct MessageRecord {
    pub id: MessageId,
    pub received: Timestamp,
    pub direction: Direction,
    pub client_ip: IpAddr,
    pub helo: String,
    pub tls: Option<String>,
    pub envelope_from: ReversePath,
    /// Header From as people read it.
    pub header_from: String,
    pub subject: String,
    pub size: u64,
    pub findings: Findings,
    /// The sentence of the "why" panel.
    pub headline: String,
    pub recipients: Vec<RecipientRecord>,
}

#[derive(Debug, Clone)]
pub struct RecipientRecord {
    /// As in the envelope.
    pub address: EmailAddress,
    pub mailbox: Option<MailboxId>,
    pub domain: Option<DomainId>,
    pub account: Option<AccountId>,
    pub verdict: Verdict,
    pub disposition: Disposition,
    /// Makes the held copy.
    pub held: Option<QuarantineRecord>,
    /// Makes the copy that is kept of what is delivered.
    pub kept: Option<KeptRecord>,
}

/// The held copy of one recipient.
#[derive(Debug, Clone)]
pub struct QuarantineRecord {
    /// Where the vault has the body (`vault::BlobId`).
    pub blob: String,
    /// Edits with which the message would have left.
    pub edits: Vec<Edit>,
    /// System quarantine: for administrators only.
    pub system: bool,
    /// Of outbound mail: the mailbox that sent it.
    pub sender: Option<MailboxId>,
}

/// What became of a message for one recipient, as delivery reports it.
#[derive(Debug, Clone)]
pub struct OutcomeRecord {
    pub id: MessageId,
    pub recipient: EmailAddress,
    pub disposition: Disposition,
    pub host: String,
    pub reply: String,
    pub at: Timestamp,
}

/// Rows that one statement inserts: few sizes, so that each is prepared once.
const CHUNKS: [usize; 3] = [100, 10, 1];

/// Characters of sender and subject that the quarantine shows.
const SHOWN: usize = 500;

/// Sums are kept in a sorted order of keys, so that writers of several processes lock alike.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct HourKey {
    hour: i64,
    domain: i64,
    account: i64,
    direction: &'static str,
    category: &'static str,
    action: &'static str,
}

impl Store {
    /// Writes all in one transaction; durable when it returns.
    pub async fn record_messages(&self, records: &[MessageRecord]) -> Result<(), Error> {
        if records.is_empty() {
            return Ok(());
        }
        let mut tx = self.begin_traffic().await?;
        messages(&mut tx, records).await?;
        tx.commit().await
    }

    /// Writes all in one transaction; durable when it returns. Unknown messages and recipients are skipped.
    pub async fn record_outcomes(&self, records: &[OutcomeRecord]) -> Result<(), Error> {
        if records.is_empty() {
            return Ok(());
        }
        let mut tx = self.begin_traffic().await?;
        outcomes(&mut tx, records).await?;
        tx.commit().await
    }
}

/// The rows in pieces of [`CHUNKS`].
pub(crate) fn chunks<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = CHUNKS.into_iter().find(|n| *n <= rows.len())?;
        let (head, rest) = rows.split_at(size);
        rows = rest;
        Some(head)
    })
}

/// The work of [`Store::record_messages`] within a transaction.
pub async fn messages(c: &mut Connection, records: &[MessageRecord]) -> Result<(), Error> {
    insert_messages(c, records).await?;
    let recipients: Vec<(&MessageRecord, &RecipientRecord)> =
        records.iter().flat_map(|m| m.recipients.iter().map(move |r| (m, r))).collect();
    let new = insert_recipients(c, &recipients).await?;
    let held: Vec<_> = recipients.iter().filter_map(|(m, r)| r.held.as_ref().map(|h| (*m, *r, h))).collect();
    insert_held(c, &held).await?;
    let kept: Vec<_> = recipients.iter().filter_map(|(m, r)| r.kept.as_ref().map(|k| (*m, *r, k))).collect();
    crate::kept::insert(c, &kept).await?;
    insert_hours(c, &recipients, &new).await
}

async fn insert_messages(c: &mut Connection, records: &[MessageRecord]) -> Result<(), Error> {
    let findings = records.iter().map(|m| codec::to_json("findings", &m.findings)).collect::<Result<Vec<_>, _>>()?;
    let rows: Vec<_> = records.iter().zip(findings).collect();
    for chunk in chunks(&rows) {
        let mut b = sql(
            "INSERT INTO message (id, received, direction, client_ip, helo, tls, envelope_from, header_from, subject, size, score, findings, headline) ",
        );
        b.push_values(chunk, |v, (m, findings)| {
            v.push_bind(m.id.to_string())
                .push_bind(m.received.0)
                .push_bind(m.direction.as_str())
                .push_bind(m.client_ip.to_string())
                .push_bind(m.helo.clone())
                .push_bind(m.tls.clone())
                .push_bind(path(&m.envelope_from))
                .push_bind(m.header_from.clone())
                .push_bind(m.subject.clone())
                .push_bind(size(m))
                .push_bind(f64::from(m.findings.score))
                .push_bind(findings.clone())
                .push_bind(m.headline.clone());
        });
        b.push(" ON CONFLICT (id) DO NOTHING");
        b.execute(&mut *c).await?;
    }
    Ok(())
}

/// Keys of the recipients that were not there before.
async fn insert_recipients(
    c: &mut Connection,
    rows: &[(&MessageRecord, &RecipientRecord)],
) -> Result<HashSet<(String, String)>, Error> {
    let mut new = HashSet::with_capacity(rows.len());
    for chunk in chunks(rows) {
        let mut b = sql(
            "INSERT INTO recipient (message, address, received, mailbox, domain, account, category, action, disposition, filter, info, updated) ",
        );
        b.push_values(chunk, |v, (m, r)| {
            v.push_bind(m.id.to_string())
                .push_bind(r.address.to_string())
                .push_bind(m.received.0)
                .push_bind(r.mailbox.map(|x| x.0))
                .push_bind(r.domain.map(|x| x.0))
                .push_bind(r.account.map(|x| x.0))
                .push_bind(r.verdict.category.code())
                .push_bind(r.verdict.action.as_str())
                .push_bind(r.disposition.as_str())
                .push_bind(r.verdict.filter.clone())
                .push_bind(r.verdict.info.clone())
                .push_bind(m.received.0);
        });
        b.push(" ON CONFLICT (message, address) DO NOTHING RETURNING message, address");
        for row in b.fetch_all(&mut *c).await? {
            new.insert((row.get(0)?, row.get(1)?));
        }
    }
    Ok(new)
}

async fn insert_held(
    c: &mut Connection,
    rows: &[(&MessageRecord, &RecipientRecord, &QuarantineRecord)],
) -> Result<(), Error> {
    let coded = rows
        .iter()
        .map(|(m, r, h)| Ok((*m, *r, *h, codec::edits_out(&h.edits)?, codec::to_json("verdict", &r.verdict)?)))
        .collect::<Result<Vec<_>, Error>>()?;
    for chunk in chunks(&coded) {
        let mut b = sql(
            "INSERT INTO quarantine (message, recipient, mailbox, domain, account, received, direction, sender, envelope_from, subject,
             category, action, disposition, system, blob, edits, size, score, verdict) ",
        );
        b.push_values(chunk, |v, (m, r, h, edits, verdict)| {
            v.push_bind(m.id.to_string())
                .push_bind(r.address.to_string())
                .push_bind(r.mailbox.or(h.sender).map(|x| x.0))
                .push_bind(r.domain.map(|x| x.0))
                .push_bind(r.account.map(|x| x.0))
                .push_bind(m.received.0)
                .push_bind(m.direction.as_str())
                .push_bind(shown(&m.header_from))
                .push_bind(path(&m.envelope_from))
                .push_bind(shown(&m.subject))
                .push_bind(r.verdict.category.code())
                .push_bind(r.verdict.action.as_str())
                .push_bind(Disposition::Quarantined.as_str())
                .push_bind(h.system)
                .push_bind(h.blob.clone())
                .push_bind(edits.clone())
                .push_bind(size(m))
                .push_bind(f64::from(m.findings.score))
                .push_bind(verdict.clone());
        });
        b.push(" ON CONFLICT (message, recipient) DO NOTHING");
        b.execute(&mut *c).await?;
    }
    Ok(())
}

async fn insert_hours(
    c: &mut Connection,
    rows: &[(&MessageRecord, &RecipientRecord)],
    new: &HashSet<(String, String)>,
) -> Result<(), Error> {
    let mut sums: HashMap<_, (i64, i64)> = HashMap::new();
    let mut counted = HashSet::new();
    for (m, r) in rows {
        let key = (m.id.to_string(), r.address.to_string());
        if !new.contains(&key) || !counted.insert(key) {
            continue;
        }
        let sum = sums
            .entry((m.received.hour().0, r.domain, r.account, m.direction, r.verdict.category, r.verdict.action))
            .or_default();
        sum.0 += 1;
        sum.1 = sum.1.saturating_add(size(m));
    }
    let mut sums: Vec<(HourKey, (i64, i64))> = sums.into_iter().map(|(key, sum)| (hour_key(key), sum)).collect();
    sums.sort();
    for chunk in chunks(&sums) {
        let mut b = sql("INSERT INTO traffic_hour (hour, domain, account, direction, category, action, count, bytes) ");
        b.push_values(chunk, |v, (k, (count, bytes))| {
            v.push_bind(k.hour).push_bind(k.domain).push_bind(k.account);
            v.push_bind(k.direction).push_bind(k.category).push_bind(k.action).push_bind(*count).push_bind(*bytes);
        });
        b.push(
            " ON CONFLICT (hour, domain, account, direction, category, action)
             DO UPDATE SET count = traffic_hour.count + excluded.count, bytes = traffic_hour.bytes + excluded.bytes",
        );
        b.execute(&mut *c).await?;
    }
    Ok(())
}

fn hour_key(
    (hour, domain, account, direction, category, action): (
        i64,
        Option<DomainId>,
        Option<AccountId>,
        Direction,
        Category,
        Action,
    ),
) -> HourKey {
    HourKey {
        hour,
        domain: domain.map_or(0, |d| d.0),
        account: account.map_or(0, |a| a.0),
        direction: direction.as_str(),
        category: category.code(),
        action: action.as_str(),
    }
}

/// Text from a stranger that lists sort by: an index takes only so much of it. The message log has all of it.
fn shown(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

fn path(p: &ReversePath) -> String {
    p.as_ref().map(ToString::to_string).unwrap_or_default()
}
fn size(m: &MessageRecord) -> i64 {
    i64::try_from(m.size).unwrap_or(i64::MAX)
}

/// The work of [`Store::record_outcomes`] within a transaction. What a later report says stands; a delivered message
/// whose id is a release's marks the held copy released, also where the releasing process died before it could.
pub async fn outcomes(c: &mut Connection, records: &[OutcomeRecord]) -> Result<(), Error> {
    for o in records {
        let id = o.id.to_string();
        sql("UPDATE recipient SET disposition = $3, host = $4, reply = $5, updated = $6
             WHERE message = $1 AND address = $2 AND updated <= $6
             AND disposition NOT IN ('quarantined', 'discarded', 'released', 'deleted')")
        .bind(&id)
        .bind(o.recipient.as_str())
        .bind(o.disposition.as_str())
        .bind(&o.host)
        .bind(&o.reply)
        .bind(o.at.0)
        .execute(&mut *c)
        .await?;
        if o.disposition == Disposition::Delivered {
            sql("UPDATE quarantine SET disposition = 'released', acted_by = releasing_by, acted_at = $2
                 WHERE release_id = $1 AND disposition = 'quarantined'")
            .bind(&id)
            .bind(o.at.0)
            .execute(&mut *c)
            .await?;
        }
    }
    Ok(())
}

/// What became of a message for one recipient, as last reported.
pub async fn disposition(
    c: &mut Connection,
    id: MessageId,
    recipient: &EmailAddress,
) -> Result<Option<Disposition>, Error> {
    let row = sql("SELECT disposition FROM recipient WHERE message = $1 AND address = $2")
        .bind(id.to_string())
        .bind(recipient.as_str())
        .fetch_optional(c)
        .await?;
    row.map(|r| codec::word(&r, "disposition")).transpose()
}
