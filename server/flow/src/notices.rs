//! Notices to senders whose outbound mail a filter holds, or that leaves encrypted, and to whoever else is named (guide
//! chapter 7 "Delivery Status Notification").

use bytes::Bytes;
use delivery::dsn::{Action as Told, Failure, Notice};
use delivery::{Delivery, Plan, Queue, Routing, Target};
use model::time::{DAY, HOUR};
use model::{
    AccountId, Action, Actor, Direction, Disposition, EmailAddress, Envelope, MessageId, Notify, Recipient,
    SessionInfo, Timestamp, Values,
};
use service::{Counters, Lookup, RateUse, Service, Snapshot};
use spool::Entry;
use store::{MessageRecord, RecipientRecord};

/// How long a notice is tried.
const KEEP_TRYING: i64 = 2 * DAY;

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    Compliance,
    OtherFilter,
    Encrypted,
}

impl Why {
    fn of(r: &RecipientRecord) -> Option<Why> {
        match (r.disposition, r.verdict.action) {
            (Disposition::Quarantined, Action::Quarantine) if r.verdict.category.is_compliance() => {
                Some(Why::Compliance)
            }
            (Disposition::Quarantined, Action::Quarantine) => Some(Why::OtherFilter),
            (Disposition::Pending, Action::AttachEncrypted) => Some(Why::Encrypted),
            _ => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Why::Compliance => "compliance",
            Why::OtherFilter => "other",
            Why::Encrypted => "encrypted",
        }
    }

    /// Who else is told, if anybody is to be told at all.
    fn wanted(self, values: &Values) -> Option<&[EmailAddress]> {
        let n = &values.outbound_notification;
        let (on, others) = match self {
            Why::Compliance => (n.compliance, &n.compliance_to),
            Why::OtherFilter => (n.other_filters, &n.other_filters_to),
            Why::Encrypted => (n.encrypted, &n.encrypted_to),
        };
        on.then_some(others.as_slice())
    }
}

pub(crate) struct Notices<'a> {
    pub queue: &'a Queue,
    pub routing: &'a dyn Routing,
    pub service: &'a Service,
    pub snapshot: &'a Snapshot,
    pub hostname: &'a str,
    pub entry: &'a Entry,
    pub body: &'a Bytes,
}

impl Notices<'_> {
    /// Tells of what was decided and is written down. Done twice for the same message, each notice goes once.
    pub async fn send(&self, account: AccountId, values: &Values, record: &MessageRecord) -> Result<(), String> {
        for why in [Why::Compliance, Why::OtherFilter, Why::Encrypted] {
            let Some(others) = why.wanted(values) else { continue };
            let about: Vec<&RecipientRecord> = record.recipients.iter().filter(|r| Why::of(r) == Some(why)).collect();
            if about.is_empty() {
                continue;
            }
            let sender = self.entry.envelope.return_path.as_ref();
            let sender = sender.filter(|s| values.outbound_notification.unknown_senders || self.known(account, s));
            let others = others.iter().filter(|o| sender.is_none_or(|s| s.key() != o.key()));
            for to in sender.into_iter().chain(others) {
                if self.within_limit(values, to).await? {
                    let link = match sender {
                        Some(s) if s.key() == to.key() && why != Why::Encrypted => self.link(to, record.id).await,
                        _ => None,
                    };
                    self.send_one(why, to, &about, link.as_deref()).await?;
                }
            }
        }
        Ok(())
    }

    /// A mailbox of the account, by its address or an alias.
    fn known(&self, account: AccountId, sender: &EmailAddress) -> bool {
        matches!(self.snapshot.lookup(sender), Lookup::Known(known) if known.domain.account == account)
    }

    async fn within_limit(&self, values: &Values, to: &EmailAddress) -> Result<bool, String> {
        let Some(limit) = values.outbound_notification.per_hour else { return Ok(true) };
        let one = RateUse { key: format!("dsn {}", to.key()), limit: limit.into(), window: HOUR };
        let taken = Counters::new(self.service.store().clone()).take(&[one]).await.map_err(|e| e.to_string())?;
        if taken.is_err() {
            metrics::counter!("postern_outbound_notices_limited_total").increment(1);
        }
        Ok(taken.is_ok())
    }

    /// Where the sender releases it; a notice without is better than none.
    async fn link(&self, sender: &EmailAddress, id: MessageId) -> Option<String> {
        let found = self.service.sender_link(&Actor::system("notices"), sender, id).await;
        found.unwrap_or_else(|error| {
            tracing::error!(%error, "the link of a notice cannot be made");
            None
        })
    }

    async fn send_one(
        &self,
        why: Why,
        to: &EmailAddress,
        about: &[&RecipientRecord],
        link: Option<&str>,
    ) -> Result<(), String> {
        let envelope = &self.entry.envelope;
        let plain = |address: &EmailAddress| Recipient {
            address: address.clone(),
            orcpt: None,
            notify: Notify { never: true, ..Notify::default() },
        };
        let recipients: Vec<Recipient> = about.iter().map(|r| plain(&r.address)).collect();
        let (action, status) = match why {
            Why::Encrypted => (Told::Encrypted, "2.0.0"),
            Why::Compliance | Why::OtherFilter => (Told::Held, "4.7.1"),
        };
        let reply = |r: &RecipientRecord| match why {
            Why::Encrypted => "it leaves as an encrypted message".to_owned(),
            _ if r.verdict.info.is_empty() => format!("held as: {}", r.verdict.category.label()),
            _ => format!("held as: {} ({})", r.verdict.category.label(), r.verdict.info),
        };
        let failures: Vec<Failure<'_>> = recipients
            .iter()
            .zip(about)
            .map(|(recipient, r)| Failure {
                recipient,
                status: status.into(),
                host: String::new(),
                reply: reply(r),
                replied: false,
            })
            .collect();
        let now = Timestamp::now();
        let id = self.id(why, to);
        let composed = Notice {
            action,
            hostname: self.hostname,
            to,
            envelope,
            failures: &failures,
            original: self.body,
            full_max: 0,
            now,
            until: now,
            token: &id.to_string(),
            link,
        }
        .compose();
        let addressee = plain(to);
        let delivery = Delivery {
            tracked: false,
            bounce: false,
            ..Delivery::new(
                self.routing.route(to),
                None,
                vec![Target::new(addressee.clone())],
                now,
                now.plus(KEEP_TRYING),
            )
        };
        let notice = Envelope {
            id,
            received: now,
            direction: Direction::Inbound,
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
            Ok(()) => {
                metrics::counter!("postern_outbound_notices_total").increment(1);
                Ok(())
            }
            Err(delivery::Error::Spool { source: spool::Error::Exists(_), .. }) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// The same for the same message, reason and addressee.
    fn id(&self, why: Why, to: &EmailAddress) -> MessageId {
        let about = ["notice", &self.entry.id.to_string(), why.word(), &to.key()];
        MessageId::new(self.entry.id.time(), service::derived_id(&about))
    }
}
