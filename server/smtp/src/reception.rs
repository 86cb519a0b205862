//! What a session asks of the rest of the product.

use crate::Reply;
use model::{Direction, EmailAddress, Envelope, ReversePath, SessionInfo};
use spool::BodyWriter;
use std::{future::Future, net::IpAddr, pin::Pin};

pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// An accepted recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RcptOk {
    /// Largest message that this recipient takes, in bytes without our Received header.
    pub max_size: u64,
}

/// Why a message that was received whole cannot be taken; the sender tries again later.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AcceptError {
    /// No room on the disk: 452 4.3.1.
    #[error("no room for the message")]
    Full,
    /// Anything else, with a text for the sender: 451 4.3.0.
    #[error("{0}")]
    Unavailable(String),
}

/// Who may connect, send and receive, and where messages go. One value serves all sessions of a listener.
pub trait Reception: Send + Sync + 'static {
    /// Asked before the banner. A refusal ends the session.
    fn connect(&self, ip: IpAddr, direction: Direction) -> Result<(), Reply>;

    /// Asked for each MAIL FROM.
    fn mail(&self, session: &SessionInfo, direction: Direction, from: &ReversePath) -> Result<(), Reply>;

    /// Asked for each RCPT TO.
    fn rcpt<'a>(
        &'a self,
        session: &'a SessionInfo,
        direction: Direction,
        from: &'a ReversePath,
        to: &'a EmailAddress,
    ) -> BoxFuture<'a, Result<RcptOk, Reply>>;

    /// A place for the body of a message that is about to arrive.
    fn body(&self) -> BodyWriter;

    /// Takes a message over. When this resolves to `Ok` the message is on stable storage and the sender is
    /// told 250; a dropped body leaves nothing behind.
    fn accept(&self, envelope: Envelope, body: BodyWriter) -> BoxFuture<'_, Result<(), AcceptError>>;
}
