//! A whole installation as one file, and back (docs/backup.md).
//!
//! The file is a tar archive compressed with zstd. Its members are the database's rows in the form of [`store::dump`],
//! the messages of the spool as [`spool::copy`] packs them, the files of the data directory as they are, and at the end
//! a manifest with the size and SHA-256 of each. [`create()`] writes it beside a running server, [`restore()`] makes an
//! installation of it, [`transfer()`] moves the rows from one database to another without a file.

mod create;
mod error;
mod file;
mod manifest;
mod marker;
mod name;
mod queue;
mod restore;
mod rows;
mod transfer;

pub use create::{Created, Identity, create};
pub use error::Error;
pub use manifest::{FORMAT, Manifest, Member};
pub use marker::{MARKER, unfinished};
pub use restore::{Options, Restored, restore};
pub use transfer::{Moved, transfer};

use std::path::PathBuf;
use store::Target;

/// What is backed up, or restored to.
#[derive(Debug, Clone)]
pub struct Installation {
    /// The data directory.
    pub data: PathBuf,
    pub database: Target,
    /// The configuration file, where there is one.
    pub configuration: Option<PathBuf>,
}

/// Told of each step in words for the operator.
pub type Progress<'a> = &'a mut dyn FnMut(&str);
