//! Server functions: thin, one file a subject. Each takes the actor from the request, calls `service`, and
//! turns its error into an [`ApiError`]. What changes something is a POST that carries the session's form
//! token and answers with a [`Notice`]; what reads is a GET.

use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use model::{ErrorCode, UserError};
use serde::{Deserialize, Serialize};

pub mod account;
pub mod accounts;
pub mod administrators;
pub mod brands;
pub mod bulk;
pub mod content_filters;
#[cfg(feature = "ssr")]
pub(crate) mod context;
pub mod delete;
pub mod domain;
pub mod domains;
pub mod group;
pub mod groups;
pub mod help;
pub mod lists;
pub mod log;
pub mod mailbox;
pub mod mailboxes;
pub mod notifications;
pub mod outbound;
pub mod outbound_ip;
pub mod overview;
pub mod passwords;
pub mod personal;
pub mod quarantine;
pub mod search;
pub mod senders;
pub mod session;
pub mod sessions;
pub mod settings;
pub mod verifiers;

/// What went wrong with a call, for the person who made it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{0}")]
#[serde(transparent)]
pub struct ApiError(pub UserError);

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let (code, message) = match &error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => {
                (ErrorCode::Invalid, "Something in the request could not be read.")
            }
            ServerFnErrorErr::Request(_) => {
                (ErrorCode::Unavailable, "The server cannot be reached. Check the connection and try again.")
            }
            _ => (ErrorCode::Internal, "The answer could not be read. Load the page again."),
        };
        ApiError(UserError::new(code, message))
    }
}

/// What an act came to.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Notice {
    /// `3 released, 1 failed`.
    pub text: String,
    /// What failed and why, a sentence each.
    #[serde(default)]
    pub problems: Vec<String>,
    /// The page to go on with; none: stay.
    #[serde(default)]
    pub to: Option<String>,
}

impl Notice {
    pub fn new(text: impl Into<String>) -> Self {
        Notice { text: text.into(), ..Notice::default() }
    }
    pub fn to(self, path: impl Into<String>) -> Self {
        Notice { to: Some(path.into()), ..self }
    }
}

/// A form that failed, with what was typed, so that nothing is lost; never passwords or tokens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// Path of the server function that the form calls.
    pub path: String,
    pub error: UserError,
    pub values: Vec<(String, String)>,
}

/// What the page after a form shows once.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Flash {
    #[serde(default)]
    pub notice: Option<Notice>,
    #[serde(default)]
    pub failure: Option<Failure>,
}
