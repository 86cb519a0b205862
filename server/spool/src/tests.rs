#![allow(clippy::unwrap_used)]
//! Behaviour of the whole crate, on real and on failing disks.

mod basics;
mod cleaning;
mod copying;
mod disk;
mod failing;
mod power;
mod records;
mod recovery;

use crate::{Error, Options, Spool};
use model::{Direction, Envelope, MessageId, Notify, Recipient, SessionInfo, Timestamp};

pub fn options() -> Options {
    Options { segment_bytes: 64 << 10, memory_body: 16 << 10, min_free_bytes: 0 }
}

pub fn id(n: u64) -> MessageId {
    MessageId::new(Timestamp(1_700_000_000_000 + n as i64), u128::from(n) * 7919)
}

pub fn envelope(id: MessageId) -> Envelope {
    Envelope {
        id,
        received: id.time(),
        direction: Direction::Inbound,
        session: SessionInfo {
            client_ip: [192, 0, 2, 7].into(),
            client_port: 25_025,
            helo: "mail.example.test".into(),
            esmtp: true,
            tls: None,
            authenticated: None,
        },
        return_path: None,
        recipients: vec![Recipient {
            address: model::EmailAddress::parse("bob@acme.test").unwrap(),
            orcpt: None,
            notify: Notify::default(),
        }],
        eight_bit: false,
        smtputf8: false,
        return_headers_only: false,
        envid: None,
        size: 0,
        tls_wish: model::TlsWish::Usual,
        sending: None,
    }
}

/// A body that only this message has.
pub fn body(n: u64, len: usize) -> Vec<u8> {
    let mut x = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut out = Vec::with_capacity(len + 8);
    while out.len() < len {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        out.extend_from_slice(&x.to_le_bytes());
    }
    out.truncate(len);
    out
}

pub async fn accept(spool: &Spool, n: u64, len: usize) -> Result<crate::Entry, Error> {
    let mut writer = spool.body();
    for chunk in body(n, len).chunks(5_000) {
        writer.write(chunk).await?;
    }
    spool.accept(envelope(id(n)), writer, Vec::new()).await
}
