//! Receiving mail: an SMTP server (RFC 5321) that knows sessions, transactions and the bytes on the wire,
//! and nothing of domains or filters. Who may send and what becomes of a message is asked of a [`Reception`].
//!
//! - [`server`] listens, bounds the number of sessions and drains them.
//! - `session` is the state machine; `verbs` has one file a command.
//! - `wire` holds the buffers, `line` finds command lines, `scan` finds the end of DATA and refuses what
//!   could smuggle a second message.
//!
//! The extensions: PIPELINING (RFC 2920), SIZE (1870), 8BITMIME (6152), SMTPUTF8 (6531), CHUNKING (3030),
//! ENHANCEDSTATUSCODES (2034), DSN (3461), STARTTLS (3207).

mod command;
mod error;
mod hops;
mod incoming;
mod line;
mod metric;
mod options;
mod param;
mod path;
mod received;
mod reception;
mod reply;
mod scan;
mod server;
mod session;
mod slots;
mod stream;
mod tls;
mod verbs;
mod wire;

pub use error::Error;
pub use options::{Limits, Options, Timeouts};
pub use reception::{AcceptError, BoxFuture, RcptOk, Reception};
pub use reply::Reply;
pub use server::Server;
pub use session::Conversations;
pub use stream::Io;
pub use tls::{certificate_files, self_signed, server_config};
