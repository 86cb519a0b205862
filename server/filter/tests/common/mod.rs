//! Messages through every analyser, without a network.

use filter::{Evidence, Knowledge, Session, inspect};
use message::{Limits, Parsed};
use model::{Direction, EmailAddress, Findings, Timestamp, finding::Check};
use std::collections::BTreeSet;

pub fn session(return_path: Option<&str>, received: Timestamp) -> Session {
    Session {
        direction: Direction::Inbound,
        client_ip: std::net::IpAddr::from([198, 51, 100, 25]),
        helo: "mail.sender.example".into(),
        hostname: "gateway.acme.example".into(),
        return_path: return_path.and_then(|a| EmailAddress::parse(a).ok()),
        recipients: EmailAddress::parse("bob@acme.example").into_iter().collect(),
        received,
    }
}

pub fn findings(raw: &[u8], null_sender: bool, knowledge: &Knowledge) -> Findings {
    let message = Parsed::parse(raw.to_vec().into(), &Limits::default());
    let path = (!null_sender).then_some("someone@sender.example");
    let session = session(path, message.date.unwrap_or(Timestamp(0)));
    inspect(&message, &session, &Evidence::default(), knowledge)
}

/// Codes of the categories that were decided; languages as `FOREIGN ru`.
pub fn decided(findings: &Findings) -> BTreeSet<String> {
    findings
        .list
        .iter()
        .filter_map(|f| match &f.check {
            Some(Check::Category(c)) => Some(c.code().to_owned()),
            Some(Check::Language(l)) => Some(format!("FOREIGN {l}")),
            _ => None,
        })
        .collect()
}
