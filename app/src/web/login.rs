//! Log in and out: plain forms, so that a new session starts with a new page.

use super::{AppState, CurrentSession, LoggedIn, cookie, flash_cookie, own_path, same_secret};
use crate::api::{Failure, Flash};
use axum::extract::{Extension, Form, Request, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use model::{Actor, UserError};
use serde::Deserialize;
use service::{Answer, Challenge, Service};

/// Where a role's work is; on phones, owners start with the light pages, which link to the full ones.
pub(super) fn home(actor: &Actor, headers: &HeaderMap) -> &'static str {
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
    /// The answer to the question, where one was asked, and its token.
    #[serde(default)]
    captcha: String,
    #[serde(default)]
    captcha_token: String,
}

/// Fields of a failed login that ask a question.
pub const QUESTION: &str = "captcha_question";
pub const QUESTION_TOKEN: &str = "captcha_token";

/// The answer of a login form, where it brings one.
pub fn answer(token: &str, text: &str) -> Option<Answer> {
    (!token.is_empty()).then(|| Answer { token: token.to_owned(), text: text.to_owned() })
}

/// A question for the form, where the refusal of the one before asks for its answer.
pub async fn question(service: &Service, refusal: &UserError) -> Option<Challenge> {
    if refusal.fields.iter().all(|f| f.field != "captcha") {
        return None;
    }
    service.challenge().await.inspect_err(|error| tracing::error!(%error, "making a question")).ok()
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
    let answer = answer(&form.captcha_token, &form.captcha);
    match state.service.login_with(form.email.trim(), &form.password, answer.as_ref(), &from).await {
        Ok(session) => {
            let to = match session.must_change {
                Some(_) => super::PASSWORD,
                None => next.unwrap_or_else(|| home(&session.actor, &headers)),
            };
            (AppendHeaders([(SET_COOKIE, cookie::session_cookie(&session.token, state.https()))]), Redirect::to(to))
                .into_response()
        }
        Err(error) => {
            let mut values = vec![("email".to_owned(), form.email.trim().to_owned())];
            let error = UserError::from(error);
            if let Some(c) = question(&state.service, &error).await {
                values.push((QUESTION.to_owned(), c.question));
                values.push((QUESTION_TOKEN.to_owned(), c.token));
            }
            let failure = Failure { path: "/login".into(), error, values };
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
    session: Option<Extension<LoggedIn>>,
    headers: HeaderMap,
    Form(form): Form<LogoutForm>,
) -> Response {
    // Who must choose another password may leave too.
    let valid = session.is_some_and(|s| same_secret(&s.0.view.form_token, &form.form_token));
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
