//! The plan of a message: what lives in `spool::Entry::state` from the filter's decision to the last delivery.

use crate::Outcome;
use model::{DomainName, Edit, EmailAddress, HostPort, Recipient, ReversePath, Timestamp};
use serde::{Deserialize, Serialize};

/// First byte of an encoded plan. A plan that a newer version wrote is refused, not misread.
const VERSION: u8 = 2;
/// As 2, but the deliveries alone.
const VERSION_1: u8 = 1;

/// Every delivery that a message still needs. Empty: nothing to send, the entry can go.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Plan {
    pub deliveries: Vec<Delivery>,
    /// What hosts have said and [`crate::Outcomes`] has not kept yet. It is here so that a delivery is noted in the
    /// spool at once, however long the message log takes, and is neither repeated nor unreported after a crash.
    pub unreported: Vec<Outcome>,
}

/// One body (the original with `edits`) for recipients that share a route: one SMTP transaction where it fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    pub route: Route,
    pub return_path: ReversePath,
    pub recipients: Vec<Target>,
    pub edits: Vec<Edit>,
    pub created: Timestamp,
    /// From here on it is returned to its sender instead of tried again.
    pub expires: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// Not tried before this time.
    pub next_attempt: Timestamp,
    /// Why the last attempt failed; empty before the first.
    pub last_error: String,
    /// Outcomes are reported to [`crate::Outcomes`].
    pub tracked: bool,
    /// A failure is told to the return path (RFC 3464).
    pub bounce: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// As the sender gave it.
    pub recipient: Recipient,
    /// As it is sent in RCPT TO: differs where an alias is rewritten.
    pub rcpt_to: EmailAddress,
    /// Delivered or given up: never tried again.
    pub done: bool,
}

/// Where a delivery goes; also the key of its queue: mail of one route shares connections and back-off.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Route {
    /// The mail gateways that this domain of ours has when the attempt is made.
    Gateway(DomainName),
    /// The domain's mail exchangers by DNS (RFC 5321 §5).
    Mx(DomainName),
    /// This host.
    Host(HostPort),
    /// As this outbound network sends to the domain when the attempt is made: by MX or by a host, with its delivery
    /// exceptions. `special`: by its special routing.
    Outbound { network: i64, domain: DomainName, special: bool },
}

impl std::fmt::Display for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Route::Gateway(domain) => write!(f, "gateway of {domain}"),
            Route::Mx(domain) | Route::Outbound { domain, special: false, .. } => write!(f, "{domain}"),
            Route::Outbound { domain, special: true, .. } => write!(f, "special routing of {domain}"),
            Route::Host(host) => write!(f, "{host}"),
        }
    }
}

impl Target {
    /// The recipient as given, sent to the same address.
    pub fn new(recipient: Recipient) -> Self {
        Target { rcpt_to: recipient.address.clone(), recipient, done: false }
    }
}

impl Delivery {
    /// An untried delivery without edits, tracked and bounced on failure.
    pub fn new(
        route: Route,
        return_path: ReversePath,
        recipients: Vec<Target>,
        created: Timestamp,
        expires: Timestamp,
    ) -> Self {
        Delivery {
            route,
            return_path,
            recipients,
            edits: Vec::new(),
            created,
            expires,
            attempts: 0,
            next_attempt: created,
            last_error: String::new(),
            tracked: true,
            bounce: true,
        }
    }
    /// Whether nothing is left to do.
    pub fn is_done(&self) -> bool {
        self.recipients.iter().all(|t| t.done)
    }
}

impl Plan {
    /// A plan of which nothing was tried.
    pub fn new(deliveries: Vec<Delivery>) -> Self {
        Plan { deliveries, unreported: Vec::new() }
    }
    /// Nothing is left to deliver; there may still be something to report.
    pub fn is_done(&self) -> bool {
        self.deliveries.iter().all(Delivery::is_done)
    }
    /// The bytes for `spool::Entry::state`; never empty, so that a planned entry is told from an unfiltered one.
    pub fn encode(&self) -> Vec<u8> {
        // Writing plain data to memory cannot fail; if it ever did, the lone version byte is refused by `decode`.
        postcard::to_extend(self, vec![VERSION]).unwrap_or_else(|_| vec![VERSION])
    }
    /// The plan, or why the bytes are none.
    pub fn decode(state: &[u8]) -> Result<Self, String> {
        match state.split_first() {
            Some((&VERSION, rest)) => postcard::from_bytes(rest).map_err(|e| e.to_string()),
            Some((&VERSION_1, rest)) => postcard::from_bytes(rest).map(Plan::new).map_err(|e| e.to_string()),
            Some((other, _)) => Err(format!("version {other}, this program knows {VERSION}")),
            None => Err("empty".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::OutcomeKind;
    use model::Notify;
    use proptest::prelude::*;

    fn plan() -> Plan {
        let address = EmailAddress::parse("bob@acme.test").unwrap();
        let target =
            Target::new(Recipient { address, orcpt: Some("rfc822;bob@acme.test".into()), notify: Notify::default() });
        let routes = [
            Route::Gateway(DomainName::parse("acme.test").unwrap()),
            Route::Mx(DomainName::parse("acme.test").unwrap()),
            Route::Host("[2001:db8::1]:26".parse().unwrap()),
            Route::Outbound { network: 7, domain: DomainName::parse("acme.test").unwrap(), special: true },
        ];
        let delivery = |r| Delivery {
            edits: vec![Edit::insert(7, "X: y\r\n")],
            ..Delivery::new(r, None, vec![target.clone()], Timestamp(5), Timestamp(9))
        };
        let outcome = |result| Outcome {
            id: model::MessageId::new(Timestamp(5), 7),
            recipient: EmailAddress::parse("bob@acme.test").unwrap(),
            result,
            host: "mail.acme.test [192.0.2.1]:25".into(),
            reply: "250 2.0.0 ok".into(),
            tls: Some("TLSv1.3".into()),
            at: Timestamp(6),
        };
        let unreported =
            [OutcomeKind::Delivered, OutcomeKind::Deferred { next: Timestamp(7) }, OutcomeKind::Bounced].map(outcome);
        Plan { deliveries: routes.into_iter().map(delivery).collect(), unreported: unreported.into() }
    }

    #[test]
    fn a_plan_of_the_first_version_is_read() {
        let bytes = postcard::to_extend(&plan().deliveries, vec![VERSION_1]).unwrap();
        assert_eq!(Plan::decode(&bytes), Ok(Plan::new(plan().deliveries)));
    }

    #[test]
    fn a_plan_survives_the_spool() {
        assert_eq!(Plan::decode(&plan().encode()), Ok(plan()));
        assert!(!Plan::default().encode().is_empty());
    }
    #[test]
    fn a_plan_of_another_version_is_refused() {
        let mut bytes = plan().encode();
        bytes[0] = 9;
        assert!(Plan::decode(&bytes).unwrap_err().contains("version 9"));
        assert!(Plan::decode(&[]).is_err());
    }
    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Plan::decode(&bytes);
        }
        #[test]
        fn a_damaged_plan_is_answered(at in 0usize..300, with in any::<u8>()) {
            let mut bytes = plan().encode();
            let at = at % bytes.len();
            bytes[at] = with;
            let _ = Plan::decode(&bytes);
        }
    }
}
