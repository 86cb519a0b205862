//! Handing mail on: the queue, the outbound SMTP client, and the notices about mail that could not be delivered.
//!
//! A message comes with a [`Plan`]: which recipients get it, by which route, with which edits. The plan is kept in
//! the message's spool entry, so the spool is the only durable state; the queue itself is memory and is rebuilt by
//! [`Queue::resume`]. `queue` decides when a delivery is tried, `route` where, `client` how, `dsn` says what failed.

pub mod client;
pub mod dsn;
mod encryption;
mod error;
pub mod https;
mod options;
mod outcome;
mod plan;
mod queue;
mod route;
pub mod security;

pub use encryption::Encryption;
pub use error::Error;
pub use options::{Options, Timeouts};
pub use outcome::{BoxFuture, Outcome, OutcomeKind, Outcomes};
pub use plan::{Delivery, Plan, Route, Target};
pub use queue::{AddressBy, DestinationView, Queue, Suspension};
pub use route::{Gateway, Onward, Routing};
