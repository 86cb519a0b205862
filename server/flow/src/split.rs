//! Recipients of one message that share everything share one delivery: same verdict, same edits, same route.

use delivery::{Delivery, Plan, Route, Target};
use model::{Edit, EmailAddress, Envelope, Notify, Recipient, Timestamp, Verdict};
use std::sync::Arc;

/// One recipient on their way, as the filter left them.
#[derive(Debug, Clone)]
pub struct Outgoing {
    pub recipient: Recipient,
    /// The address under which the next server is told.
    pub rcpt_to: EmailAddress,
    pub route: Route,
    pub verdict: Arc<Verdict>,
    pub edits: Arc<Vec<Edit>>,
    /// Who gets a copy, and by which route (guide chapters 6 and 7 "Send a copy of every delivered message").
    pub copy: Option<(EmailAddress, Route)>,
    /// Milliseconds for which delivery is tried.
    pub keep_trying: i64,
}

/// The plan for all of them. The order of recipients within a delivery is that of the envelope.
pub fn plan(envelope: &Envelope, outgoing: Vec<Outgoing>, now: Timestamp) -> Plan {
    let mut deliveries: Vec<(Delivery, Arc<Verdict>, i64)> = Vec::new();
    let mut copies: Vec<(Delivery, Arc<Verdict>)> = Vec::new();
    for one in outgoing {
        if let Some((to, route)) = one.copy {
            copy(&mut copies, to, route, &one.verdict, &one.edits, envelope.received.plus(one.keep_trying), now);
        }
        let target = Target { recipient: one.recipient, rcpt_to: one.rcpt_to, done: false };
        let same = deliveries.iter_mut().find(|(d, verdict, keep)| {
            d.route == one.route
                && *keep == one.keep_trying
                && (Arc::ptr_eq(verdict, &one.verdict) || **verdict == *one.verdict)
        });
        match same {
            // Two aliases of one mailbox fold into one delivery.
            Some((d, _, _)) if d.recipients.iter().any(|t| t.rcpt_to.key() == target.rcpt_to.key()) => {}
            Some((d, _, _)) => d.recipients.push(target),
            None => {
                let delivery = Delivery {
                    route: one.route,
                    return_path: envelope.return_path.clone(),
                    recipients: vec![target],
                    edits: one.edits.as_ref().clone(),
                    created: now,
                    expires: envelope.received.plus(one.keep_trying),
                    attempts: 0,
                    next_attempt: now,
                    last_error: String::new(),
                    tracked: true,
                    bounce: true,
                };
                deliveries.push((delivery, one.verdict, one.keep_trying));
            }
        }
    }
    let deliveries = deliveries.into_iter().map(|(d, _, _)| d);
    Plan::new(deliveries.chain(copies.into_iter().map(|(d, _)| d)).collect())
}

/// One copy for each form of the message and each collector. It comes from nobody, so that nobody is told of it.
fn copy(
    copies: &mut Vec<(Delivery, Arc<Verdict>)>,
    to: EmailAddress,
    route: Route,
    verdict: &Arc<Verdict>,
    edits: &Arc<Vec<Edit>>,
    expires: Timestamp,
    now: Timestamp,
) {
    let there =
        copies.iter().any(|(d, v)| d.recipients.iter().any(|t| t.rcpt_to.key() == to.key()) && **v == **verdict);
    if there {
        return;
    }
    let notify = Notify { never: true, ..Notify::default() };
    let target = Target::new(Recipient { address: to, orcpt: None, notify });
    let delivery = Delivery {
        edits: edits.as_ref().clone(),
        tracked: false,
        bounce: false,
        ..Delivery::new(route, None, vec![target], now, expires)
    };
    copies.push((delivery, verdict.clone()));
}
