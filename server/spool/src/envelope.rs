//! Envelopes as they are in records: of this version, and of those before it.

use model::{Direction, Envelope, MessageId, Recipient, ReversePath, SessionInfo, Timestamp};
use serde::Deserialize;

/// As record version 1 had it. What it lacks stood at the end of it since: bytes of it are never an envelope of today,
/// so that both are told apart without their record's version, which cleaning renews.
#[derive(Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
struct Version1 {
    id: MessageId,
    received: Timestamp,
    direction: Direction,
    session: SessionInfo,
    return_path: ReversePath,
    recipients: Vec<Recipient>,
    eight_bit: bool,
    smtputf8: bool,
    return_headers_only: bool,
    envid: Option<String>,
    size: u64,
}

impl From<Version1> for Envelope {
    fn from(v: Version1) -> Self {
        Envelope {
            id: v.id,
            received: v.received,
            direction: v.direction,
            session: v.session,
            return_path: v.return_path,
            recipients: v.recipients,
            eight_bit: v.eight_bit,
            smtputf8: v.smtputf8,
            return_headers_only: v.return_headers_only,
            envid: v.envid,
            size: v.size,
            tls_wish: model::TlsWish::Usual,
            sending: None,
        }
    }
}

/// None: no envelope that this program knows.
pub fn decode(bytes: &[u8]) -> Option<Envelope> {
    let old = || postcard::from_bytes::<Version1>(bytes).ok().map(Envelope::from);
    postcard::from_bytes(bytes).ok().or_else(old)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{envelope, id};

    #[test]
    fn an_envelope_of_the_version_before_is_read() {
        let now = envelope(id(7));
        let e = now.clone();
        let old = Version1 {
            id: e.id,
            received: e.received,
            direction: e.direction,
            session: e.session,
            return_path: e.return_path,
            recipients: e.recipients,
            eight_bit: e.eight_bit,
            smtputf8: e.smtputf8,
            return_headers_only: e.return_headers_only,
            envid: Some("x".into()),
            size: 9,
        };
        let bytes = postcard::to_allocvec(&old).unwrap();
        assert_eq!(decode(&bytes), Some(Envelope { envid: Some("x".into()), size: 9, ..now }));
    }

    #[test]
    fn an_envelope_of_today_keeps_what_is_new() {
        let sending = Some(model::Sending::Relay(model::AccountId(3)));
        let now = Envelope { tls_wish: model::TlsWish::Required, sending, ..envelope(id(7)) };
        assert_eq!(decode(&postcard::to_allocvec(&now).unwrap()), Some(now));
        assert_eq!(decode(&[1, 2, 3]), None);
    }
}
