//! Writing down what became of deliveries: one task, many reports at a time.
//!
//! The order is what keeps mail safe. A notice to the sender is in the spool before its message is given up; outcomes are
//! recorded before the spool forgets or updates the message; and only then is the delivery scheduled again or dropped.

use super::schedule::{ItemId, Overdue};
use super::{Held, Shared, Task, notice};
use crate::dsn::Action;
use crate::{Outcome, OutcomeKind};
use model::{MessageId, Timestamp};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

/// Reports in one batch.
const BATCH: usize = 512;
/// Pause before the spool is asked again to take what it refused.
const AGAIN: Duration = Duration::from_secs(2);

pub(super) enum Message {
    Report(Report),
    /// A delivery whose sender is to be told that it waits.
    Late(Report),
    /// Deliveries that wait because their destination is down: (delivery, next attempt, why).
    Notices(Vec<(Task, Timestamp, String)>),
    /// A message whose state in the spool is to be brought up to date.
    Store(Arc<Held>),
    /// Answered when all that was sent before is written down.
    Flush(oneshot::Sender<()>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// `dsn`: the host will report the delivery itself, if it was asked to.
    Delivered {
        dsn: bool,
    },
    Bounced {
        status: String,
    },
    Deferred,
}

/// What is known of one recipient after an attempt.
#[derive(Debug, Clone)]
pub(super) struct Verdict {
    pub said: Said,
    pub host: String,
    pub reply: String,
    /// `reply` is the host's own.
    pub replied: bool,
    pub tls: Option<String>,
}

/// What came of an attempt.
pub(super) struct Report {
    pub item: ItemId,
    pub task: Task,
    /// By index into the delivery's recipients.
    pub verdicts: Vec<(usize, Verdict)>,
    /// When what was deferred is tried again; none: by the delivery's own attempts.
    pub next: Option<Timestamp>,
    /// What was deferred waits for its destination, not for its own time.
    pub with_destination: bool,
    pub at: Timestamp,
    /// A host was tried.
    pub attempted: bool,
    /// It would be over, but its sender could not be told.
    untold: bool,
    pub permit: Option<OwnedSemaphorePermit>,
}

impl Verdict {
    pub fn deferred(host: String, text: String) -> Self {
        Verdict { said: Said::Deferred, host, reply: text, replied: false, tls: None }
    }
}

impl Report {
    pub fn new(item: ItemId, task: Task) -> Self {
        Report {
            item,
            task,
            verdicts: Vec::new(),
            next: None,
            with_destination: false,
            at: Timestamp::now(),
            attempted: true,
            untold: false,
            permit: None,
        }
    }

    /// The same verdict for all of these recipients.
    pub fn give(&mut self, recipients: impl IntoIterator<Item = usize>, verdict: &Verdict) {
        self.verdicts.extend(recipients.into_iter().map(|i| (i, verdict.clone())));
    }

    /// A delivery whose time is over.
    pub fn expired(expired: Overdue) -> Self {
        let mut report = Report { attempted: false, ..Report::new(expired.item, expired.task) };
        let Some(delivery) = report.task.delivery() else { return report };
        let error = if expired.error.is_empty() { delivery.last_error } else { expired.error };
        let hours = delivery.expires.since(delivery.created) / model::time::HOUR;
        let because =
            if error.is_empty() { "it was not tried".to_owned() } else { format!("the last error was: {error}") };
        let text = format!("the message could not be delivered within {hours} hours; {because}");
        let verdict =
            Verdict { said: Said::Bounced { status: "5.4.7".to_owned() }, ..Verdict::deferred(String::new(), text) };
        let open = delivery.recipients.iter().enumerate().filter(|(_, t)| !t.done).map(|(i, _)| i);
        report.give(open, &verdict);
        report
    }

    /// A delivery that still waits after a long time.
    pub fn late(late: Overdue) -> Self {
        let mut report = Report { attempted: false, ..Report::new(late.item, late.task) };
        let Some(delivery) = report.task.delivery() else { return report };
        let error = [late.error, delivery.last_error].into_iter().find(|e| !e.is_empty());
        let error = error.unwrap_or_else(|| "it waits for its turn".to_owned());
        let open = delivery.recipients.iter().enumerate().filter(|(_, t)| !t.done).map(|(i, _)| i);
        report.give(open, &Verdict::deferred(String::new(), error));
        report
    }

    /// Turns what was given up into a deferral: its sender could not be told yet.
    fn take_back(&mut self, why: &str) {
        self.untold = true;
        for (_, verdict) in &mut self.verdicts {
            if matches!(verdict.said, Said::Bounced { .. }) {
                verdict.said = Said::Deferred;
                verdict.reply = format!("{} ({why})", verdict.reply);
            }
        }
    }

    /// Puts the verdicts into the plan; the outcomes go to `out`. Whether something is left, and its time.
    fn apply(&self, pause: impl Fn(u32) -> i64, out: &mut Vec<Outcome>) -> Option<Timestamp> {
        let mut plan = self.task.held.plan.lock();
        let delivery = plan.deliveries.get_mut(self.task.index)?;
        delivery.attempts = delivery.attempts.saturating_add(u32::from(self.attempted));
        let next = self.next.unwrap_or_else(|| self.at.plus(pause(delivery.attempts)));
        let tracked = delivery.tracked;
        for (index, verdict) in &self.verdicts {
            let Some(target) = delivery.recipients.get_mut(*index) else { continue };
            let result = match verdict.said {
                Said::Delivered { .. } => OutcomeKind::Delivered,
                Said::Bounced { .. } => OutcomeKind::Bounced,
                Said::Deferred => OutcomeKind::Deferred { next },
            };
            target.done |= verdict.said != Said::Deferred;
            count(result);
            if verdict.said == Said::Deferred {
                let host = if verdict.host.is_empty() { String::new() } else { format!("{}: ", verdict.host) };
                delivery.last_error = format!("{host}{}", verdict.reply);
            }
            if tracked {
                out.push(Outcome {
                    id: self.task.held.id,
                    recipient: target.recipient.address.clone(),
                    result,
                    host: verdict.host.clone(),
                    reply: verdict.reply.clone(),
                    tls: verdict.tls.clone(),
                    at: self.at,
                });
            }
        }
        let left = !delivery.is_done();
        if left && !self.with_destination {
            delivery.next_attempt = next;
        }
        left.then_some(next)
    }
}

fn count(result: OutcomeKind) {
    let result = match result {
        OutcomeKind::Delivered => "delivered",
        OutcomeKind::Deferred { .. } => "deferred",
        OutcomeKind::Bounced => "bounced",
    };
    metrics::counter!("postern_delivery_recipients_total", "result" => result).increment(1);
}

pub(super) async fn run(shared: Arc<Shared>, mut inbox: mpsc::UnboundedReceiver<Message>) {
    let mut batch = Vec::with_capacity(BATCH);
    // What the spool could not take, tried again until it can.
    let mut unstored: HashMap<MessageId, Arc<Held>> = HashMap::new();
    loop {
        let waiting = !unstored.is_empty();
        tokio::select! {
            biased;
            n = inbox.recv_many(&mut batch, BATCH) => if n == 0 { return },
            () = tokio::time::sleep(AGAIN), if waiting => {}
            () = shared.ended.cancelled() => return,
        }
        settle(&shared, &mut batch, &mut unstored).await;
    }
}

async fn settle(shared: &Arc<Shared>, batch: &mut Vec<Message>, unstored: &mut HashMap<MessageId, Arc<Held>>) {
    let (mut reports, mut late, mut outcomes, mut flushes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut changed = std::mem::take(unstored);
    for message in batch.drain(..) {
        match message {
            Message::Report(report) => reports.push(report),
            Message::Late(report) => late.push(report),
            Message::Notices(waiting) => {
                waiting.iter().for_each(|(task, next, why)| wait(task, *next, why, &mut outcomes))
            }
            Message::Store(held) => drop(changed.insert(held.id, held)),
            Message::Flush(done) => flushes.push(done),
        }
    }
    let told =
        futures::future::join_all(reports.iter().map(|report| notice::send(shared, report, Action::Failed))).await;
    for (report, told) in reports.iter_mut().zip(told) {
        if let Err(error) = told {
            tracing::error!(id = %report.task.held.id, %error, "the sender cannot be told of a failure yet");
            report.take_back("the notice to the sender cannot be stored at present");
        }
    }
    let relayed = reports.iter().map(|report| notice::send(shared, report, Action::Relayed));
    let delayed = late.iter().map(|report| notice::send(shared, report, Action::Delayed));
    for error in futures::future::join_all(relayed.chain(delayed)).await.into_iter().filter_map(Result::err) {
        tracing::warn!(%error, "a sender was not told where its message is");
    }

    let pauses = shared.options.pauses();
    let pause = |n| super::schedule::pause(&pauses, n);
    let left: Vec<_> = reports.iter().map(|report| report.apply(pause, &mut outcomes)).collect();
    if !outcomes.is_empty() {
        shared.outcomes.record(outcomes).await;
    }
    changed.extend(reports.iter().map(|r| (r.task.held.id, r.task.held.clone())));
    let stored = futures::future::join_all(changed.into_values().map(|held| store(shared, held))).await;
    unstored.extend(stored.into_iter().flatten().map(|held| (held.id, held)));
    shared.with(|s, now| {
        for (report, next) in reports.iter().zip(left) {
            if let Some(next) = next.filter(|_| report.untold) {
                s.keep(report.item, next);
            }
            match next {
                None => s.done(report.item),
                Some(_) if report.with_destination => s.again(report.item, None, now),
                Some(next) => s.again(report.item, Some(next), now),
            }
        }
    });
    for done in flushes {
        let _ = done.send(());
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

/// Brings the spool up to date with a message. What it could not take comes back.
async fn store(shared: &Shared, held: Arc<Held>) -> Option<Arc<Held>> {
    let state = {
        let plan = held.plan.lock();
        (!plan.is_done()).then(|| plan.encode())
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
