/// Why a message could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0:?} cannot stand in a mail header")]
    Address(String),
    #[error("the message cannot be built: {0}")]
    Build(#[from] lettre::error::Error),
}
