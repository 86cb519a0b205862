//! What the tests of analysers share.

use crate::Session;
use model::{Direction, Timestamp};

/// Inbound from 203.0.113.9 for bob@acme.test.
pub(crate) fn session(from: &str) -> Session {
    Session {
        direction: Direction::Inbound,
        client_ip: std::net::IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 9)),
        helo: "mail.sender.test".into(),
        hostname: "mx.acme.test".into(),
        return_path: from.parse().ok(),
        recipients: "bob@acme.test".parse().into_iter().collect(),
        received: Timestamp(1_795_514_400_000),
    }
}
