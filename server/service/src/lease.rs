//! Leases: a job that must run once in the cluster runs on the node that holds its lease.

use crate::{Error, Service, UseCase};
use model::Actor;
use std::time::Duration;

impl Service {
    /// Takes, or keeps, the lease of a job for this node. False while another node has it.
    pub async fn take_lease(&self, actor: &Actor, job: &str, duration: Duration) -> Result<bool, Error> {
        self.permit(actor, UseCase::Job)?;
        let ms = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        let mut tx = self.inner.store.begin().await?;
        let taken = store::lease::take(&mut tx, job, &self.inner.config.node, ms).await?;
        tx.commit().await?;
        Ok(taken)
    }

    pub(crate) async fn release_lease(&self, name: &str) -> Result<(), Error> {
        let mut tx = self.inner.store.begin().await?;
        store::lease::release(&mut tx, name, &self.inner.config.node).await?;
        Ok(tx.commit().await?)
    }

    /// Gives the lease of a job back, so that another node need not wait until it expires.
    pub async fn give_lease_back(&self, actor: &Actor, job: &str) -> Result<(), Error> {
        self.permit(actor, UseCase::Job)?;
        self.release_lease(job).await
    }
}
