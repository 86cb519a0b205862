//! An ESMTP client (RFC 5321): one [`Connection`] to one host, over which messages are sent one after another.
//!
//! Nothing here knows of queues: [`Connection::open`] dials, greets and encrypts; [`Connection::send`] makes one
//! transaction and says for each recipient what the host answered.

mod body;
mod capabilities;
mod certificate;
mod connection;
mod reply;
mod tls;
mod transaction;

pub use body::{Encoder, as_received, encoded};
pub use capabilities::Capabilities;
pub use certificate::{CertificateProblem, view as certificate_view};
pub use connection::{Connection, Fault, OpenError, Setup};
pub use reply::{Reply, ReplyError, parse as parse_reply};
pub(crate) use tls::server_name;
pub use tls::{Authorities, Tls};
pub use transaction::{Answer, Mail, Sent};
