//! What can go wrong, in words for the operator.

use std::io;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot {what} {}: {source}", path.display())]
    Io { what: &'static str, path: PathBuf, source: io::Error },
    /// The file is no backup, or not all of one. Nothing was changed.
    #[error("{} cannot be restored: {why}", path.display())]
    Broken { path: PathBuf, why: String },
    /// Nothing was changed.
    #[error("{0}")]
    Refused(String),
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Spool(#[from] spool::Error),
}

impl Error {
    pub(crate) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
        move |source| Error::Io { what, path: path.to_owned(), source }
    }
    pub(crate) fn broken(path: &Path, why: impl Into<String>) -> Error {
        Error::Broken { path: path.to_owned(), why: why.into() }
    }
}
