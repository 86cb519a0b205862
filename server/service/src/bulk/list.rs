//! Looking at operations, and stopping them.

use super::Request;
use crate::slices::{After, checked};
use crate::{Error, Service, UseCase};
use model::{AccountId, Actor, Timestamp};
use store::bulk::{self, Failure, Job, State};
use store::{Scope, Slice};

/// An operation and how far it is.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkJob {
    pub id: i64,
    /// None: of the whole system.
    pub account: Option<AccountId>,
    /// `change_mailboxes`, `delete_domains`, `import_mailboxes` and the like.
    pub kind: String,
    /// Who asked for it, as in the audit trail.
    pub actor: String,
    pub state: State,
    /// Objects or lines that it is about.
    pub total: u64,
    /// Those that it is through with, those that failed included.
    pub done: u64,
    pub failed: u64,
    /// It was asked to stop.
    pub stopping: bool,
    pub created: Timestamp,
    pub finished: Option<Timestamp>,
}

fn view(job: Job<Request>) -> BulkJob {
    BulkJob {
        id: job.id,
        account: job.account,
        kind: job.kind,
        actor: job.actor,
        state: job.state,
        total: job.total,
        done: job.done,
        failed: job.failed,
        stopping: job.stop,
        created: job.created,
        finished: job.finished,
    }
}

async fn job_in(c: &mut store::Connection, scope: Scope, id: i64) -> Result<Job<Request>, Error> {
    let within = |j: &Job<Request>| match (scope, j.account) {
        (Scope::All, _) => true,
        (Scope::Account(own), Some(of)) => own == of,
        _ => false,
    };
    bulk::get(c, id).await?.filter(within).ok_or_else(|| Error::not_found("bulk operation"))
}

impl Service {
    /// The newest first.
    pub async fn bulk_jobs_after(&self, actor: &Actor, after: &After) -> Result<Slice<BulkJob>, Error> {
        let scope = self.permit(actor, UseCase::ListBulk)?;
        let mut c = self.inner.store.read().await?;
        let found = checked(bulk::slice::<Request>(&mut c, scope, after.cursor.as_ref(), after.limit).await)?;
        Ok(Slice { rows: found.rows.into_iter().map(view).collect(), next: found.next })
    }

    pub async fn bulk_job(&self, actor: &Actor, id: i64) -> Result<BulkJob, Error> {
        let scope = self.permit(actor, UseCase::ListBulk)?;
        let mut c = self.inner.store.read().await?;
        Ok(view(job_in(&mut c, scope, id).await?))
    }

    /// One that the actor has just begun, for the answer; needs no leave to look at those of others.
    pub async fn own_bulk_job(&self, actor: &Actor, id: i64) -> Result<BulkJob, Error> {
        let mut c = self.inner.store.read().await?;
        let own = bulk::get::<Request>(&mut c, id).await?.filter(|j| j.actor == actor.name);
        own.map(view).ok_or_else(|| Error::not_found("bulk operation"))
    }

    /// What failed, in the order in which it did.
    pub async fn bulk_failures_after(&self, actor: &Actor, id: i64, after: &After) -> Result<Slice<Failure>, Error> {
        let scope = self.permit(actor, UseCase::ListBulk)?;
        let mut c = self.inner.store.read().await?;
        job_in(&mut c, scope, id).await?;
        checked(bulk::failures(&mut c, id, after.cursor.as_ref(), after.limit).await)
    }

    /// Asks an operation to stop: it ends after the piece that it is at. What it has done stays done. One that has ended
    /// is a conflict.
    pub async fn stop_bulk(&self, actor: &Actor, id: i64) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::StopBulk)?;
        let mut tx = self.inner.store.begin().await?;
        let job = job_in(&mut tx, scope, id).await?;
        if !bulk::request_stop(&mut tx, id, self.now()).await? {
            return Err(Error::new(model::ErrorCode::Conflict, "This operation has ended already."));
        }
        if job.state == State::Waiting {
            bulk::drop_pieces(&mut tx, id).await?;
        }
        self.note(&mut tx, actor, "bulk.stop", &format!("{} {id}", job.kind), "", job.account).await?;
        Ok(tx.commit().await?)
    }
}
