use model::MessageId;

/// What the queue can refuse. Failures of remote hosts are no errors here: they are outcomes.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("message {id}: {source}")]
    Spool { id: MessageId, source: spool::Error },
    #[error("message {id}: its delivery plan cannot be read ({reason}); it stays in the spool")]
    Plan { id: MessageId, reason: String },
}
