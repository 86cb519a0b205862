//! Forms that set a password. Plain posts, so that they work before, or without, the script; passwords are in no
//! answer and no address.

use super::{AppState, LoggedIn, cookie, flash_cookie, origin, same_secret};
use crate::api::{Failure, Flash, Notice};
use axum::extract::{Extension, Form, FromRequest, Path, Request, State};
use axum::http::header::SET_COOKIE;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use model::{ErrorCode, UserError};
use serde::Deserialize;

/// Goes on to a page that says what came of it.
fn go(state: &AppState, to: &str, flash: Flash) -> Response {
    (AppendHeaders([(SET_COOKIE, flash_cookie(flash, state.https()))]), Redirect::to(to)).into_response()
}

fn done(state: &AppState, to: &str, text: &str) -> Response {
    go(state, to, Flash { notice: Some(Notice::new(text)), failure: None })
}

/// Back to the form at `path`.
fn failed(state: &AppState, path: &str, error: impl Into<UserError>, values: Vec<(String, String)>) -> Response {
    let failure = Failure { path: path.to_owned(), error: error.into(), values };
    go(state, path, Flash { notice: None, failure: Some(failure) })
}

fn differ() -> UserError {
    UserError::field("again", "The two passwords differ. Type the new one twice.")
}

#[derive(Deserialize)]
pub struct ChangeForm {
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    present_password: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    again: String,
}

/// `POST /password`: another password for who is logged in.
pub async fn change(State(state): State<AppState>, session: Option<Extension<LoggedIn>>, request: Request) -> Response {
    let headers = request.headers().clone();
    let form = match Form::<ChangeForm>::from_request(request, &state).await {
        Ok(Form(form)) => form,
        Err(rejected) => return rejected.into_response(),
    };
    let (Some(Extension(session)), Some(token)) = (session, cookie::get(&headers, cookie::SESSION)) else {
        return Redirect::to("/login").into_response();
    };
    let path = super::PASSWORD;
    if !same_secret(&form.form_token, &session.view.form_token) {
        let message = "This form has expired. Repeat what you typed.";
        return failed(&state, path, UserError::new(ErrorCode::Forbidden, message), Vec::new());
    }
    if form.password != form.again {
        return failed(&state, path, differ(), Vec::new());
    }
    let actor = &session.view.actor;
    match state.service.change_own_password(actor, &token, &form.present_password, &form.password).await {
        Ok(()) => {
            let text = "Your password is changed; you are logged out everywhere else.";
            done(&state, super::login::home(actor, &headers), text)
        }
        Err(error) => failed(&state, path, error, Vec::new()),
    }
}

#[derive(Deserialize)]
pub struct ForgotForm {
    #[serde(default)]
    email: String,
}

/// `POST /forgot`: a link by mail, and the same answer for everybody.
pub async fn forgot(State(state): State<AppState>, request: Request) -> Response {
    let from = origin(request.extensions());
    let form = match Form::<ForgotForm>::from_request(request, &state).await {
        Ok(Form(form)) => form,
        Err(rejected) => return rejected.into_response(),
    };
    let email: String = form.email.trim().chars().take(254).collect();
    match state.service.forgot_password(&email, &from).await {
        Ok(()) => {
            let text = "If there is a login with this address, a mail with a link is on its way to it.";
            done(&state, "/forgot", text)
        }
        Err(error) => failed(&state, "/forgot", error, vec![("email".into(), email)]),
    }
}

#[derive(Deserialize)]
pub struct LinkForm {
    #[serde(default)]
    password: String,
    #[serde(default)]
    again: String,
}

/// `POST /activate/{token}`: sets the password of whoever the link is for.
pub async fn by_link(State(state): State<AppState>, Path(token): Path<String>, request: Request) -> Response {
    let from = origin(request.extensions());
    let form = match Form::<LinkForm>::from_request(request, &state).await {
        Ok(Form(form)) => form,
        Err(rejected) => return rejected.into_response(),
    };
    // What is no token of ours has other characters; it is not repeated in an address.
    if token.len() > 64 || !token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
        return Redirect::to("/forgot").into_response();
    }
    let path = format!("/activate/{token}");
    if form.password != form.again {
        return failed(&state, &path, differ(), Vec::new());
    }
    match state.service.set_password_by_link(&token, &form.password, &from).await {
        Ok(_) => done(&state, "/login", "Your password is set. Log in with it."),
        Err(error) => failed(&state, &path, error, Vec::new()),
    }
}
