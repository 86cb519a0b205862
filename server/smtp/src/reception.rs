//! What a session asks of the rest of the product.

use crate::{HeaderFaults, Io, Reply};
use model::settings::{OfferedEncryption, ServiceKind};
use model::{Direction, DomainName, EmailAddress, Envelope, ReversePath, Sending, SessionInfo};
use spool::BodyWriter;
use std::{future::Future, net::IpAddr, pin::Pin, time::Duration};

pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// How a session is held with one client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Whether STARTTLS is offered, or needed before MAIL.
    pub tls: OfferedEncryption,
    /// AUTH is offered, once the session is encrypted.
    pub auth: bool,
    /// Its word on whom it speaks for is believed (XCLIENT).
    pub xclient: bool,
    /// After so many refused recipients each further reply waits.
    pub tarpit_after: u32,
    pub tarpit_delay: Duration,
}

impl Default for Terms {
    fn default() -> Self {
        Terms {
            tls: OfferedEncryption::Offer,
            auth: false,
            xclient: false,
            tarpit_after: u32::MAX,
            tarpit_delay: Duration::ZERO,
        }
    }
}

/// Who logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    pub name: String,
    /// What that lets them do; none where the network that they come from says it.
    pub sending: Option<Sending>,
}

/// A transaction that may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admitted {
    pub direction: Direction,
    /// Of outbound mail: by which right.
    pub sending: Option<Sending>,
}

/// The question whether a recipient is taken.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub session: &'a SessionInfo,
    pub admitted: Admitted,
    pub from: &'a ReversePath,
    pub to: &'a EmailAddress,
    /// Recipients that the transaction has already.
    pub earlier: usize,
}

/// An accepted recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RcptOk {
    /// Largest message that this recipient takes, in bytes without our Received header.
    pub max_size: u64,
}

/// Why a message that was received whole is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AcceptError {
    /// No room on the disk: 452 4.3.1.
    #[error("no room for the message")]
    Full,
    /// Anything else of ours, with a text for the sender: 451 4.3.0.
    #[error("{0}")]
    Unavailable(String),
    /// The message is refused with this reply.
    #[error("{0}")]
    Refused(Reply),
}

/// What is done with a connection whose roles are reversed: the client is the server from here on (RFC 2645).
pub struct Turned(Box<dyn FnOnce(Box<dyn Io>) -> BoxFuture<'static, ()> + Send>);

impl Turned {
    pub fn new(run: impl FnOnce(Box<dyn Io>) -> BoxFuture<'static, ()> + Send + 'static) -> Self {
        Turned(Box::new(run))
    }
    pub(crate) fn run(self, stream: Box<dyn Io>) -> BoxFuture<'static, ()> {
        (self.0)(stream)
    }
}

impl std::fmt::Debug for Turned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Turned")
    }
}

/// Who may connect, send and receive, and where messages go. One value serves all sessions of all listeners.
pub trait Reception: Send + Sync + 'static {
    /// Asked before the banner, and again where a trusted client says for whom it speaks. A refusal ends the session.
    fn connect(&self, ip: IpAddr, kind: ServiceKind) -> Result<Terms, Reply>;

    /// Whether name and password of AUTH are right; the reply where not.
    fn authenticate<'a>(
        &'a self,
        session: &'a SessionInfo,
        kind: ServiceKind,
        name: String,
        password: String,
    ) -> BoxFuture<'a, Result<Login, Reply>>;

    /// Asked for each MAIL FROM.
    fn mail<'a>(
        &'a self,
        session: &'a SessionInfo,
        kind: ServiceKind,
        login: Option<&'a Login>,
        from: &'a ReversePath,
    ) -> BoxFuture<'a, Result<Admitted, Reply>>;

    /// Asked for each RCPT TO.
    fn rcpt<'a>(&'a self, asked: Asked<'a>) -> BoxFuture<'a, Result<RcptOk, Reply>>;

    /// Whether the client may take the mail that waits for these domains, or, where it names none, for any of its own.
    fn turn<'a>(&'a self, login: Option<&'a Login>, domains: &'a [DomainName]) -> BoxFuture<'a, Result<Turned, Reply>> {
        let _ = (login, domains);
        Box::pin(async { Err(Reply::new(450, "4.7.1", "ATRN request refused")) })
    }

    /// A place for the body of a message that is about to arrive.
    fn body(&self) -> BodyWriter;

    /// Takes a message over. When this resolves to `Ok` the message is on stable storage and the sender is
    /// told 250; a dropped body leaves nothing behind. `headers`: what is wrong with its header fields.
    fn accept(
        &self,
        envelope: Envelope,
        headers: HeaderFaults,
        body: BodyWriter,
    ) -> BoxFuture<'_, Result<(), AcceptError>>;
}
