use std::path::PathBuf;

/// What goes wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("opening the database {}: {source}; check that the directory exists and is writable", path.display())]
    Open { path: PathBuf, source: sqlx::Error },
    #[error("bringing the database to this version's schema: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error("database: {0}")]
    Query(#[from] sqlx::Error),
    /// A row holds what this version cannot read.
    #[error("the database holds {text:?} as {what}: {why}")]
    Corrupt { what: &'static str, text: String, why: String },
    #[error("writing {what} for the database: {why}")]
    Encode { what: &'static str, why: String },
    /// The batch writer has ended (the server is stopping).
    #[error("the database writer has stopped")]
    Stopped,
}

impl Error {
    /// Whether a row with the same unique key exists already.
    pub fn is_conflict(&self) -> bool {
        matches!(self, Error::Query(sqlx::Error::Database(e)) if e.is_unique_violation())
    }
}
