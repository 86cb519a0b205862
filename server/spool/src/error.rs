//! What can go wrong, in words for the operator.

use model::MessageId;
use std::{io, path::Path, path::PathBuf, sync::Arc};

#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// Nothing was kept. Answer 452 4.3.1 (RFC 5321 §4.2.2); the spool works again when there is space.
    #[error("the spool in {dir} is full ({why}): free space on its disk or move it to a larger one", dir = .dir.display())]
    Full { dir: PathBuf, why: String },
    #[error("another process has the spool in {dir} open: stop it first", dir = .0.display())]
    Locked(PathBuf),
    #[error("message {0} is not in the spool")]
    Unknown(MessageId),
    #[error("message {0} is in the spool already")]
    Exists(MessageId),
    #[error("the body of message {id} is damaged in {file}", file = .file.display())]
    Damaged { id: MessageId, file: PathBuf },
    #[error("{file} was written by a later version of the program (record version {version}): start that version", file = .file.display())]
    Newer { file: PathBuf, version: u8 },
    /// The record is whole, but its envelope is not one that this version writes.
    #[error("the envelope of message {id} in {file} cannot be read by this version of the program", file = .file.display())]
    Envelope { id: MessageId, file: PathBuf },
    #[error("message too large for the spool: {0} bytes")]
    TooLarge(usize),
    /// An earlier write of this body failed or was given up half-way; the body cannot be accepted.
    #[error("the body was not written to its end")]
    Incomplete,
    #[error("the spool is closed")]
    Closed,
    #[error("cannot {what} {path}: {source}", path = .path.display())]
    Io { what: &'static str, path: PathBuf, source: Arc<io::Error> },
}

impl Error {
    /// Whether there was no space: the only error that a sender should be told as such.
    pub fn is_full(&self) -> bool {
        matches!(self, Error::Full { .. })
    }

    pub(crate) fn io(what: &'static str, path: &Path, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Error::Full { dir: path.to_owned(), why: source.to_string() }
            }
            _ => Error::Io { what, path: path.to_owned(), source: Arc::new(source) },
        }
    }
}
