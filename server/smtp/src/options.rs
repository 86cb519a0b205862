//! How a listener behaves.

use arc_swap::ArcSwapOption;
use model::{Cidr, DomainName, Timestamp};
use rustls::ServerConfig;
use std::{sync::Arc, time::Duration};

/// Settings of a [`crate::Server`].
#[derive(Clone)]
pub struct Options {
    /// Our name: in the banner, in EHLO's answer and in Received headers.
    pub hostname: DomainName,
    /// What the banner says after the host name and `ESMTP`.
    pub software: String,
    /// REQUIRETLS is offered within TLS: whoever delivers must keep it (RFC 8689).
    pub require_tls: bool,
    /// Proxies in front of us: their connections must begin with a PROXY header of version 2, which says who the
    /// client is.
    pub proxies: Arc<[Cidr]>,
    pub limits: Limits,
    pub timeouts: Timeouts,
    /// Certificate and key for STARTTLS; while there is none, STARTTLS is not offered. A new one that is
    /// stored here serves the next session.
    pub tls: Arc<ArcSwapOption<ServerConfig>>,
    /// Where message ids and Received headers have their time from.
    pub clock: fn() -> Timestamp,
    /// Where message ids have their randomness from.
    pub random: fn() -> u128,
}

/// What a client may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest message in bytes; announced by SIZE (RFC 1870). Recipients may have lower ones.
    pub message: u64,
    /// Recipients of one message; further ones get 452 4.5.3.
    pub recipients: usize,
    /// Refused recipients in one session, after which it ends: a list is being guessed.
    pub rejections: u32,
    /// Wrong passwords in one session, after which it ends.
    pub logins: u32,
    /// Errors of syntax and sequence in one session, after which it ends.
    pub errors: u32,
    /// Sessions at a time in all.
    pub sessions: usize,
    /// Sessions at a time from one IPv4 address or IPv6 /64.
    pub sessions_per_client: usize,
    /// Octets of a command line, CRLF included. RFC 5321 asks for 512, extensions for more.
    pub command_line: usize,
    /// Octets of a line of text, CRLF excluded. RFC 5321 §4.5.3.1.6 says 1,000; real mail has far longer
    /// ones and nothing here buffers by line.
    pub text_line: u64,
    /// Received headers, above which a message goes in circles (RFC 5321 §6.3).
    pub hops: u32,
}

/// How long a session waits (RFC 5321 §4.5.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For the next command (§4.5.3.2.7).
    pub command: Duration,
    /// For the next octets of a message (§4.5.3.2.5).
    pub data_block: Duration,
    /// For a whole message.
    pub message: Duration,
    /// For a whole session; a transaction that is going on is not cut by it.
    pub session: Duration,
    /// For the client to take a reply.
    pub write: Duration,
    /// For the TLS handshake.
    pub handshake: Duration,
    /// How long the banner is held back to see whether the client speaks first, which no mail server does.
    /// Zero: not at all.
    pub banner_delay: Duration,
}

impl Options {
    /// Defaults for a server of this name, without TLS.
    pub fn new(hostname: DomainName) -> Self {
        Options {
            hostname,
            software: "Postern".to_owned(),
            require_tls: false,
            proxies: Arc::new([]),
            limits: Limits::default(),
            timeouts: Timeouts::default(),
            tls: Arc::new(ArcSwapOption::empty()),
            clock: Timestamp::now,
            random: rand::random::<u128>,
        }
    }

    pub fn with_tls(self, config: Arc<ServerConfig>) -> Self {
        self.tls.store(Some(config));
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            message: 100 << 20,
            recipients: 1_000,
            rejections: 100,
            logins: 3,
            errors: 20,
            sessions: 4_000,
            sessions_per_client: 100,
            command_line: 4_096,
            text_line: 1_000_000,
            hops: 50,
        }
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts {
            command: Duration::from_secs(300),
            data_block: Duration::from_secs(180),
            message: Duration::from_secs(3_600),
            session: Duration::from_secs(4 * 3_600),
            write: Duration::from_secs(300),
            handshake: Duration::from_secs(60),
            banner_delay: Duration::ZERO,
        }
    }
}
