//! Accepted mail on disk: a checksummed log that many sessions commit to together.
//!
//! The log is a row of segment files, `00000001-<mark>.seg` and so on, which are only ever appended to. A record
//! is a message (envelope, state, body), the whole new state of a message, or its end. Bodies above
//! [`Options::memory_body`] are written once as they arrive, to a file of their own in `large/`, before their
//! record. One thread appends: it takes all that is waiting, writes it at once, syncs once, and then answers all
//! (group commit). Segments leave only from the front of the row, when nothing in them lives; the few messages
//! that live on in an old segment are appended anew first. So the end of a message never leaves before the
//! message itself, and nothing that is gone comes back.
//!
//! # Recovery
//!
//! Read the segments in the order of their numbers, each from its start. A record counts when it begins with its
//! segment's mark (8 random bytes, which are in the file's name and so cannot be written by a stranger into a
//! body) and its checksum is right. A message record puts the message, its state and its place in the index, in
//! place of any earlier one with that id; a state record replaces the state of a message that is there; an end
//! record takes the message out. Where a record does not count, skip to the next one that does, and report what
//! was skipped, unless no good record follows in the last segment: that is the write that was under way, never
//! acknowledged, and it is cut off. Then delete the files in `large/` that no message owns, report messages
//! whose large file is missing or short, and go on appending to the last segment.
//!
//! A record of a later version stops the start with [`Error::Newer`]; nothing is changed then.

mod body;
mod clean;
mod command;
mod copy;
mod disk;
mod envelope;
mod error;
mod index;
mod log;
mod record;
mod recover;
mod segment;
mod space;
mod spool;
mod writer;

#[cfg(test)]
mod tests;

pub use body::BodyWriter;
pub use copy::{Copied, Message, copy, in_use};
pub use error::Error;
pub use spool::{Entry, Options, Spool, Stats};
