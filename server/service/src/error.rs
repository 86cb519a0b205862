use model::{ErrorCode, FieldError, UserError};

/// What goes wrong in a use case. People see [`Error::to_user`]; everything else is for the log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What the caller did or may not do; shown as it is.
    #[error("{0}")]
    User(#[from] UserError),
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The body of a held message cannot be read.
    #[error("reading the body of {message}: {why}")]
    Body { message: String, why: String },
    /// No randomness, a worker that died, and other things that do not happen.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Error::User(UserError::new(code, message))
    }
    pub(crate) fn forbidden() -> Self {
        Error::new(ErrorCode::Forbidden, "You are not permitted to do this.")
    }
    pub(crate) fn not_found(what: &str) -> Self {
        Error::new(ErrorCode::NotFound, format!("There is no such {what}."))
    }
    pub(crate) fn field(field: &str, message: impl Into<String>) -> Self {
        Error::User(UserError::field(field, message))
    }
    /// What the field names exists already.
    pub(crate) fn taken(field: &str, message: impl Into<String>) -> Self {
        Error::User(UserError { code: ErrorCode::Conflict, ..UserError::field(field, message) })
    }
    pub(crate) fn of_field(field: FieldError) -> Self {
        Error::User(UserError { code: ErrorCode::Invalid, message: field.message.clone(), fields: vec![field] })
    }
    /// Several fields at once; none is no error.
    pub(crate) fn fields(fields: Vec<FieldError>) -> Result<(), Self> {
        match fields.first() {
            None => Ok(()),
            Some(first) => {
                Err(Error::User(UserError { code: ErrorCode::Invalid, message: first.message.clone(), fields }))
            }
        }
    }
    pub fn code(&self) -> ErrorCode {
        match self {
            Error::User(e) => e.code,
            _ => ErrorCode::Internal,
        }
    }
    /// For people. Internal detail goes to the log under an id, and only the id to the page.
    pub fn to_user(&self) -> UserError {
        self.report().0
    }
    /// For people, with the id of the log's line where there is one.
    pub fn report(&self) -> (UserError, Option<String>) {
        match self {
            Error::User(e) => (e.clone(), None),
            other => {
                let id = crate::secret::short_id();
                tracing::error!(id, error = %other, "a use case failed");
                let message = format!("Something went wrong on our side. The log has the details under {id}.");
                (UserError::new(ErrorCode::Internal, message), Some(id))
            }
        }
    }
}

impl From<Error> for UserError {
    fn from(e: Error) -> Self {
        e.to_user()
    }
}
