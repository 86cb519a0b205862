//! Telling a sender what became of its message.

use super::report::{Report, Said, Verdict};
use super::{Shared, Task, suspension};
use crate::dsn::{Action, Failure, Notice};
use crate::{Delivery, Error, Plan, Target};
use model::{Direction, EmailAddress, Envelope, MessageId, Notify, Recipient, SessionInfo, Timestamp, TlsWish};
use std::sync::Arc;

/// Sends the notice that a report calls for, if it calls for one: never to the null return path (RFC 5321 §6.1), and
/// only for recipients whose NOTIFY asks for it (RFC 3461 §4.1).
pub(super) async fn send(shared: &Arc<Shared>, report: &Report, action: Action) -> Result<(), Error> {
    let concerned = |v: &Verdict| match action {
        Action::Failed => matches!(v.said, Said::Bounced { .. }),
        Action::Relayed => v.said == Said::Delivered { dsn: false },
        Action::Delayed => v.said == Said::Deferred,
    };
    if !report.verdicts.iter().any(|(_, v)| concerned(v)) {
        return Ok(());
    }
    let task = &report.task;
    let Some((to, until, recipients)) = addressees(task, action) else { return Ok(()) };
    let failures: Vec<Failure<'_>> = report
        .verdicts
        .iter()
        .filter(|(_, v)| concerned(v))
        .filter_map(|(i, v)| {
            let recipient = recipients.get(*i)?.as_ref()?;
            let status = match &v.said {
                Said::Bounced { status } => status.clone(),
                Said::Delivered { .. } => "2.0.0".to_owned(),
                Said::Deferred => "4.0.0".to_owned(),
            };
            Some(Failure { recipient, status, host: v.host.clone(), reply: v.reply.clone(), replied: v.replied })
        })
        .collect();
    if failures.is_empty() {
        return Ok(());
    }
    if suspension::suspended(&to.domain(), &shared.options).await {
        metrics::counter!("postern_delivery_notices_suspended_total").increment(1);
        return Ok(());
    }
    let id = task.held.id;
    let original = shared.spool.read(id).await.map_err(|source| Error::Spool { id, source })?;
    let now = Timestamp::now();
    let (random, token) = token();
    let composed = Notice {
        action,
        hostname: &shared.options.hostname,
        to: &to,
        envelope: &task.held.envelope,
        failures: &failures,
        original: &original,
        full_max: shared.options.return_full_max,
        now,
        until,
        token: &token,
    }
    .compose();
    let addressee = Recipient { address: to, orcpt: None, notify: Notify { never: true, ..Notify::default() } };
    let lifetime = i64::try_from(shared.options.notice_lifetime.as_millis()).unwrap_or(i64::MAX);
    let route = shared.routing.route(&addressee.address);
    let delivery = Delivery {
        tracked: false,
        bounce: false,
        ..Delivery::new(route, None, vec![Target::new(addressee.clone())], now, now.plus(lifetime))
    };
    let envelope = Envelope {
        id: MessageId::new(now, random),
        received: now,
        direction: match task.held.envelope.direction {
            Direction::Inbound => Direction::Outbound,
            Direction::Outbound => Direction::Inbound,
        },
        session: SessionInfo::own(&shared.options.hostname),
        return_path: None,
        recipients: vec![addressee],
        eight_bit: composed.eight_bit,
        smtputf8: composed.smtputf8,
        return_headers_only: true,
        envid: None,
        size: composed.body.len() as u64,
        // What was asked of a message is asked of what tells about it (RFC 8689 §5).
        tls_wish: match task.held.envelope.tls_wish {
            TlsWish::Required => TlsWish::Required,
            TlsWish::Usual | TlsWish::Optional => TlsWish::Usual,
        },
        sending: None,
    };
    metrics::counter!("postern_delivery_notices_total").increment(1);
    shared.send(envelope, &composed.body, Plan::new(vec![delivery])).await
}

/// The return path, when the message expires, and each recipient that the sender wants to hear of, by index.
fn addressees(task: &Task, action: Action) -> Option<(EmailAddress, Timestamp, Vec<Option<Recipient>>)> {
    let plan = task.held.plan.lock();
    let delivery = plan.deliveries.get(task.index).filter(|d| d.bounce)?;
    let to = delivery.return_path.clone()?;
    let wanted = |n: Notify| {
        !n.never
            && match action {
                Action::Failed => n.failure,
                Action::Relayed => n.success,
                Action::Delayed => n.delay,
            }
    };
    let recipients = delivery.recipients.iter().map(|t| wanted(t.recipient.notify).then(|| t.recipient.clone()));
    Some((to, delivery.expires, recipients.collect()))
}

/// Randomness, as a number and as text.
fn token() -> (u128, String) {
    let mut bytes = [0; 16];
    // Without a random source the clock must do: the token only has to be unlikely in the original.
    if getrandom::fill(&mut bytes).is_err() {
        bytes = i128::from(Timestamp::now().0).wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes();
    }
    let number = u128::from_be_bytes(bytes);
    (number, format!("{number:032x}"))
}
