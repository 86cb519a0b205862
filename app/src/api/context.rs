//! What a server function finds around it: the service, the session, and the status to answer with.

use super::ApiError;
use crate::web::{AppState, CurrentSession};
use axum::http::{HeaderMap, StatusCode, request::Parts};
use leptos::prelude::*;
use model::{Actor, ErrorCode, UserError};
use service::Service;

fn parts() -> Option<Parts> {
    use_context::<Parts>()
}

/// The session of the request.
pub fn current() -> CurrentSession {
    parts().and_then(|p| p.extensions.get::<CurrentSession>().cloned()).unwrap_or_default()
}

fn service() -> Result<Service, ApiError> {
    use_context::<AppState>()
        .map(|state| state.service)
        .ok_or_else(|| ApiError(UserError::new(ErrorCode::Internal, "The server is not ready.")))
}

/// For the few operations that need no login.
pub fn open() -> Result<Service, ApiError> {
    service()
}

/// For operations that read: the service and who asks.
pub fn reader() -> Result<(Service, Actor), ApiError> {
    let session = current().0.ok_or_else(|| fail(UserError::new(ErrorCode::Unauthenticated, "Log in to go on.")))?;
    Ok((service()?, session.actor))
}

/// For operations that change something: also checks the form token, of the field or of the header.
pub fn writer(form_token: &str) -> Result<(Service, Actor), ApiError> {
    let session = current().0.ok_or_else(|| fail(UserError::new(ErrorCode::Unauthenticated, "Log in to go on.")))?;
    let header = parts().and_then(|p| token_header(&p.headers));
    let given = header.as_deref().unwrap_or(form_token);
    if !crate::web::same_secret(given, &session.form_token) {
        return Err(fail(UserError::new(
            ErrorCode::Forbidden,
            "This form has expired. Load the page again and repeat.",
        )));
    }
    Ok((service()?, session.actor))
}

/// The token of the request's session, to tell it from the person's others.
pub fn session_token() -> String {
    parts().and_then(|p| crate::web::cookie::get(&p.headers, crate::web::cookie::SESSION)).unwrap_or_default()
}

fn token_header(headers: &HeaderMap) -> Option<String> {
    headers.get("x-postern-form").and_then(|v| v.to_str().ok()).map(str::to_owned)
}

/// An error for the caller; the response gets the status that goes with it.
pub fn fail(error: impl Into<UserError>) -> ApiError {
    let error = crate::text::said_error(error.into());
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(status(error.code));
    }
    ApiError(error)
}

pub fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorCode::Forbidden => StatusCode::FORBIDDEN,
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::Conflict => StatusCode::CONFLICT,
        ErrorCode::Throttled => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
