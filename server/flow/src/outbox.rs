//! The service's way out: releases, notices and digests go straight into the queue and past the filter.

use delivery::{Delivery, Plan, Queue, Routing, Target};
use model::time::DAY;
use model::view::DeferredDestination;
use model::{DomainName, Timestamp};
use service::{BoxFuture, Outbox, OutgoingMail, QueueView};
use std::collections::HashMap;
use std::sync::Arc;

pub struct QueueOutbox {
    queue: Queue,
    routing: Arc<dyn Routing>,
    waiting: Arc<std::sync::atomic::AtomicU64>,
}

impl QueueOutbox {
    /// `waiting`: messages that the filter has not seen yet.
    pub fn new(queue: Queue, routing: Arc<dyn Routing>, waiting: Arc<std::sync::atomic::AtomicU64>) -> QueueOutbox {
        QueueOutbox { queue, routing, waiting }
    }
}

/// How long a release or digest is tried.
const KEEP_TRYING: i64 = 5 * DAY;

impl Outbox for QueueOutbox {
    fn send(&self, mail: OutgoingMail) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async move {
            let now = Timestamp::now();
            let mut routes: HashMap<_, Vec<Target>> = HashMap::new();
            for recipient in &mail.envelope.recipients {
                routes.entry(self.routing.route(&recipient.address)).or_default().push(Target::new(recipient.clone()));
            }
            let deliveries = routes
                .into_iter()
                .map(|(route, targets)| Delivery {
                    edits: mail.edits.clone(),
                    // A delivered release is noted at the held message.
                    tracked: mail.release,
                    ..Delivery::new(route, mail.envelope.return_path.clone(), targets, now, now.plus(KEEP_TRYING))
                })
                .collect();
            match self.queue.send(mail.envelope, mail.body, Plan::new(deliveries)).await {
                // The same release has the same id: one that is under way already is not taken twice.
                Ok(()) | Err(delivery::Error::Spool { source: spool::Error::Exists(_), .. }) => Ok(()),
                Err(error) => Err(error.to_string()),
            }
        })
    }

    fn queue(&self) -> QueueView {
        let view = self.queue.view();
        let deferred = view
            .into_iter()
            .filter(|d| !d.last_error.is_empty())
            .map(|d| DeferredDestination {
                destination: d.destination,
                messages: d.waiting,
                since: d.since,
                next_attempt: d.next_attempt,
                last_error: d.last_error,
            })
            .collect();
        QueueView {
            waiting_filter: self.waiting.load(std::sync::atomic::Ordering::Relaxed),
            waiting_delivery: self.queue.waiting(),
            deferred,
        }
    }

    fn retry_now(&self, domain: Option<&DomainName>) {
        self.queue.retry_now(domain);
    }
}
