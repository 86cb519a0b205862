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

/// A blind copy that a filter's action asks for (guide chapter 7 "BCC").
#[derive(Debug, Clone)]
pub struct BlindCopy {
    pub to: EmailAddress,
    pub route: Route,
    pub verdict: Arc<Verdict>,
    pub edits: Arc<Vec<Edit>>,
    /// Milliseconds for which delivery is tried.
    pub keep_trying: i64,
}

/// Deliveries that have one copy, or none.
struct Group {
    copy: Option<(EmailAddress, Route)>,
    verdict: Arc<Verdict>,
    edits: Arc<Vec<Edit>>,
    keep_trying: i64,
    deliveries: Vec<(Delivery, i64)>,
}

/// The plan for all of them. The order of recipients within a delivery is that of the envelope. There is one copy for
/// each form of the message and each collector, behind the deliveries that wake it (`delivery::copies`); a blind copy
/// leaves whatever becomes of the message.
pub fn plan(envelope: &Envelope, outgoing: Vec<Outgoing>, blind: Vec<BlindCopy>, now: Timestamp) -> Plan {
    let mut groups: Vec<Group> = Vec::new();
    for one in outgoing {
        let Outgoing { recipient, rcpt_to, route, verdict, edits, copy, keep_trying } = one;
        let key = |copy: &Option<(EmailAddress, Route)>| copy.as_ref().map(|(to, _)| to.key());
        let place = groups
            .iter()
            .position(|g| key(&g.copy) == key(&copy) && (Arc::ptr_eq(&g.verdict, &verdict) || *g.verdict == *verdict));
        let place = place.unwrap_or_else(|| {
            groups.push(Group { copy, verdict, edits: edits.clone(), keep_trying, deliveries: Vec::new() });
            groups.len() - 1
        });
        let Some(group) = groups.get_mut(place) else { continue };
        let target = Target { recipient, rcpt_to, done: false };
        match group.deliveries.iter_mut().find(|(d, keep)| d.route == route && *keep == keep_trying) {
            // Two aliases of one mailbox fold into one delivery.
            Some((d, _)) if d.recipients.iter().any(|t| t.rcpt_to.key() == target.rcpt_to.key()) => {}
            Some((d, _)) => d.recipients.push(target),
            None => {
                let expires = envelope.received.plus(keep_trying);
                let plain = Delivery::new(route, envelope.return_path.clone(), vec![target], now, expires);
                group.deliveries.push((Delivery { edits: edits.as_ref().clone(), ..plain }, keep_trying));
            }
        }
    }
    let (copied, plain): (Vec<Group>, Vec<Group>) = groups.into_iter().partition(|g| g.copy.is_some());
    let mut deliveries = Vec::new();
    let mut sent: Vec<(EmailAddress, Arc<Verdict>)> = Vec::new();
    // Before all others: none of them is to wake it.
    for b in blind {
        if !sent.iter().any(|(to, verdict)| to.key() == b.to.key() && **verdict == *b.verdict) {
            let expires = envelope.received.plus(b.keep_trying);
            deliveries.push(Delivery { tracked: false, ..copy(b.to.clone(), b.route, &b.edits, now, expires) });
            sent.push((b.to, b.verdict));
        }
    }
    for group in copied.into_iter().chain(plain) {
        deliveries.extend(group.deliveries.into_iter().map(|(d, _)| d));
        if let Some((to, route)) = group.copy {
            let expires = now.plus(group.keep_trying);
            deliveries.push(copy(to, route, &group.edits, now, expires).asleep());
        }
    }
    Plan::new(deliveries)
}

/// A copy comes from nobody, so that nobody is told of it.
fn copy(to: EmailAddress, route: Route, edits: &Arc<Vec<Edit>>, now: Timestamp, expires: Timestamp) -> Delivery {
    let notify = Notify { never: true, ..Notify::default() };
    let target = Target::new(Recipient { address: to, orcpt: None, notify });
    let plain = Delivery::new(route, None, vec![target], now, expires);
    Delivery { edits: edits.as_ref().clone(), bounce: false, ..plain }
}
