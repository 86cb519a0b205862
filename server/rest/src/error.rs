//! The one form in which something is refused.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::ErrorCode;
use serde::Serialize;
use utoipa::ToSchema;

/// What went wrong; stays the same where the message's wording changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The body is no JSON.
    Malformed,
    /// No token, or one that is not known.
    Unauthenticated,
    /// The token's scopes or role do not allow it.
    Forbidden,
    /// There is no such thing within the token's account.
    NotFound,
    MethodNotAllowed,
    /// The request's body came too slowly.
    Timeout,
    /// It exists already, or its state does not allow this any more.
    Conflict,
    /// The body is larger than this request may be.
    TooLarge,
    /// The body is not declared as JSON.
    UnsupportedMediaType,
    /// A value is wrong; `fields` says which, and what would be accepted.
    Invalid,
    /// Too many requests; `Retry-After` says for how long to wait.
    Throttled,
    /// Our fault; the log has the details under `id`.
    Internal,
    /// Something outside does not answer.
    Unavailable,
}

impl Code {
    pub fn status(self) -> StatusCode {
        match self {
            Code::Malformed => StatusCode::BAD_REQUEST,
            Code::Unauthenticated => StatusCode::UNAUTHORIZED,
            Code::Forbidden => StatusCode::FORBIDDEN,
            Code::NotFound => StatusCode::NOT_FOUND,
            Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Code::Timeout => StatusCode::REQUEST_TIMEOUT,
            Code::Conflict => StatusCode::CONFLICT,
            Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Code::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Code::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Code::Throttled => StatusCode::TOO_MANY_REQUESTS,
            Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// A value that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldProblem {
    /// Path of the value in the request.
    #[schema(example = "gateways[0]")]
    pub field: String,
    #[schema(example = "mx acme.test: not a host or IP address, optionally with a port")]
    pub message: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ErrorDetail {
    pub code: Code,
    /// A sentence for people.
    #[schema(example = "There is no such domain.")]
    pub message: String,
    /// The values that are wrong; empty where it is not about values.
    pub fields: Vec<FieldProblem>,
    /// Names the line of the server's log that has the details; only with `internal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub id: Option<String>,
}

/// The body of every answer that is not a success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Error)]
pub struct ErrorBody {
    pub error: ErrorDetail,
}

/// A refusal on its way to the client.
#[derive(Debug, Clone)]
pub struct ApiError {
    detail: ErrorDetail,
    /// Seconds for `Retry-After`.
    retry_after: Option<u64>,
    /// For `WWW-Authenticate`.
    challenge: Option<&'static str>,
}

impl ApiError {
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        let detail = ErrorDetail { code, message: message.into(), fields: Vec::new(), id: None };
        ApiError { detail, retry_after: None, challenge: None }
    }

    /// One wrong value.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        let problem = FieldProblem { field: field.into(), message: message.into() };
        let mut error = ApiError::new(Code::Invalid, problem.message.clone());
        error.detail.fields.push(problem);
        error
    }

    pub fn not_found(what: &str) -> Self {
        ApiError::new(Code::NotFound, format!("There is no such {what}."))
    }

    /// Code, sentence and fields.
    pub fn into_detail(self) -> ErrorDetail {
        self.detail
    }

    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    pub fn challenge(mut self, challenge: &'static str) -> Self {
        self.challenge = Some(challenge);
        self
    }
}

impl From<service::Error> for ApiError {
    fn from(error: service::Error) -> Self {
        let (error, id) = error.report();
        let code = match error.code {
            ErrorCode::Unauthenticated => Code::Unauthenticated,
            ErrorCode::Forbidden => Code::Forbidden,
            ErrorCode::NotFound => Code::NotFound,
            ErrorCode::Invalid => Code::Invalid,
            ErrorCode::Conflict => Code::Conflict,
            ErrorCode::Throttled => Code::Throttled,
            ErrorCode::Unavailable => Code::Unavailable,
            ErrorCode::Internal => Code::Internal,
        };
        let fields =
            error.fields.into_iter().map(|f| FieldProblem { field: f.field, message: f.message }).collect::<Vec<_>>();
        let wait = (code == Code::Throttled || code == Code::Unavailable).then_some(30);
        let detail = ErrorDetail { code, message: error.message, fields, id };
        ApiError { detail, retry_after: wait, challenge: None }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.detail.code.status();
        let detail = self.detail.clone();
        let mut response = (status, axum::Json(ErrorBody { error: self.detail })).into_response();
        // For a door that renders refusals otherwise.
        response.extensions_mut().insert(detail);
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(challenge) = self.challenge {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }
}
