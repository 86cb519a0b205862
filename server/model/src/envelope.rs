//! The envelope of a message and the session that it came by.

use crate::{AccountId, Direction, EmailAddress, MessageId, ReversePath, Timestamp};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// What is known of the SMTP session that brought a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionInfo {
    pub client_ip: IpAddr,
    pub client_port: u16,
    /// Argument of EHLO or HELO, as given.
    pub helo: String,
    /// Whether the client spoke EHLO.
    pub esmtp: bool,
    /// TLS version and cipher, as in `TLSv1.3 TLS13_AES_256_GCM_SHA384`; none in clear text.
    pub tls: Option<String>,
    /// Name under which the client authenticated.
    pub authenticated: Option<String>,
}

impl SessionInfo {
    /// Of mail that no session brought: our own, by the name of this host.
    pub fn own(hostname: &str) -> SessionInfo {
        SessionInfo {
            client_ip: IpAddr::V4(std::net::Ipv4Addr::LOCALHOST),
            client_port: 0,
            helo: hostname.to_owned(),
            esmtp: true,
            tls: None,
            authenticated: None,
        }
    }
}

/// What lets a client send out through us (guide chapter 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sending {
    /// It connected from this outbound IP.
    Network(i64),
    /// It logged in as a user of this account's Outbound Authenticated Relay.
    Relay(AccountId),
}

/// What the sender of a message wants of TLS between here and its recipients (RFC 8689). In records it stands where a
/// truth value stood before, and its first two values read as that did: the order is never changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub enum TlsWish {
    /// Nothing of its own: settings and the recipients' domains decide.
    #[default]
    Usual,
    /// REQUIRETLS was asked for: it is passed on over verified TLS to hosts that do the same, or not at all.
    Required,
    /// The header field `TLS-Required: No`: it rather arrives in clear text than not at all.
    Optional,
}

/// NOTIFY= of RCPT TO (RFC 3461 §4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notify {
    pub never: bool,
    pub success: bool,
    pub failure: bool,
    pub delay: bool,
}

impl Default for Notify {
    fn default() -> Self {
        Notify { never: false, success: false, failure: true, delay: true }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    pub address: EmailAddress,
    /// ORCPT= as given, `rfc822;bob@acme.test`.
    pub orcpt: Option<String>,
    pub notify: Notify,
}

/// The envelope of an accepted message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    pub id: MessageId,
    pub received: Timestamp,
    pub direction: Direction,
    pub session: SessionInfo,
    pub return_path: ReversePath,
    pub recipients: Vec<Recipient>,
    /// BODY=8BITMIME or bytes above 127 seen.
    pub eight_bit: bool,
    /// SMTPUTF8 was asked for (RFC 6531).
    pub smtputf8: bool,
    /// RET=HDRS (true) or FULL (RFC 3461 §4.3).
    pub return_headers_only: bool,
    /// ENVID= as given.
    pub envid: Option<String>,
    /// Size of the body in bytes, our Received header included.
    pub size: u64,
    /// What its sender wants of TLS on the way (RFC 8689).
    pub tls_wish: TlsWish,
    /// Of outbound mail: by which right it was sent.
    pub sending: Option<Sending>,
}
