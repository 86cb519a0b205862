//! The filter: `gather` asks the outside (DNS, clamd), `inspect` runs every analyser once over a parsed message,
//! `decide` turns findings and one policy into a verdict, `edits` writes the verdict into the message.
//!
//! To add a check, add a file under `analysers/` with a function of [`Context`] to findings, and name it in
//! [`analysers::ALL`]. An analyser is policy-free and needs no server to test.

pub mod analysers;
pub mod auth;
pub mod av;
pub mod awareness;
pub mod classifier;
pub mod content;
pub mod context;
pub mod countries;
pub mod decide;
pub mod dlp;
pub mod edits;
mod error;
mod finding;
mod gather;
pub mod headline;
pub mod hosts;
mod inspect;
pub mod networks;
pub mod policy;
pub mod rules;
pub mod senders;

pub use content::{ContentFilters, search};
pub use context::{Context, Evidence, Knowledge, Session};
pub use decide::decide;
pub use edits::{Annotation, DisabledLinks, EditOptions, edits};
pub use error::Error;
pub use gather::{Services, gather};
pub use headline::headline;
pub use inspect::{inspect, sender_facts};
pub use policy::{Exceptions, Policy};
pub use senders::SenderLists;
