//! Bulk operations (guide chapter 12): what is asked for, how far it is, what failed, and that it should stop.

use crate::codec::{self, count, int, text};
use crate::cursor::{self, Cursor, Order, Slice};
use crate::db::{Row, sql};
use crate::{Connection, Error, Scope};
use model::{AccountId, Timestamp};
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
    match scope {
        Scope::All => b.push("1 = 1"),
        Scope::Account(a) => b.push("account = ").push_bind(a.0),
        Scope::Mailbox(_) => b.push("1 = 0"),
    };
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
