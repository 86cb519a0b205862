//! Bulk operations (guide chapter 12): what is asked for, how far it is, what failed, and that it should stop.

use crate::codec::{self, count, int, text};
use crate::cursor::{self, Cursor, Order, Slice};
use crate::db::{Row, sql};
use crate::query::push_contains;
use crate::{Connection, Error, Scope, query};
use model::view::MailboxState;
use model::{AccountId, DomainId, Timestamp};
use serde::{Serialize, de::DeserializeOwned};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Waiting,
    Running,
    /// All were tried; some may have failed.
    Done,
    /// Ended because somebody asked for it.
    Stopped,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Running => "running",
            State::Done => "done",
            State::Stopped => "stopped",
        }
    }
    fn of(word: String) -> Result<State, Error> {
        match word.as_str() {
            "waiting" => Ok(State::Waiting),
            "running" => Ok(State::Running),
            "done" => Ok(State::Done),
            "stopped" => Ok(State::Stopped),
            _ => Err(Error::Corrupt { what: "state", text: word, why: "not a state of a bulk operation".into() }),
        }
    }
}

/// A bulk operation; `R` is what its request is read as.
#[derive(Debug, Clone, PartialEq)]
pub struct Job<R> {
    pub id: i64,
    /// None: of the whole system.
    pub account: Option<AccountId>,
    pub kind: String,
    /// Who asked for it, as in the audit trail.
    pub actor: String,
    pub request: R,
    pub state: State,
    /// Objects that it is about.
    pub total: u64,
    /// Objects that it is through with, those that failed included.
    pub done: u64,
    pub failed: u64,
    /// Somebody asked for it to stop.
    pub stop: bool,
    pub created: Timestamp,
    pub finished: Option<Timestamp>,
}

/// An object that the operation could not change, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub object: String,
    pub reason: String,
}

/// Adds a waiting operation.
pub async fn insert<R: Serialize>(
    c: &mut Connection,
    account: Option<AccountId>,
    kind: &str,
    actor: &str,
    request: &R,
    total: u64,
    created: Timestamp,
) -> Result<i64, Error> {
    sql("INSERT INTO bulk_job (account, kind, actor, request, state, total, created)
         VALUES ($1, $2, $3, $4, 'waiting', $5, $6) RETURNING id")
    .bind(account.map(|a| a.0))
    .bind(kind)
    .bind(actor)
    .bind(codec::to_json("request", request)?)
    .bind(i64::try_from(total).unwrap_or(i64::MAX))
    .bind(created.0)
    .scalar(c)
    .await
}

/// Adds what the operation has to do, in pieces that are worked on in their order.
pub async fn insert_pieces(c: &mut Connection, id: i64, pieces: &[String]) -> Result<(), Error> {
    for (chunk, first) in pieces.chunks(50).zip((0i64..).step_by(50)) {
        let mut b = sql("INSERT INTO bulk_piece (job, piece, body) ");
        b.push_values(chunk.iter().zip(first..), |v, (body, piece)| {
            v.push_bind(id).push_bind(piece).push_bind(body);
        });
        b.execute(c).await?;
    }
    Ok(())
}

/// The piece that comes next, with its number; None: all are done.
pub async fn next_piece(c: &mut Connection, id: i64) -> Result<Option<(i64, String)>, Error> {
    let row = sql("SELECT piece, body FROM bulk_piece WHERE job = $1 ORDER BY piece LIMIT 1").bind(id);
    row.fetch_optional(c).await?.map(|r| Ok((int(&r, "piece")?, text(&r, "body")?))).transpose()
}

/// Part of the transaction that does what the piece says, so that it is done once, whatever happens.
pub async fn remove_piece(c: &mut Connection, id: i64, piece: i64) -> Result<(), Error> {
    sql("DELETE FROM bulk_piece WHERE job = $1 AND piece = $2").bind(id).bind(piece).execute(c).await?;
    Ok(())
}

/// What is not done will not be.
pub async fn drop_pieces(c: &mut Connection, id: i64) -> Result<(), Error> {
    sql("DELETE FROM bulk_piece WHERE job = $1").bind(id).execute(c).await?;
    Ok(())
}

/// Whether an operation waits or runs.
pub async fn any_open(c: &mut Connection) -> Result<bool, Error> {
    sql("SELECT EXISTS (SELECT 1 FROM bulk_job WHERE state IN ('waiting', 'running'))").scalar(c).await
}

/// What an operation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    Domains,
    OutboundIps,
    Mailboxes,
}

/// Which objects: those with these ids, or all that the rest finds.
#[derive(Debug, Clone, Default)]
pub struct Choice<'a> {
    pub ids: Option<&'a [i64]>,
    /// Words that must all be found, as in the list.
    pub q: &'a str,
    pub account: Option<AccountId>,
    /// Of mailboxes.
    pub domain: Option<DomainId>,
    pub state: Option<MailboxState>,
}

/// Ids of the objects within the scope, in their order.
pub async fn choose(c: &mut Connection, of: Of, scope: Scope, choice: &Choice<'_>) -> Result<Vec<i64>, Error> {
    let table = match of {
        Of::Domains => "domain",
        Of::OutboundIps => "outbound_ip",
        Of::Mailboxes => "mailbox",
    };
    let mut found = Vec::new();
    // Statements take so many ids at a time.
    let chunks: Vec<Option<&[i64]>> = match choice.ids {
        Some(ids) => ids.chunks(500).map(Some).collect(),
        None => vec![None],
    };
    for ids in chunks {
        let mut b = sql(format!("SELECT t.id FROM {table} t WHERE 1 = 1"));
        match scope {
            Scope::All => {}
            Scope::Account(a) => {
                b.push(" AND t.account = ").push_bind(a.0);
            }
            Scope::Mailbox(_) => {
                b.push(" AND 1 = 0");
            }
        }
        if let Some(ids) = ids {
            b.push(" AND t.id IN ").push_list(ids.iter().copied());
        }
        if let Some(a) = choice.account {
            b.push(" AND t.account = ").push_bind(a.0);
        }
        if let (Of::Mailboxes, Some(d)) = (of, choice.domain) {
            b.push(" AND t.domain = ").push_bind(d.0);
        }
        if let (Of::Mailboxes, Some(state)) = (of, choice.state) {
            b.push(" AND t.state = ").push_bind(codec::to_word("state", &state)?);
        }
        for word in query::words(choice.q) {
            b.push(" AND ");
            match of {
                Of::Domains => push_contains(&mut b, c.dialect(), "t.name", word),
                Of::OutboundIps => push_contains(&mut b, c.dialect(), "(t.nickname || ' ' || t.range)", word),
                Of::Mailboxes => {
                    b.push("EXISTS (SELECT 1 FROM mailbox_address x WHERE x.mailbox = t.id AND ");
                    push_contains(&mut b, c.dialect(), "x.address", word);
                    b.push(")");
                }
            }
        }
        b.push(" ORDER BY t.id");
        found.extend(b.scalars::<i64>(c).await?);
    }
    Ok(found)
}

/// Notes that it runs; false where it does not wait any more.
pub async fn start(c: &mut Connection, id: i64) -> Result<bool, Error> {
    Ok(sql("UPDATE bulk_job SET state = 'running' WHERE id = $1 AND state = 'waiting'").bind(id).execute(c).await? == 1)
}

/// Adds to what is done, with what failed of it. False where somebody has asked for it to stop.
pub async fn progress(c: &mut Connection, id: i64, done: u64, failures: &[Failure]) -> Result<bool, Error> {
    for chunk in failures.chunks(500) {
        let mut b = sql("INSERT INTO bulk_failure (job, object, reason) ");
        b.push_values(chunk, |v, f| {
            v.push_bind(id).push_bind(&f.object).push_bind(&f.reason);
        });
        b.execute(c).await?;
    }
    let stop = sql("UPDATE bulk_job SET done = done + $2, failed = failed + $3 WHERE id = $1 RETURNING stop")
        .bind(id)
        .bind(i64::try_from(done).unwrap_or(i64::MAX))
        .bind(i64::try_from(failures.len()).unwrap_or(i64::MAX));
    Ok(!stop.scalar_optional::<bool>(c).await?.unwrap_or(true))
}

/// Asks for it to stop; false where it has ended already. One that waits ends at once.
pub async fn request_stop(c: &mut Connection, id: i64, now: Timestamp) -> Result<bool, Error> {
    let text = "UPDATE bulk_job SET stop = 1, finished = CASE WHEN state = 'waiting' THEN $2 ELSE finished END,
            state = CASE WHEN state = 'waiting' THEN 'stopped' ELSE state END
         WHERE id = $1 AND state IN ('waiting', 'running')";
    Ok(sql(text).bind(id).bind(now.0).execute(c).await? == 1)
}

/// `state`: done or stopped.
pub async fn finish(c: &mut Connection, id: i64, state: State, now: Timestamp) -> Result<(), Error> {
    sql("UPDATE bulk_job SET state = $2, finished = $3 WHERE id = $1")
        .bind(id)
        .bind(state.as_str())
        .bind(now.0)
        .execute(c)
        .await?;
    Ok(())
}

pub async fn get<R: DeserializeOwned>(c: &mut Connection, id: i64) -> Result<Option<Job<R>>, Error> {
    sql("SELECT * FROM bulk_job WHERE id = $1").bind(id).fetch_optional(c).await?.as_ref().map(job).transpose()
}

/// Those that wait or run, the oldest first: what a server that starts takes up again.
pub async fn open<R: DeserializeOwned>(c: &mut Connection) -> Result<Vec<Job<R>>, Error> {
    let rows = sql("SELECT * FROM bulk_job WHERE state IN ('waiting', 'running') ORDER BY id").fetch_all(c).await?;
    rows.iter().map(job).collect()
}

/// The newest first, `limit` rows after those that ended at `after`.
pub async fn slice<R: DeserializeOwned>(
    c: &mut Connection,
    scope: Scope,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Slice<Job<R>>, Error> {
    const ORDER: Order = Order { key: "id", id: None, descending: true, text: (false, false) };
    let mut b = sql("SELECT * FROM bulk_job WHERE ");
    query::push_scope(&mut b, scope, "account");
    let limit = ORDER.after(&mut b, after, limit)?;
    let rows = b.fetch_all(c).await?.iter().map(job).collect::<Result<_, _>>()?;
    Ok(cursor::slice(rows, limit, |j: &Job<R>| (j.id, j.id)))
}

/// What failed, in the order in which it did.
pub async fn failures(
    c: &mut Connection,
    id: i64,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Slice<Failure>, Error> {
    const ORDER: Order = Order { key: "id", id: None, descending: false, text: (false, false) };
    let mut b = sql("SELECT id, object, reason FROM bulk_failure WHERE job = $1").bind(id);
    let limit = ORDER.after(&mut b, after, limit)?;
    let rows = b.fetch_all(c).await?;
    let rows = rows
        .iter()
        .map(|r| Ok((int(r, "id")?, Failure { object: text(r, "object")?, reason: text(r, "reason")? })))
        .collect::<Result<Vec<_>, Error>>()?;
    let found = cursor::slice(rows, limit, |(id, _): &(i64, Failure)| (*id, *id));
    Ok(Slice { rows: found.rows.into_iter().map(|(_, f)| f).collect(), next: found.next })
}

fn job<R: DeserializeOwned>(r: &Row) -> Result<Job<R>, Error> {
    Ok(Job {
        id: int(r, "id")?,
        account: r.get::<Option<i64>>("account")?.map(AccountId),
        kind: text(r, "kind")?,
        actor: text(r, "actor")?,
        request: codec::json(r, "request")?,
        state: State::of(text(r, "state")?)?,
        total: count(r, "total")?,
        done: count(r, "done")?,
        failed: count(r, "failed")?,
        stop: r.get("stop")?,
        created: Timestamp(int(r, "created")?),
        finished: r.get::<Option<i64>>("finished")?.map(Timestamp),
    })
}
