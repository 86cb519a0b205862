//! The administrators' home page.

use crate::{Error, QueueView, Service, UseCase};
use model::view::{Overview, QuarantineQuery, TrafficHour};
use model::{Actor, DomainId, Timestamp};
use store::Scope;

/// Held messages on the page.
const RECENT: u32 = 10;

impl Service {
    /// Traffic of whole hours from that of `from` until `to`, and what waits now.
    pub async fn overview(&self, actor: &Actor, from: Timestamp, to: Timestamp) -> Result<Overview, Error> {
        let scope = self.permit(actor, UseCase::Overview)?;
        let mut c = self.inner.store.read().await?;
        let traffic = store::rollup::traffic(&mut c, scope, from, to).await?;
        let (accounts, domains, mailboxes) = store::account::totals(&mut c, scope).await?;
        let quarantined = store::quarantine::held(&mut c, scope).await?;
        let recent = QuarantineQuery { per_page: RECENT, ..QuarantineQuery::default() };
        let recent = store::quarantine::list(&mut c, scope, &recent).await?.rows;
        drop(c);
        // Queues hold everybody's mail: for those who may see everybody's.
        let queue = if scope == Scope::All { self.inner.outbox.queue() } else { QueueView::default() };
        let alerts = queue
            .deferred
            .iter()
            .map(|d| {
                let (n, are) = (d.messages, if d.messages == 1 { "message waits" } else { "messages wait" });
                format!("{n} {are} for {} since {}: {}", d.destination, d.since.rfc3339(), d.last_error)
            })
            .collect();
        Ok(Overview {
            from,
            to,
            traffic,
            quarantined,
            waiting_filter: queue.waiting_filter,
            waiting_delivery: queue.waiting_delivery,
            deferred: queue.deferred,
            accounts,
            domains,
            mailboxes,
            alerts,
            recent,
        })
    }

    /// Recipients of whole hours from that of `from` until `to`.
    pub async fn traffic(&self, actor: &Actor, from: Timestamp, to: Timestamp) -> Result<Vec<TrafficHour>, Error> {
        let scope = self.permit(actor, UseCase::Overview)?;
        let mut c = self.inner.store.read().await?;
        Ok(store::rollup::traffic(&mut c, scope, from, to).await?)
    }

    /// What waits for the filter and for other servers: everybody's mail, so for the system's administrators.
    pub fn queue(&self, actor: &Actor) -> Result<QueueView, Error> {
        self.permit(actor, UseCase::ViewQueue)?;
        Ok(self.inner.outbox.queue())
    }

    /// Tries every destination that waits now.
    pub async fn retry_queue(&self, actor: &Actor) -> Result<(), Error> {
        self.permit(actor, UseCase::RetryQueue)?;
        let mut tx = self.inner.store.begin().await?;
        self.note(&mut tx, actor, "queue.retry", "all destinations", "", None).await?;
        tx.commit().await?;
        self.inner.outbox.retry_now(None);
        Ok(())
    }

    /// Tries now what waits for the gateways of a domain (guide chapter 6 "Force redelivery of all spooled messages").
    pub async fn redeliver_domain(&self, actor: &Actor, id: DomainId) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::EditDomain)?;
        let mut tx = self.inner.store.begin().await?;
        let domain = crate::domain_change::domain_in(&mut tx, scope, id).await?;
        self.note(&mut tx, actor, "domain.redeliver", domain.name.as_str(), "", Some(domain.account)).await?;
        tx.commit().await?;
        self.inner.outbox.retry_now(Some(&domain.name));
        Ok(())
    }
}
