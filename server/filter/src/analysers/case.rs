//! One message with all that analysers see of it, for tests.

use crate::{Context, Evidence, Knowledge, Session};
use message::{Limits, Parsed};
use model::{Direction, Finding, Timestamp};

pub(crate) struct Case {
    pub message: Parsed,
    pub session: Session,
    pub evidence: Evidence,
    pub knowledge: Knowledge,
}

impl Case {
    /// A message as text; `\n` becomes CRLF.
    pub fn of(message: &str) -> Case {
        let raw = message.replace("\r\n", "\n").replace('\n', "\r\n");
        let address = |a: &str| model::EmailAddress::parse(a).expect("valid");
        Case {
            message: Parsed::parse(raw.into(), &Limits::default()),
            session: Session {
                direction: Direction::Inbound,
                client_ip: std::net::IpAddr::from([198, 51, 100, 25]),
                helo: "mail.sender.example".into(),
                hostname: "gateway.acme.example".into(),
                return_path: Some(address("someone@sender.example")),
                recipients: vec![address("bob@acme.example")],
                received: Timestamp(1_770_000_000_000),
            },
            evidence: Evidence::default(),
            knowledge: Knowledge::default(),
        }
    }
    pub fn context(&self) -> Context<'_> {
        Context { message: &self.message, session: &self.session, evidence: &self.evidence, knowledge: &self.knowledge }
    }
    pub fn run(&self, analyser: fn(&Context<'_>, &mut Vec<Finding>)) -> Vec<Finding> {
        let mut out = Vec::new();
        analyser(&self.context(), &mut out);
        out
    }
}
