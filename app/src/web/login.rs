//! Log in and out: plain forms, so that a new session starts with a new page.

use super::{AppState, CurrentSession, cookie, flash_cookie, own_path, same_secret};
use crate::api::{Failure, Flash};
use axum::extract::{Extension, Form, Request, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use model::{Actor, UserError};
use serde::Deserialize;

/// Where a role's work is; on phones, owners start with the light pages, which link to the full ones.
fn home(actor: &Actor, headers: &HeaderMap) -> &'static str {
    match (actor.is_administrator(), is_phone(headers)) {
        (true, _) => "/admin",
        (false, true) => "/light",
        (false, false) => "/my",
    }
}

/// By the client hint where there is one, else by the name that the browser gives itself.
fn is_phone(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok());
    match text("sec-ch-ua-mobile") {
        Some(hint) => hint == "?1",
        None => text("user-agent").is_some_and(|ua| ua.contains("Mobi")),
    }
}

/// `/`: to the dashboard, or to the login.
pub async fn start(session: Option<Extension<CurrentSession>>, headers: HeaderMap) -> Redirect {
    match session.and_then(|s| s.0.0) {
        Some(session) => Redirect::to(home(&session.actor, &headers)),
        None => Redirect::to("/login"),
    }
}

#[derive(Deserialize)]
pub struct LoginForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    /// The page that asked for the login.
    #[serde(default)]
    next: String,
}

/// `POST /login`.
pub async fn login(State(state): State<AppState>, request: Request) -> Response {
    use axum::extract::FromRequest;
    let from = super::origin(request.extensions());
    let headers = request.headers().clone();
    let form = match Form::<LoginForm>::from_request(request, &state).await {
        Ok(Form(form)) => form,
        Err(rejected) => return rejected.into_response(),
    };
    let next = own_path(&form.next);
    match state.service.login(form.email.trim(), &form.password, &from).await {
        Ok(session) => {
            let to = next.unwrap_or_else(|| home(&session.actor, &headers));
            (AppendHeaders([(SET_COOKIE, cookie::session_cookie(&session.token, state.https()))]), Redirect::to(to))
                .into_response()
        }
        Err(error) => {
            let values = vec![("email".to_owned(), form.email.trim().to_owned())];
            let failure = Failure { path: "/login".into(), error: UserError::from(error), values };
            let flash = flash_cookie(Flash { notice: None, failure: Some(failure) }, state.https());
            let to = next.map_or_else(|| "/login".to_owned(), |n| format!("/login?next={}", crate::query::encode(n)));
            (AppendHeaders([(SET_COOKIE, flash)]), Redirect::to(&to)).into_response()
        }
    }
}

#[derive(Deserialize)]
pub struct LogoutForm {
    #[serde(default)]
    form_token: String,
}

/// `POST /logout`.
pub async fn logout(
    State(state): State<AppState>,
    session: Option<Extension<CurrentSession>>,
    headers: HeaderMap,
    Form(form): Form<LogoutForm>,
) -> Response {
    let valid = session.and_then(|s| s.0.0).is_some_and(|s| same_secret(&s.form_token, &form.form_token));
    if valid
        && let Some(token) = cookie::get(&headers, cookie::SESSION)
        && let Err(error) = state.service.logout(&token).await
    {
        tracing::error!(%error, "ending a session");
    }
    let mut response = Redirect::to("/login").into_response();
    if valid && let Ok(value) = cookie::clear_session(state.https()).parse() {
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}
