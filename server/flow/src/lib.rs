//! The way of a message through the house: from the SMTP session into the spool, through the filter, to the queue or
//! the quarantine. This crate joins the others and decides nothing itself.
//!
//! - [`gate`]: what the SMTP session asks: is this recipient ours, how large may it be, keep this message.
//! - [`pipeline`]: takes spooled messages to the filter and writes down what was decided.
//! - [`split`]: recipients with the same verdict share one delivery.
//! - [`signing`]: the DKIM signatures of outbound mail.
//! - [`outcomes`], [`routing`], [`outbox`]: what the queue reports, asks, and is given by the service.
//! - [`network`]: what the service asks of others while somebody waits.

pub mod gate;
mod greeting;
pub mod knowledge;
pub mod network;
pub mod outbox;
pub mod outcomes;
pub mod pipeline;
mod returned;
pub mod routing;
pub mod signing;
pub mod split;

pub use gate::{Discovery, Gate, Turns};
pub use knowledge::LiveKnowledge;
pub use network::LiveNetwork;
pub use outbox::QueueOutbox;
pub use outcomes::Recorder;
pub use pipeline::{Pipeline, PipelineOptions};
pub use routing::SnapshotRouting;
pub use signing::Signer;
