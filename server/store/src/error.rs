use std::path::PathBuf;

/// What goes wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("opening the database {}: {source}; check that the directory exists and is writable", path.display())]
    Open { path: PathBuf, source: sqlx::Error },
    /// The server of the configuration's `database` cannot be used. The text never holds the password.
    #[error("configuration key `database`: {0}")]
    Server(String),
    /// There is no database, or nothing of ours in it.
    #[error("there is no database {0}")]
    Absent(String),
    #[error("the database {0} holds something already")]
    NotEmpty(String),
    /// Whoever filled it did not get to the end.
    #[error("the database {0} is filled only in part: do the `postern restore` or `postern migrate` that did it again")]
    Loading(String),
    #[error("bringing the database to this version's schema: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error(
        "the database was written by a newer version of Postern (schema {found}, this one knows {known}): start that version"
    )]
    Newer { found: i64, known: i64 },
    #[error("database: {0}")]
    Query(#[from] sqlx::Error),
    /// A row with the same unique key exists already; nothing was written, and the transaction can go on.
    #[error("this {0} exists already")]
    Conflict(&'static str),
    #[error(transparent)]
    Cursor(#[from] crate::BadCursor),
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
        match self {
            Error::Conflict(_) => true,
            Error::Query(sqlx::Error::Database(e)) => e.is_unique_violation(),
            _ => false,
        }
    }
}
