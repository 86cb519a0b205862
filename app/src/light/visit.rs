//! Who asks for a light page, and who changes something from one.

use super::{fields::Fields, login, page};
use crate::api::Flash;
use crate::web::{AppState, CurrentSession, LoggedIn, PASSWORD, PageFlash, same_secret};
use axum::body::to_bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use model::Actor;
use service::Service;

/// A form with 500 ticked messages is far smaller.
const FORM_MAX: usize = 64 * 1024;

/// An owner who is logged in. Others get the login page, administrators their own dashboard.
pub struct Visit {
    pub service: Service,
    pub actor: Actor,
    pub form_token: String,
    /// What the last form came to.
    pub flash: Flash,
    pub https: bool,
    /// The query string.
    pub query: Fields,
}

impl FromRequestParts<AppState> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let Some(session) = parts.extensions.get::<CurrentSession>().and_then(|s| s.0.clone()) else {
            if parts.extensions.get::<LoggedIn>().is_some() {
                return Err(Redirect::to(PASSWORD).into_response());
            }
            let reads = matches!(parts.method, Method::GET | Method::HEAD);
            let next = if reads { parts.uri.path_and_query().map_or("", |p| p.as_str()) } else { "" };
            let said = (!reads).then_some("Your session has ended. Log in and repeat.");
            let status = if reads { StatusCode::OK } else { StatusCode::FORBIDDEN };
            return Err(login::page(status, next, "", said, None));
        };
        if session.actor.is_administrator() {
            return Err(Redirect::to("/admin").into_response());
        }
        Ok(Visit {
            service: state.service.clone(),
            actor: session.actor,
            form_token: session.form_token,
            flash: parts.extensions.get::<PageFlash>().map(|f| f.0.clone()).unwrap_or_default(),
            https: state.https(),
            query: Fields::parse(parts.uri.query().unwrap_or_default()),
        })
    }
}

/// The fields of a posted form.
pub async fn posted(request: Request) -> Result<Fields, Response> {
    match to_bytes(request.into_body(), FORM_MAX).await {
        Ok(body) => Ok(Fields::parse(&String::from_utf8_lossy(&body))),
        Err(_) => Err((StatusCode::PAYLOAD_TOO_LARGE, "This form is too long.").into_response()),
    }
}

/// A form of ours: it carries the session's token.
pub struct Change {
    pub visit: Visit,
    pub fields: Fields,
}

impl FromRequest<AppState> for Change {
    type Rejection = Response;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let visit = Visit::from_request_parts(&mut parts, state).await?;
        let fields = posted(Request::from_parts(parts, body)).await?;
        if !same_secret(fields.get("form_token"), &visit.form_token) {
            let said = "This form has expired. Load the page again and repeat.";
            return Err(page::problem(Some(&visit), StatusCode::FORBIDDEN, said));
        }
        Ok(Change { visit, fields })
    }
}
