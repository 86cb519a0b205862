//! Mail that was taken and turns out to be for nobody goes back to its sender (RFC 3464).

use bytes::Bytes;
use delivery::dsn::{Action, Failure, Notice};
use delivery::{Delivery, Plan, Queue, Route, Target};
use model::time::DAY;
use model::{Direction, Envelope, MessageId, Notify, Recipient, SessionInfo, Timestamp};
use service::Snapshot;
use spool::Entry;

/// How long the notice is tried.
const KEEP_TRYING: i64 = 2 * DAY;
/// Up to this many bytes the message is returned whole.
const FULL_MAX: u64 = 100_000;

pub(crate) struct Returned<'a> {
    pub queue: &'a Queue,
    pub snapshot: &'a Snapshot,
    pub hostname: &'a str,
    pub entry: &'a Entry,
    pub body: &'a Bytes,
}

impl Returned<'_> {
    /// One notice about these recipients, to the return path; none to the null one, nor for recipients whose NOTIFY
    /// asks for none. Sent twice for the same message, it goes once.
    pub async fn send(&self, recipients: &[Recipient]) -> Result<(), delivery::Error> {
        let envelope = &self.entry.envelope;
        let Some(to) = &envelope.return_path else { return Ok(()) };
        let told = |r: &&Recipient| !r.notify.never && r.notify.failure;
        let failures: Vec<Failure<'_>> = recipients
            .iter()
            .filter(told)
            .map(|recipient| Failure {
                recipient,
                status: "5.1.1".into(),
                host: String::new(),
                reply: "there is no such mailbox".into(),
                replied: false,
            })
            .collect();
        if failures.is_empty() {
            return Ok(());
        }
        let now = Timestamp::now();
        // The same for the same message: after a crash the notice is known to be under way.
        let random = u128::from_be_bytes(self.entry.id.to_bytes()) ^ 0x5265_7475_726E_6564;
        let id = MessageId::new(self.entry.id.time(), random);
        let composed = Notice {
            action: Action::Failed,
            hostname: self.hostname,
            to,
            envelope,
            failures: &failures,
            original: self.body,
            full_max: FULL_MAX,
            now,
            until: now,
            token: &id.to_string(),
        }
        .compose();
        let addressee =
            Recipient { address: to.clone(), orcpt: None, notify: Notify { never: true, ..Notify::default() } };
        let domain = to.domain();
        let route = if self.snapshot.protects(domain.as_str()) { Route::Gateway(domain) } else { Route::Mx(domain) };
        let delivery = Delivery {
            tracked: false,
            bounce: false,
            ..Delivery::new(route, None, vec![Target::new(addressee.clone())], now, now.plus(KEEP_TRYING))
        };
        let notice = Envelope {
            id,
            received: now,
            direction: Direction::Outbound,
            session: SessionInfo::own(self.hostname),
            return_path: None,
            recipients: vec![addressee],
            eight_bit: composed.eight_bit,
            smtputf8: composed.smtputf8,
            return_headers_only: true,
            envid: None,
            size: composed.body.len() as u64,
            tls_wish: model::TlsWish::Usual,
            sending: None,
        };
        match self.queue.send(notice, composed.body, Plan::new(vec![delivery])).await {
            Err(delivery::Error::Spool { source: spool::Error::Exists(_), .. }) => Ok(()),
            other => other,
        }
    }
}
