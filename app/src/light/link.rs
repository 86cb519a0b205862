//! The page that a digest's link opens, and the login behind its buttons. Mail scanners and previews follow links:
//! nothing happens until a person presses a button. The link is a secret; no referrer tells it to anybody.

use super::fields::Fields;
use super::page::{Page, problem, respond};
use super::visit::posted;
use crate::api::context::status;
use crate::web::{AppState, origin, session_cookie};
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::header::{REFERRER_POLICY, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use leptos::prelude::*;
use model::{EmailAddress, ErrorCode, UserError};
use texts::Language;

/// The message that the link is about, by `?message=`.
fn message(query: &Option<String>) -> Option<i64> {
    Fields::parse(query.as_deref().unwrap_or_default()).numbers("message").first().copied().filter(|id| *id > 0)
}

/// The part of the dashboard that the link is about, by `?to=`.
fn part(query: &Option<String>) -> Option<&'static str> {
    let asked = Fields::parse(query.as_deref().unwrap_or_default());
    match asked.get("to") {
        "settings" => Some("settings"),
        "policies" => Some("policies"),
        _ => None,
    }
}

/// Answers in the language of the link's mailbox, where it has one of ours; else as the browser asks.
pub(super) async fn in_language(code: Option<String>, answer: impl Future<Output = Response>) -> Response {
    match code.as_deref().and_then(Language::parse) {
        Some(language) => crate::web::language::within(language, answer).await,
        None => answer.await,
    }
}

pub(super) fn secret(mut response: Response) -> Response {
    response.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn expired() -> Response {
    let body = view! {
        <h1>{t!("This link does not work any more")}</h1>
        <p>{t!("It has expired, or is not complete. Log in with your password, or use the link in a newer digest.")}</p>
        <p><a href="/login">{t!("Log in")}</a></p>
    };
    respond(Page {
        status: StatusCode::NOT_FOUND,
        title: t!("Link expired").into(),
        visit: None,
        full: String::new(),
        body: body.into_any(),
    })
}

fn refused(error: UserError) -> Response {
    secret(match error.code {
        ErrorCode::Unauthenticated => expired(),
        code => problem(None, status(code), &error.message),
    })
}

/// `GET /link/{token}?message=`: asks; changes nothing.
pub async fn show(State(state): State<AppState>, Path(token): Path<String>, RawQuery(query): RawQuery) -> Response {
    let language = state.service.link_language(&token).await.unwrap_or_default();
    in_language(language, async {
        match state.service.peek_link(&token).await {
            Ok(Some(address)) => ask(&address, message(&query)),
            Ok(None) => secret(expired()),
            Err(error) => refused(error.into()),
        }
    })
    .await
}

fn ask(address: &EmailAddress, id: Option<i64>) -> Response {
    let open = if id.is_some() { t!("Open the message") } else { t!("Open the held mail") };
    let body = view! {
        <h1>{filled!("Open the held mail of {address}", address = address.as_str())}</h1>
        <p>{filled!("This logs you in to the mailbox {address}. Use it on your own device only.", address = address.as_str())}</p>
        // Posted to the same address, with the message: the token is what lets in.
        <form method="post">
            <p><button class="go">{open}</button></p>
            <p><button name="light" value="1">{t!("Open the low-bandwidth version")}</button></p>
        </form>
    };
    secret(respond(Page {
        status: StatusCode::OK,
        title: t!("Open the held mail").into(),
        visit: None,
        full: String::new(),
        body: body.into_any(),
    }))
}

/// `POST /link/{token}`: logs in, and goes on to the list or the message.
pub async fn login(State(state): State<AppState>, Path(token): Path<String>, request: Request) -> Response {
    let from = origin(request.extensions());
    let query = request.uri().query().map(str::to_owned);
    let fields = match posted(request).await {
        Ok(fields) => fields,
        Err(response) => return response,
    };
    let root = if fields.get("light") == "1" { "/light" } else { "/my" };
    match state.service.login_by_link(&token, &from).await {
        Ok(session) => {
            let id = message(&query);
            let to = match (id, part(&query)) {
                (Some(id), _) => format!("{root}/message/{id}"),
                (None, Some(part)) => format!("{root}/{part}"),
                (None, None) => root.to_owned(),
            };
            let set = [(SET_COOKIE, session_cookie(&session.token, state.https()))];
            secret((AppendHeaders(set), Redirect::to(&to)).into_response())
        }
        Err(error) => refused(error.into()),
    }
}
