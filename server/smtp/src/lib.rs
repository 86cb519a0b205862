//! Receiving mail: an SMTP server (RFC 5321) that knows sessions, transactions and the bytes on the wire,
//! and nothing of domains or filters. Who may send and what becomes of a message is asked of a [`Reception`].
//!
//! - [`server`] listens, bounds the number of sessions and drains them.
//! - `session` is the state machine; `verbs` has one file a command.
//! - `wire` holds the buffers, `line` finds command lines, `scan` finds the end of DATA and refuses what
//!   could smuggle a second message.
//!
//! The extensions: PIPELINING (RFC 2920), SIZE (1870), 8BITMIME (6152), SMTPUTF8 (6531), CHUNKING (3030),
//! ENHANCEDSTATUSCODES (2034), DSN (3461), STARTTLS (3207), AUTH (4954) and REQUIRETLS (8689) within TLS, ATRN (2645), and Postfix's
//! XCLIENT for hosts that are trusted. Connections of trusted proxies begin with a PROXY header of version 2.

mod command;
mod error;
mod headers;
mod hops;
#[doc(hidden)]
pub mod hostile;
mod incoming;
mod line;
mod metric;
mod optional;
mod options;
mod param;
mod path;
mod proxy;
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
mod xclient;

pub use error::Error;
pub use headers::HeaderFaults;
pub use options::{Limits, Options, Timeouts};
pub use reception::{AcceptError, Admitted, Asked, BoxFuture, Login, RcptOk, Reception, Terms, Turned};
pub use reply::Reply;
pub use server::Server;
pub use session::Conversations;
pub use stream::Io;
pub use tls::{TlsChoice, certificate_files, self_signed, server_config};
