//! What a backup says of itself.

use model::Timestamp;
use serde::{Deserialize, Serialize};
use store::dump::{Sequence, Table};

/// The number of the file's format. A program reads its own and earlier ones.
pub const FORMAT: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// The version of the product that wrote it.
    pub version: String,
    pub created: Timestamp,
    pub hostname: String,
    pub node: String,
    /// `sqlite` or `postgres`; rows are the same of both.
    pub database: String,
    /// The number of the database's schema.
    pub schema: i64,
    /// The tables, in the order in which they are filled.
    pub tables: Vec<Table>,
    pub sequences: Vec<Sequence>,
    /// Messages that were waiting in the spool.
    pub queued: u64,
    pub members: Vec<Member>,
}

/// One member, in the order of the file; the manifest itself is not among them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub name: String,
    pub size: u64,
    /// In hexadecimal.
    pub sha256: String,
}
