//! Who sends a request, found once for it, and which pages ask for a login first.

use super::{AppState, cookie};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::Extensions;
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use service::{PasswordSession, SessionView};
use std::net::SocketAddr;

/// The session of a request, in its extensions; none: nobody is logged in.
#[derive(Clone, Default)]
pub struct CurrentSession(pub Option<SessionView>);

/// Whose session the request carries, also where it may do nothing but choose another password; in its extensions.
#[derive(Clone)]
pub struct LoggedIn(pub PasswordSession);

impl std::ops::Deref for LoggedIn {
    type Target = PasswordSession;
    fn deref(&self) -> &PasswordSession {
        &self.0
    }
}

/// Where a request comes from, for the audit trail and for throttling.
pub fn origin(extensions: &Extensions) -> String {
    extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or_else(|| "unknown".to_owned(), |c| c.0.ip().to_canonical().to_string())
}

/// Looks the session up. A store that does not answer counts as no session, and is logged.
pub async fn load(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let static_file = request.uri().path().starts_with("/pkg/");
    if let Some(token) = cookie::get(request.headers(), cookie::SESSION).filter(|t| !t.is_empty() && !static_file) {
        let from = origin(request.extensions());
        match state.service.password_session(&token, &from).await {
            Ok(Some(session)) => {
                let whole = session.must_change.is_none().then(|| session.view.clone());
                request.extensions_mut().insert(CurrentSession(whole));
                request.extensions_mut().insert(LoggedIn(session));
            }
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "looking up a session"),
        }
    }
    next.run(request).await
}

/// Sends who is not logged in to the login, who must choose another password to that form, and each role to its own dashboard.
pub async fn guard(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let (admin, mine) = (super::below(path, "/admin"), super::below(path, "/my"));
    if !(admin || mine) {
        return next.run(request).await;
    }
    let session = request.extensions().get::<CurrentSession>().and_then(|s| s.0.as_ref());
    match session {
        None if request.extensions().get::<LoggedIn>().is_some() => Redirect::to(super::PASSWORD).into_response(),
        None => {
            let wanted = request.uri().path_and_query().map_or(path, |p| p.as_str());
            Redirect::to(&format!("/login?next={}", crate::query::encode(wanted))).into_response()
        }
        Some(s) if admin && !s.actor.is_administrator() => Redirect::to("/my").into_response(),
        Some(s) if mine && s.actor.is_administrator() => Redirect::to("/admin").into_response(),
        Some(_) => next.run(request).await,
    }
}
