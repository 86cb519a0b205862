//! Errors as a person or a client sees them.

use serde::{Deserialize, Serialize};

/// A stable code that clients may test for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// Not logged in, or the session has ended.
    Unauthenticated,
    /// Logged in, but not permitted.
    Forbidden,
    NotFound,
    /// The input is wrong; `fields` says where.
    Invalid,
    /// It exists already, or somebody changed it meanwhile.
    Conflict,
    /// Too many tries; wait.
    Throttled,
    /// Something outside does not answer (gateway, DNS, clamd).
    Unavailable,
    /// Our fault; the log has the id that the message names.
    Internal,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    pub field: String,
    pub message: String,
}

/// What went wrong, for people: a code, a sentence, and the fields of a form that it concerns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct UserError {
    pub code: ErrorCode,
    pub message: String,
    #[serde(default)]
    pub fields: Vec<FieldError>,
}

impl UserError {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        UserError { code, message: message.into(), fields: Vec::new() }
    }
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        UserError {
            code: ErrorCode::Invalid,
            message: message.clone(),
            fields: vec![FieldError { field: field.to_owned(), message }],
        }
    }
}
