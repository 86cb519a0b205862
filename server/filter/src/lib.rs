//! The filter: `gather` asks the outside (DNS, clamd), `inspect` runs every analyser once over a parsed message,
//! `decide` turns findings and one policy into a verdict, `edits` writes the verdict into the message.
//!
//! To add a check, add a file under `analysers/` with a function of [`Context`] to findings, and name it in
//! [`analysers::ALL`]. An analyser is policy-free and needs no server to test.

pub mod analysers;
pub mod context;
mod error;
pub mod rules;

pub use context::{Context, Evidence, Knowledge, Session};
pub use error::Error;
