//! Noting what became of deliveries: one task, many reports at a time.
//!
//! What a host took is noted in the spool at once, so that a crash does not send it again; it does not wait for the
//! message log, which is the work of [`record`](super::record). The order is what keeps mail safe: a notice to the sender
//! is in the spool before its message is given up.

use super::record::Settled;
use super::report::Report;
use super::{Held, Shared, Task, notice};
use crate::dsn::Action;
use crate::{Outcome, OutcomeKind};
use model::{MessageId, Timestamp};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// Reports in one batch.
const BATCH: usize = 512;

pub(super) enum Message {
    Report(Report),
    /// A delivery whose sender is to be told that it waits.
    Late(Report),
    /// Deliveries that wait because their destination is down: (delivery, next attempt, why).
    Notices(Vec<(Task, Timestamp, String)>),
    /// A message whose outcomes are to be reported and whose state in the spool is to be brought up to date.
    Store(Arc<Held>),
    /// Answered when all that was sent before is written down.
    Flush(oneshot::Sender<()>),
}

pub(super) async fn run(
    shared: Arc<Shared>,
    mut inbox: mpsc::UnboundedReceiver<Message>,
    settled: mpsc::UnboundedSender<Settled>,
) {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        tokio::select! {
            biased;
            n = inbox.recv_many(&mut batch, BATCH) => if n == 0 { return },
            () = shared.ended.cancelled() => return,
        }
        if settled.send(settle(&shared, &mut batch).await).is_err() {
            return;
        }
    }
}

async fn settle(shared: &Arc<Shared>, batch: &mut Vec<Message>) -> Settled {
    let (mut plain, mut failed, mut late, mut settled) = (Vec::new(), Vec::new(), Vec::new(), Settled::default());
    for message in batch.drain(..) {
        match message {
            Message::Report(report) if report.is_plain() => plain.push(report),
            Message::Report(report) => failed.push(report),
            Message::Late(report) => late.push(report),
            Message::Notices(waiting) => {
                waiting.iter().for_each(|(task, next, why)| wait(task, *next, why, &mut settled.waiting))
            }
            Message::Store(held) => drop(settled.changed.insert(held.id, held)),
            Message::Flush(done) => settled.flushes.push(done),
        }
    }
    // First what needs no notice before: it is on the other side, and each moment until it is noted may repeat it.
    note(shared, plain, &mut settled).await;

    let told =
        futures::future::join_all(failed.iter().map(|report| notice::send(shared, report, Action::Failed))).await;
    for (report, told) in failed.iter_mut().zip(told) {
        if let Err(error) = told {
            tracing::error!(id = %report.task.held.id, %error, "the sender cannot be told of a failure yet");
            report.take_back("the notice to the sender cannot be stored at present");
        }
    }
    note(shared, failed, &mut settled).await;

    let relayed = settled.reports.iter().map(|(report, _)| notice::send(shared, report, Action::Relayed));
    let delayed = late.iter().map(|report| notice::send(shared, report, Action::Delayed));
    for error in futures::future::join_all(relayed.chain(delayed)).await.into_iter().filter_map(Result::err) {
        tracing::warn!(%error, "a sender was not told where its message is");
    }
    settled
}

/// Puts reports into their plans, and into the spool what is final in them.
async fn note(shared: &Arc<Shared>, reports: Vec<Report>, settled: &mut Settled) {
    let pauses = shared.options.pauses();
    let pause = |n| super::schedule::pause(&pauses, n);
    let mut taken: HashMap<MessageId, Arc<Held>> = HashMap::new();
    for report in reports {
        let held = &report.task.held;
        if report.is_final() {
            taken.insert(held.id, held.clone());
        }
        settled.changed.insert(held.id, held.clone());
        let next = report.apply(pause);
        settled.reports.push((report, next));
    }
    futures::future::join_all(taken.into_values().map(|held| note_one(shared, held))).await;
}

async fn note_one(shared: &Shared, held: Arc<Held>) {
    let state = held.plan.lock().encode();
    match shared.spool.note(held.id, state).await {
        Ok(()) | Err(spool::Error::Unknown(_)) => {}
        // `record` writes it again, and goes on until it is there.
        Err(error) => tracing::error!(id = %held.id, %error, "the result of a delivery is not on disk yet"),
    }
}

/// The outcome of a delivery that was not tried because its destination is down.
fn wait(task: &Task, next: Timestamp, why: &str, outcomes: &mut Vec<Outcome>) {
    let plan = task.held.plan.lock();
    let Some(delivery) = plan.deliveries.get(task.index).filter(|d| d.tracked) else { return };
    outcomes.extend(delivery.recipients.iter().filter(|t| !t.done).map(|target| Outcome {
        id: task.held.id,
        recipient: target.recipient.address.clone(),
        result: OutcomeKind::Deferred { next },
        host: String::new(),
        reply: why.to_owned(),
        tls: None,
        at: Timestamp::now(),
    }));
}
