//! Working operations off, piece by piece.

use super::change::{self, Effects, Ground};
use super::import::{self, Piece, domain_of};
use super::{BulkChange, BulkOf, Request, Work};
use crate::{Error, Service, UseCase, permission};
use model::view::AuditRow;
use model::{AccountId, Actor, DomainId};
use std::collections::BTreeMap;
use std::time::Duration;
use store::bulk::{self, Failure, Job, State};
use store::{Scope, Tx};

/// How often a piece is tried again that the database refuses.
const TRIES: u32 = 5;

/// What a look at an operation came to.
#[derive(PartialEq, Eq)]
enum Step {
    More,
    Ended,
}

/// Failures that hold for one object; all others are ours.
fn said(error: Error) -> Result<String, Error> {
    match error {
        Error::User(e) => Ok(e.message),
        other => Err(other),
    }
}

impl Service {
    /// Whether an operation waits or runs.
    pub async fn bulk_waits(&self, actor: &Actor) -> Result<bool, Error> {
        self.permit(actor, UseCase::Job)?;
        let mut c = self.inner.store.read().await?;
        Ok(bulk::any_open(&mut c).await?)
    }

    /// Works off what waits, the oldest first; how many operations have ended. To be called by one node at a time;
    /// may be dropped at any time, and goes on where it was.
    pub async fn run_bulk(&self, actor: &Actor) -> Result<usize, Error> {
        self.permit(actor, UseCase::Job)?;
        let mut ended = 0;
        loop {
            let open = {
                let mut c = self.inner.store.read().await?;
                bulk::open::<Request>(&mut c).await?
            };
            let Some(job) = open.into_iter().next() else { return Ok(ended) };
            self.work_off(job.id).await?;
            ended += 1;
        }
    }

    /// To its end. What fails again and again ends the operation, so that it holds up no other.
    async fn work_off(&self, id: i64) -> Result<(), Error> {
        let mut tries = 0;
        loop {
            match self.step(id, false).await {
                Ok(Step::Ended) => return Ok(()),
                Ok(Step::More) => tries = 0,
                Err(error) if tries < TRIES => {
                    tries += 1;
                    tracing::warn!(job = id, %error, tries, "a bulk operation is held up; tried again in a second");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                Err(error) => return self.give_up(id, &error).await,
            }
        }
    }

    async fn give_up(&self, id: i64, error: &Error) -> Result<(), Error> {
        let mut tx = self.inner.store.begin().await?;
        let Some(job) = bulk::get::<Request>(&mut tx, id).await? else { return Ok(()) };
        let failure = Failure { object: job.kind.clone(), reason: error.to_user().message };
        bulk::progress(&mut tx, id, 0, &[failure]).await?;
        self.end(tx, &job, State::Stopped).await.map(drop)
    }

    /// One piece. Where the database refuses it as a whole, its objects are tried one by one.
    async fn step(&self, id: i64, alone: bool) -> Result<Step, Error> {
        match self.piece(id, alone).await {
            Err(error) if !alone => {
                tracing::warn!(job = id, %error, "a piece of a bulk operation failed; trying its objects one by one");
                Box::pin(self.step(id, true)).await
            }
            other => other,
        }
    }

    async fn piece(&self, id: i64, alone: bool) -> Result<Step, Error> {
        let mut tx = self.inner.store.begin().await?;
        let Some(job) = bulk::get::<Request>(&mut tx, id).await? else { return Ok(Step::Ended) };
        if !matches!(job.state, State::Waiting | State::Running) {
            return Ok(Step::Ended);
        }
        bulk::start(&mut tx, id).await?;
        if job.stop {
            return self.end(tx, &job, State::Stopped).await;
        }
        let Some((number, body)) = bulk::next_piece(&mut tx, id).await? else {
            return self.end(tx, &job, State::Done).await;
        };
        let actor = self.requester(&mut tx, &job.request).await?;
        let scope = actor.as_ref().ok_or_else(Error::forbidden).and_then(|a| permitted(a, &job.request.work));
        let (actor, scope) = match (actor, scope) {
            (Some(actor), Ok(scope)) => (actor, scope),
            (_, scope) => {
                let reason = scope.err().map(said).transpose()?.unwrap_or_default();
                let failure =
                    Failure { object: job.actor.clone(), reason: format!("may not do this any more: {reason}") };
                bulk::progress(&mut tx, id, 0, &[failure]).await?;
                return self.end(tx, &job, State::Stopped).await;
            }
        };
        let ground = Ground { actor: &actor, scope, now: self.now() };
        let mut effects = Effects::default();
        let (done, failures) = match &job.request.work {
            Work::Change { of, change } => {
                let ids: Vec<i64> = read(&body)?;
                if alone {
                    drop(tx);
                    return self.one_by_one(id, number, &ids, &ground, *of, change).await;
                }
                let failures = changes(&mut tx, &ground, *of, change, &ids, &mut effects).await?;
                (ids.len(), failures)
            }
            Work::Import { domain } => imports(&mut tx, &ground, *domain, &body, &mut effects).await?,
        };
        self.finish_piece(&mut tx, id, number, done, &failures, &effects).await?;
        tx.commit().await?;
        Ok(Step::More)
    }

    /// Notes what was done beside it, in the transaction that did it.
    async fn finish_piece(
        &self,
        tx: &mut Tx,
        id: i64,
        number: i64,
        done: usize,
        failures: &[Failure],
        effects: &Effects,
    ) -> Result<(), Error> {
        write_audit(tx, effects).await?;
        if !effects.touched.is_empty() {
            store::change::touch(tx, &effects.touched).await?;
        }
        bulk::progress(tx, id, done as u64, failures).await?;
        Ok(bulk::remove_piece(tx, id, number).await?)
    }

    /// Each object in a transaction of its own, so that the one that the database refuses is found and named. A second
    /// time changes nothing: what a change asks for holds already.
    async fn one_by_one(
        &self,
        id: i64,
        number: i64,
        ids: &[i64],
        ground: &Ground<'_>,
        of: BulkOf,
        change: &BulkChange,
    ) -> Result<Step, Error> {
        let mut failures = Vec::new();
        for object in ids {
            let mut effects = Effects::default();
            let attempt = async {
                let mut tx = self.inner.store.begin().await?;
                let failed = changes(&mut tx, ground, of, change, &[*object], &mut effects).await?;
                write_audit(&mut tx, &effects).await?;
                store::change::touch(&mut tx, &effects.touched).await?;
                tx.commit().await?;
                Ok::<_, Error>(failed)
            };
            match attempt.await {
                Ok(failed) => failures.extend(failed),
                Err(error) => {
                    let reason = error.to_user().message;
                    failures.push(Failure { object: format!("{} {object}", of.as_str()), reason });
                }
            }
        }
        let mut tx = self.inner.store.begin().await?;
        self.finish_piece(&mut tx, id, number, ids.len(), &failures, &Effects::default()).await?;
        tx.commit().await?;
        Ok(Step::More)
    }

    async fn end(&self, mut tx: Tx, job: &Job<Request>, state: State) -> Result<Step, Error> {
        bulk::drop_pieces(&mut tx, job.id).await?;
        bulk::finish(&mut tx, job.id, state, self.now()).await?;
        let now = bulk::get::<Request>(&mut tx, job.id).await?;
        let (done, failed) = now.map_or((job.done, job.failed), |j| (j.done, j.failed));
        let actor = Actor { name: job.actor.clone(), ..Actor::system(&job.request.origin) };
        let act = if state == State::Stopped { "bulk.stopped" } else { "bulk.done" };
        let detail = format!("{done} of {}, {failed} failed", job.total);
        self.note(&mut tx, &actor, act, &format!("{} {}", job.kind, job.id), &detail, job.account).await?;
        tx.commit().await?;
        Ok(Step::Ended)
    }
}

/// The rows of each account at once.
async fn write_audit(tx: &mut Tx, effects: &Effects) -> Result<(), Error> {
    let mut by_account: BTreeMap<Option<i64>, Vec<AuditRow>> = BTreeMap::new();
    for (row, account) in &effects.audit {
        by_account.entry(account.map(|a| a.0)).or_default().push(row.clone());
    }
    for (account, rows) in by_account {
        store::audit::insert_many(tx, &rows, account.map(AccountId)).await?;
    }
    Ok(())
}

/// Whether whoever asked may do this now, and on what.
fn permitted(actor: &Actor, work: &Work) -> Result<Scope, Error> {
    match work {
        Work::Import { .. } => permission::check(actor, UseCase::AddMailbox),
        Work::Change { of, change } => {
            for what in change.needs(*of) {
                permission::check_role(actor, what)?;
            }
            permission::check(actor, UseCase::StartBulk)
        }
    }
}

fn read<T: serde::de::DeserializeOwned>(body: &str) -> Result<T, Error> {
    serde_json::from_str(body).map_err(|e| Error::Internal(format!("reading a piece of a bulk operation: {e}")))
}

async fn changes(
    tx: &mut Tx,
    ground: &Ground<'_>,
    of: BulkOf,
    change: &BulkChange,
    ids: &[i64],
    effects: &mut Effects,
) -> Result<Vec<Failure>, Error> {
    let mut failures = Vec::new();
    for id in ids {
        if let Err(error) = change::one(tx, ground, of, *id, change, effects).await {
            failures.push(Failure { object: format!("{} {id}", of.as_str()), reason: said(error)? });
        }
    }
    Ok(failures)
}

async fn imports(
    tx: &mut Tx,
    ground: &Ground<'_>,
    domain: DomainId,
    body: &str,
    effects: &mut Effects,
) -> Result<(usize, Vec<Failure>), Error> {
    let piece: Piece = read(body)?;
    let failures = match domain_of(tx, ground.scope, domain).await {
        Ok(domain) => import::add(tx, ground, &domain, &piece, effects).await?,
        // It was deleted or moved meanwhile.
        Err(error) => {
            let reason = said(error)?;
            piece.all(|object| Failure { object, reason: reason.clone() })
        }
    };
    Ok((piece.len(), failures))
}
