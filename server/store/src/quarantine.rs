//! Held messages: one row a message and recipient.

use crate::codec::{self, count, int, text};
use crate::cursor::{self, Cursor, Order, Slice};
use crate::db::{Dialect, Query, Row, sql};
use crate::query::{self, push_contains};
use crate::{Connection, Error, Scope};
use model::view::{Page, QuarantineQuery, QuarantineRow};
use model::{
    AccountId, Category, Direction, Disposition, DomainId, Edit, Findings, MailboxId, MessageId, Timestamp, Verdict,
};

/// A held message with all that is needed to act on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    pub row: QuarantineRow,
    pub mailbox: Option<MailboxId>,
    pub domain: Option<DomainId>,
    pub account: Option<AccountId>,
    pub blob: String,
    pub edits: Vec<Edit>,
    pub verdict: Verdict,
    /// Who is releasing it now, and since when.
    pub releasing: Option<(String, Timestamp)>,
    /// Who released or deleted it, and when.
    pub acted: Option<(String, Timestamp)>,
}

/// What the message log knows of the message itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Logged {
    pub client_ip: String,
    pub helo: String,
    pub tls: Option<String>,
    pub findings: Findings,
    pub headline: String,
}

/// Held now and shown in lists; written out so that partial indexes serve it.
const HELD: &str = "q.disposition = 'quarantined' AND q.system = 0";
const COLUMNS: &str =
    "SELECT q.id, q.message, q.received, q.direction, q.sender, q.envelope_from, q.recipient, q.subject,
    q.category, q.action, q.disposition, q.size, q.score, q.system";

/// Rows of the scope that the query asks for. A mailbox's scope never shows the system quarantine.
pub async fn list(c: &mut Connection, scope: Scope, q: &QuarantineQuery) -> Result<Page<QuarantineRow>, Error> {
    let (number, per_page, offset) = query::page_of(q.page, q.per_page);
    let mut b = sql("SELECT count(*) FROM quarantine q");
    filter(&mut b, c.dialect(), scope, q);
    let total = b.count(c).await?;
    let mut b = sql(COLUMNS);
    b.push(" FROM quarantine q");
    filter(&mut b, c.dialect(), scope, q);
    let column = match q.sort.as_str() {
        "sender" => "q.sender",
        "recipient" => "q.recipient",
        "subject" => "q.subject",
        "category" => "q.category",
        "size" => "q.size",
        "score" => "q.score",
        _ => "q.received",
    };
    query::push_page(&mut b, column, Some("q.id"), !q.asc, (per_page, offset));
    let rows = b.fetch_all(c).await?.iter().map(row).collect::<Result<_, _>>()?;
    Ok(query::page(rows, total, number, per_page))
}

fn filter(b: &mut Query, dialect: Dialect, scope: Scope, q: &QuarantineQuery) {
    b.push(" WHERE ");
    match (q.all, scope) {
        (false, _) => b.push(HELD),
        (true, Scope::Mailbox(_)) => b.push("q.system = 0"),
        (true, _) => b.push("1 = 1"),
    };
    match scope {
        Scope::All => {}
        Scope::Account(a) => {
            b.push(" AND q.account = ").push_bind(a.0);
        }
        Scope::Mailbox(m) => {
            b.push(" AND q.mailbox = ").push_bind(m.0);
        }
    }
    if let Some(category) = q.category {
        b.push(" AND q.category = ").push_bind(category.code());
    }
    if let Some(direction) = q.direction {
        b.push(" AND q.direction = ").push_bind(direction.as_str());
    }
    if let Some(domain) = q.domain {
        b.push(" AND q.domain = ").push_bind(domain.0);
    }
    if let Some(mailbox) = q.mailbox {
        b.push(" AND q.mailbox = ").push_bind(mailbox.0);
    }
    if q.hide_foreign {
        b.push(" AND q.category <> ").push_bind(Category::Foreign.code());
    }
    if let Some(from) = q.from {
        b.push(" AND q.received >= ").push_bind(from.0);
    }
    if let Some(to) = q.to {
        b.push(" AND q.received < ").push_bind(to.0);
    }
    search(b, dialect, scope, q);
}

/// What the list shows, as one text.
const PLAIN: &str = "(q.sender || ' ' || q.envelope_from || ' ' || q.recipient || ' ' || q.subject)";
const INDEXED: &str = "q.search";

/// Newest first (or oldest, where the query says so), `limit` rows after those that ended at `after`. Sort and page of
/// the query are not used.
pub async fn slice(
    c: &mut Connection,
    scope: Scope,
    q: &QuarantineQuery,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Slice<QuarantineRow>, Error> {
    let order = Order { key: "q.received", id: Some("q.id"), descending: !q.asc, text: (false, false) };
    let mut b = sql(COLUMNS);
    b.push(" FROM quarantine q");
    filter(&mut b, c.dialect(), scope, q);
    let limit = order.after(&mut b, after, limit)?;
    let rows = b.fetch_all(c).await?.iter().map(row).collect::<Result<_, _>>()?;
    Ok(cursor::slice(rows, limit, |r: &QuarantineRow| (r.received.0, r.id)))
}

/// Rows among which words too short for the index are looked for where the scope is wide: the newest.
const SHORT_WORD_ROWS: i64 = 20_000;

/// All words must occur in what the list shows. Words of three characters and more go through the trigram index;
/// shorter ones are looked for in the rows themselves, unless the scope is one mailbox among the newest
/// [`SHORT_WORD_ROWS`]. SQLite's index is a table of its own; PostgreSQL's is on the column `search`.
fn search(b: &mut Query, dialect: Dialect, scope: Scope, q: &QuarantineQuery) {
    let narrow = matches!(scope, Scope::Mailbox(_)) || q.mailbox.is_some();
    let (long, short): (Vec<&str>, Vec<&str>) = query::words(&q.q).partition(|w| w.chars().count() >= 3);
    if !long.is_empty() {
        match dialect {
            Dialect::Sqlite => {
                let phrases: Vec<String> = long.iter().map(|w| format!("\"{}\"", w.replace('"', "\"\""))).collect();
                b.push(" AND q.id IN (SELECT rowid FROM quarantine_search WHERE quarantine_search MATCH ");
                b.push_bind(phrases.join(" AND ")).push(")");
            }
            Dialect::Postgres => {
                for word in &long {
                    b.push(" AND ");
                    push_contains(b, dialect, INDEXED, word);
                }
            }
        }
    }
    if long.is_empty() && !short.is_empty() && !narrow {
        b.push(" AND q.id > (SELECT max(id) FROM quarantine) - ").push_bind(SHORT_WORD_ROWS);
    }
    for word in short {
        b.push(" AND ");
        push_contains(b, dialect, dialect.pick(PLAIN, INDEXED), word);
    }
}

/// Held now, without the system quarantine.
pub async fn held(c: &mut Connection, scope: Scope) -> Result<u64, Error> {
    how_many(c, scope, &QuarantineQuery::default()).await
}

/// How many messages a query finds.
pub async fn how_many(c: &mut Connection, scope: Scope, q: &QuarantineQuery) -> Result<u64, Error> {
    let mut b = sql("SELECT count(*) FROM quarantine q");
    filter(&mut b, c.dialect(), scope, q);
    b.count(c).await
}

/// What was held for a mailbox in `since..until` and still is, newest first, at most `limit`: a digest.
pub async fn for_digest(
    c: &mut Connection,
    mailbox: MailboxId,
    since: Timestamp,
    until: Timestamp,
    direction: Option<Direction>,
    limit: u32,
) -> Result<Vec<QuarantineRow>, Error> {
    let q = QuarantineQuery { from: Some(since), to: Some(until), direction, ..QuarantineQuery::default() };
    let mut b = sql(COLUMNS);
    b.push(" FROM quarantine q");
    filter(&mut b, c.dialect(), Scope::Mailbox(mailbox), &q);
    query::push_page(&mut b, "q.received", Some("q.id"), true, (limit, 0));
    b.fetch_all(c).await?.iter().map(row).collect()
}

/// How many of them there are by category, also beyond the limit.
pub async fn counts_for_digest(
    c: &mut Connection,
    mailbox: MailboxId,
    since: Timestamp,
    until: Timestamp,
    direction: Option<Direction>,
) -> Result<Vec<(Category, u64)>, Error> {
    let q = QuarantineQuery { from: Some(since), to: Some(until), direction, ..QuarantineQuery::default() };
    let mut b = sql("SELECT q.category, count(*) AS n FROM quarantine q");
    filter(&mut b, c.dialect(), Scope::Mailbox(mailbox), &q);
    b.push(" GROUP BY q.category");
    let rows = b.fetch_all(c).await?;
    rows.iter().map(|r| Ok((codec::word(r, "category")?, codec::int(r, "n")?.unsigned_abs()))).collect()
}

/// Whether there is anything at all for a digest.
pub async fn any_for_digest(
    c: &mut Connection,
    scope: Scope,
    since: Timestamp,
    until: Timestamp,
) -> Result<bool, Error> {
    let q = QuarantineQuery { from: Some(since), to: Some(until), ..QuarantineQuery::default() };
    let mut b = sql("SELECT 1 AS one FROM quarantine q");
    filter(&mut b, c.dialect(), scope, &q);
    b.push(" LIMIT 1");
    Ok(b.fetch_optional(c).await?.is_some())
}

/// Mailboxes for which something was held since then, and since their last digest's period ended.
pub async fn mailboxes_with_mail(c: &mut Connection, since: Timestamp) -> Result<Vec<MailboxId>, Error> {
    let ids = sql("SELECT DISTINCT q.mailbox FROM quarantine q
         LEFT JOIN (SELECT mailbox, max(until) AS until FROM digest GROUP BY mailbox) d ON d.mailbox = q.mailbox
         WHERE q.received >= $1 AND q.received >= coalesce(d.until, 0) AND q.mailbox IS NOT NULL
         AND q.disposition = 'quarantined' AND q.system = 0")
    .bind(since.0)
    .scalars(c)
    .await?;
    Ok(ids.into_iter().map(MailboxId).collect())
}

pub async fn get(c: &mut Connection, id: i64) -> Result<Option<Held>, Error> {
    let found = sql("SELECT * FROM quarantine WHERE id = $1").bind(id).fetch_optional(c).await?;
    found.as_ref().map(full).transpose()
}

fn full(r: &Row) -> Result<Held, Error> {
    let id = |column: &str| r.get::<Option<i64>>(column);
    let acted: Option<i64> = r.get("acted_at")?;
    let releasing: Option<i64> = r.get("releasing_since")?;
    Ok(Held {
        row: row(r)?,
        mailbox: id("mailbox")?.map(MailboxId),
        domain: id("domain")?.map(DomainId),
        account: id("account")?.map(AccountId),
        blob: text(r, "blob")?,
        edits: codec::edits_in(&r.get::<Vec<u8>>("edits")?)?,
        verdict: codec::json(r, "verdict")?,
        releasing: releasing.map(|at| Ok::<_, Error>((text(r, "releasing_by")?, Timestamp(at)))).transpose()?,
        acted: acted.map(|at| Ok::<_, Error>((text(r, "acted_by")?, Timestamp(at)))).transpose()?,
    })
}

fn row(r: &Row) -> Result<QuarantineRow, Error> {
    let score: f64 = r.get("score")?;
    Ok(QuarantineRow {
        id: int(r, "id")?,
        message: codec::word(r, "message")?,
        received: Timestamp(int(r, "received")?),
        direction: codec::word(r, "direction")?,
        sender: text(r, "sender")?,
        envelope_from: text(r, "envelope_from")?,
        recipient: text(r, "recipient")?,
        subject: text(r, "subject")?,
        category: codec::word(r, "category")?,
        action: codec::word(r, "action")?,
        disposition: codec::word(r, "disposition")?,
        size: count(r, "size")?,
        score: score as f32,
        system: int(r, "system")? != 0,
    })
}

/// The held copies of a message, by recipient: the addresses and the ids.
pub async fn of_message(c: &mut Connection, scope: Scope, id: MessageId) -> Result<Vec<(String, i64)>, Error> {
    let mut b = sql("SELECT id, recipient FROM quarantine WHERE message = ");
    b.push_bind(id.to_string()).push(" AND ");
    query::push_scope(&mut b, scope, "account");
    b.push(" ORDER BY recipient");
    b.fetch_all(c).await?.iter().map(|r| Ok((text(r, "recipient")?, int(r, "id")?))).collect()
}

pub async fn logged(c: &mut Connection, id: MessageId) -> Result<Option<Logged>, Error> {
    let found = sql("SELECT client_ip, helo, tls, findings, headline FROM message WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(c)
        .await?;
    found
        .map(|r| {
            Ok(Logged {
                client_ip: text(&r, "client_ip")?,
                helo: text(&r, "helo")?,
                tls: r.get("tls")?,
                findings: codec::json(&r, "findings")?,
                headline: text(&r, "headline")?,
            })
        })
        .transpose()
}

/// Claims the row for releasing it as message `release`: true for exactly one caller, until [`unclaim`] or until the
/// claim is older than `stale` (its process died).
pub async fn claim(
    c: &mut Connection,
    id: i64,
    release: MessageId,
    by: &str,
    at: Timestamp,
    stale: Timestamp,
) -> Result<bool, Error> {
    let done = sql("UPDATE quarantine SET releasing_since = $2, releasing_by = $3, release_id = $4
         WHERE id = $1 AND disposition = 'quarantined' AND (releasing_since IS NULL OR releasing_since < $5)")
    .bind(id)
    .bind(at.0)
    .bind(by)
    .bind(release.to_string())
    .bind(stale.0)
    .execute(c)
    .await?;
    Ok(done == 1)
}

/// Gives the claim up: the message did not leave.
pub async fn unclaim(c: &mut Connection, id: i64) -> Result<(), Error> {
    sql(
        "UPDATE quarantine SET releasing_since = NULL, releasing_by = '' WHERE id = $1 AND disposition = 'quarantined'",
    )
    .bind(id)
    .execute(c)
    .await?;
    Ok(())
}

/// Released or deleted: no longer held. False where it was not held any more, or is being released by somebody else.
pub async fn close(
    c: &mut Connection,
    id: i64,
    disposition: Disposition,
    by: &str,
    at: Timestamp,
    stale: Timestamp,
) -> Result<bool, Error> {
    let done = sql(
        "UPDATE quarantine SET disposition = $2, acted_by = $3, acted_at = $4, releasing_since = NULL
         WHERE id = $1 AND disposition = 'quarantined' AND (releasing_since IS NULL OR releasing_since < $5 OR $2 = 'released')",
    )
    .bind(id)
    .bind(disposition.as_str())
    .bind(by)
    .bind(at.0)
    .bind(stale.0)
    .execute(&mut *c)
    .await?;
    if done == 0 {
        return Ok(false);
    }
    sql("UPDATE recipient SET disposition = $2, updated = $3
         WHERE (message, address) = (SELECT message, recipient FROM quarantine WHERE id = $1)")
    .bind(id)
    .bind(disposition.as_str())
    .bind(at.0)
    .execute(c)
    .await?;
    Ok(true)
}

/// Held again: what this person deleted since then, and whose body is still there. False where it is not so.
pub async fn reopen(c: &mut Connection, id: i64, by: &str, since: Timestamp, at: Timestamp) -> Result<bool, Error> {
    let done = sql("UPDATE quarantine SET disposition = 'quarantined', acted_by = '', acted_at = NULL
         WHERE id = $1 AND disposition = 'deleted' AND acted_by = $2 AND acted_at >= $3")
    .bind(id)
    .bind(by)
    .bind(since.0)
    .execute(&mut *c)
    .await?;
    if done == 0 {
        return Ok(false);
    }
    sql("UPDATE recipient SET disposition = 'quarantined', updated = $2
         WHERE (message, address) = (SELECT message, recipient FROM quarantine WHERE id = $1)")
    .bind(id)
    .bind(at.0)
    .execute(c)
    .await?;
    Ok(true)
}

/// Who or what most held mail is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeldBy {
    Sender,
    Recipient,
}

/// The senders or recipients of most mail that came since then and is held, most first, with how many.
pub async fn most_held(
    c: &mut Connection,
    scope: Scope,
    by: HeldBy,
    since: Timestamp,
    limit: u32,
) -> Result<Vec<(String, u64)>, Error> {
    let column = match by {
        HeldBy::Sender => "q.envelope_from",
        HeldBy::Recipient => "q.recipient",
    };
    let mut b = sql(format!("SELECT {column} AS name, count(*) AS held FROM quarantine q"));
    let query = QuarantineQuery { from: Some(since), ..QuarantineQuery::default() };
    filter(&mut b, c.dialect(), scope, &query);
    b.push(&format!(" AND {column} <> '' GROUP BY {column} ORDER BY held DESC, {column} LIMIT {limit}"));
    let rows = b.fetch_all(c).await?;
    rows.iter().map(|r| Ok((text(r, "name")?, codec::count(r, "held")?))).collect()
}
