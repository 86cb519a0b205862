//! What the queue reports goes into the message log before the queue lets go of the message.

use delivery::{Outcome, OutcomeKind, Outcomes};
use model::Disposition;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;
use store::{Batcher, OutcomeRecord};

/// Writes outcomes through the store's batches; a database that does not answer is tried until it does, because the
/// queue waits and nothing is lost meanwhile.
pub struct Recorder {
    batches: Batcher,
}

impl Recorder {
    pub fn new(batches: Batcher) -> Recorder {
        Recorder { batches }
    }
}

impl Outcomes for Recorder {
    fn record(&self, outcomes: Vec<Outcome>) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            let records: Vec<OutcomeRecord> = outcomes.into_iter().map(record).collect();
            let mut wait = Duration::from_millis(100);
            while let Err(error) = self.batches.outcomes(records.clone()).await {
                if matches!(error, store::Error::Stopped) {
                    return;
                }
                tracing::error!(%error, "the message log cannot be written; trying again");
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(Duration::from_secs(10));
            }
        })
    }
}

fn record(o: Outcome) -> OutcomeRecord {
    let disposition = match o.result {
        OutcomeKind::Delivered => Disposition::Delivered,
        OutcomeKind::Deferred { .. } => Disposition::Deferred,
        OutcomeKind::Bounced => Disposition::Bounced,
    };
    OutcomeRecord { id: o.id, recipient: o.recipient, disposition, host: o.host, reply: o.reply, at: o.at }
}
