//! Reporting what became of deliveries, and letting go of them: one task, behind [`settle`](super::settle).
//!
//! Outcomes are kept by whoever keeps the message log before the spool forgets them, and only then a delivery is scheduled
//! again or dropped. A message log that is slow or away delays this and no more: what hosts took is noted already.

use super::report::Report;
use super::{Held, Shared};
use crate::Outcome;
use model::{MessageId, Timestamp};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Settled batches that are recorded in one go.
const BATCHES: usize = 16;
/// Pause before the spool is asked again to take what it refused.
const AGAIN: Duration = Duration::from_secs(2);

/// A batch whose results are in their plans.
#[derive(Default)]
pub(super) struct Settled {
    /// With the time of the next attempt, where something is left.
    pub reports: Vec<(Report, Option<Timestamp>)>,
    /// Messages whose plans have changed.
    pub changed: HashMap<MessageId, Arc<Held>>,
    /// Outcomes of what was not tried; they are in no plan.
    pub waiting: Vec<Outcome>,
    pub flushes: Vec<oneshot::Sender<()>>,
}

pub(super) async fn run(shared: Arc<Shared>, mut inbox: mpsc::UnboundedReceiver<Settled>) {
    let mut batches = Vec::with_capacity(BATCHES);
    // What the spool could not take, tried again until it can.
    let mut unstored: HashMap<MessageId, Arc<Held>> = HashMap::new();
    loop {
        let pending = !unstored.is_empty();
        tokio::select! {
            biased;
            n = inbox.recv_many(&mut batches, BATCHES) => if n == 0 { return },
            () = tokio::time::sleep(AGAIN), if pending => {}
            () = shared.ended.cancelled() => return,
        }
        let mut all = Settled { changed: std::mem::take(&mut unstored), ..Settled::default() };
        for one in batches.drain(..) {
            all.reports.extend(one.reports);
            all.changed.extend(one.changed);
            all.waiting.extend(one.waiting);
            all.flushes.extend(one.flushes);
        }
        unstored = record(&shared, all).await;
    }
}

/// What the spool could not take comes back.
async fn record(shared: &Arc<Shared>, settled: Settled) -> HashMap<MessageId, Arc<Held>> {
    let mut outcomes = settled.waiting;
    let mut reported = Vec::with_capacity(settled.changed.len());
    for held in settled.changed.into_values() {
        let plan = held.plan.lock();
        outcomes.extend_from_slice(&plan.unreported);
        let count = plan.unreported.len();
        drop(plan);
        reported.push((held, count));
    }
    if !outcomes.is_empty() {
        shared.outcomes.record(outcomes).await;
    }
    let stored = reported.into_iter().map(|(held, count)| {
        // Others may have been added behind them meanwhile.
        held.plan.lock().unreported.drain(..count);
        store(shared, held)
    });
    let stored = futures::future::join_all(stored).await;
    shared.with(|s, now| {
        for (report, next) in &settled.reports {
            if let Some(next) = next.filter(|_| report.untold) {
                s.keep(report.item, next);
            }
            match *next {
                None => s.done(report.item),
                Some(_) if report.with_destination => s.again(report.item, None, now),
                Some(next) => s.again(report.item, Some(next), now),
            }
        }
    });
    for done in settled.flushes {
        let _ = done.send(());
    }
    stored.into_iter().flatten().map(|held| (held.id, held)).collect()
}

/// Brings the spool up to date with a message. What it could not take comes back.
async fn store(shared: &Shared, held: Arc<Held>) -> Option<Arc<Held>> {
    let state = {
        let plan = held.plan.lock();
        (!plan.is_done() || !plan.unreported.is_empty()).then(|| plan.encode())
    };
    let result = match state {
        Some(state) => shared.spool.update(held.id, state).await,
        None => shared.spool.finish(held.id).await,
    };
    match result {
        Ok(()) | Err(spool::Error::Unknown(_)) => None,
        Err(error) => {
            tracing::error!(id = %held.id, %error, "the result of a delivery is not on disk yet");
            Some(held)
        }
    }
}
