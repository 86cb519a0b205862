//! What came of an attempt, and what it means for the plan of its message.

use super::Task;
use super::schedule::{ItemId, Overdue};
use crate::{Outcome, OutcomeKind, Plan};
use model::Timestamp;
use tokio::sync::OwnedSemaphorePermit;

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
    pub untold: bool,
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

    /// A host took it, or it was given up, for some recipient.
    pub fn is_final(&self) -> bool {
        self.verdicts.iter().any(|(_, v)| v.said != Said::Deferred)
    }

    /// Nobody has to be told before this is noted.
    pub fn is_plain(&self) -> bool {
        !self.verdicts.iter().any(|(_, v)| matches!(v.said, Said::Bounced { .. }))
    }

    /// Turns what was given up into a deferral: its sender could not be told yet.
    pub fn take_back(&mut self, why: &str) {
        self.untold = true;
        for (_, verdict) in &mut self.verdicts {
            if matches!(verdict.said, Said::Bounced { .. }) {
                verdict.said = Said::Deferred;
                verdict.reply = format!("{} ({why})", verdict.reply);
            }
        }
    }

    /// Puts the verdicts into the plan, with what is to be reported. Whether something is left, and its time.
    pub fn apply(&self, pause: impl Fn(u32) -> i64) -> Option<Timestamp> {
        let mut plan = self.task.held.plan.lock();
        let Plan { deliveries, unreported } = &mut *plan;
        let delivery = deliveries.get_mut(self.task.index)?;
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
                unreported.push(Outcome {
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
        if !left {
            // Nobody needs its edits any more, and what the spool is told stays small.
            delivery.edits = Vec::new();
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
