//! What can go wrong, in words for the operator.

use crate::BlobId;
use std::{io, path::Path, path::PathBuf, sync::Arc};

#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    #[error("not the name of a blob: 64 hexadecimal digits are needed")]
    Name,
    #[error("there is no blob {0}")]
    Missing(BlobId),
    #[error("blob {id} is damaged: {what}")]
    Damaged { id: BlobId, what: &'static str },
    #[error("blob {id} was written with another key (key {theirs}, ours is {ours}): put the right vault.key in place")]
    WrongKey { id: BlobId, theirs: String, ours: String },
    #[error("blob {id} was written by a later version of the program (version {version})")]
    Newer { id: BlobId, version: u8 },
    #[error("{0} bytes are more than the vault takes ({max})", max = crate::MAX_PLAIN)]
    TooLarge(u64),
    #[error("the key file {path} does not hold 64 hexadecimal digits", path = .0.display())]
    KeyFile(PathBuf),
    /// A new key would leave all that is there unreadable.
    #[error("{path} is missing but the vault holds blobs: bring the key back from its backup", path = .0.display())]
    KeyMissing(PathBuf),
    #[error("no random numbers from the system: {0}")]
    Random(getrandom::Error),
    #[error("cannot encrypt a blob of {0} bytes")]
    Encrypt(usize),
    #[error("a sealed secret cannot be opened: {0}")]
    Secret(&'static str),
    #[error("the program is stopping")]
    Stopping,
    #[error("cannot {what} {path}: {source}", path = .path.display())]
    Io { what: &'static str, path: PathBuf, source: Arc<io::Error> },
}

impl Error {
    pub(crate) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
        move |source| Error::Io { what, path: path.to_owned(), source: Arc::new(source) }
    }
}
