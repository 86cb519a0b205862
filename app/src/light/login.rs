//! Logging in and out without script.

use super::page::{Page, respond};
use super::visit::{Change, posted};
use crate::api::context::status as status_of;
use crate::text::said;
use crate::web::login::{answer, question};
use crate::web::{AppState, PASSWORD, clear_session, cookie, origin, own_path, session_cookie};
use axum::extract::{Request, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use leptos::prelude::*;
use model::{ErrorCode, UserError};
use service::Challenge;

/// The login. `next`: the light page that asked for it.
pub fn page(
    status: StatusCode,
    next: &str,
    email: &str,
    refused: Option<&str>,
    question: Option<Challenge>,
) -> Response {
    let next = own_path(next).filter(|n| n.len() <= 300).unwrap_or_default().to_owned();
    let look = crate::web::look::current();
    let label = crate::login::login_label(&look);
    let body = view! {
        <h1>{t!("Log in")}</h1>
        {refused.map(|s| view! { <p class="bad" role="alert">{said(s)}</p> })}
        <form method="post" action="/light/login">
            <input type="hidden" name="next" value=next />
            <p><label for="email">{label}</label><input id="email" type="email" name="email" value=email.to_owned() required autocomplete="username" /></p>
            <p><label for="password">{t!("Password")}</label><input id="password" type="password" name="password" required autocomplete="current-password" /></p>
            {question.map(|c| view! {
                <input type="hidden" name="captcha_token" value=c.token />
                <p><label for="captcha">{filled!("{question} (in digits)", question = said(&c.question))}</label><input id="captcha" name="captcha" inputmode="numeric" required autocomplete="off" /></p>
            })}
            <p><button class="go">{t!("Log in")}</button></p>
        </form>
        {look.forgot.then(|| view! { <p class="soft"><a href="/forgot">{t!("Forgot your password?")}</a></p> })}
        <p class="soft">{t!("No password? The links in your spam digest log you in.")}</p>
    };
    respond(Page { status, title: t!("Log in").into(), visit: None, full: "/login".into(), body: body.into_any() })
}

/// `POST /light/login`.
pub async fn login(State(state): State<AppState>, request: Request) -> Response {
    let from = origin(request.extensions());
    let fields = match posted(request).await {
        Ok(fields) => fields,
        Err(response) => return response,
    };
    let email: String = fields.get("email").trim().chars().take(254).collect();
    let answer = answer(fields.get("captcha_token"), fields.get("captcha"));
    match state.service.login_with(&email, fields.get("password"), answer.as_ref(), &from).await {
        Ok(session) => {
            let light = own_path(fields.get("next")).filter(|n| crate::web::below(path_of(n), "/light"));
            let to = match (session.must_change, session.actor.is_administrator()) {
                (Some(_), _) => PASSWORD,
                (None, true) => "/admin",
                (None, false) => light.unwrap_or("/light"),
            };
            let set = [(SET_COOKIE, session_cookie(&session.token, state.https()))];
            (AppendHeaders(set), Redirect::to(to)).into_response()
        }
        Err(error) => {
            let error = UserError::from(error);
            // 401 would make browsers ask in a way of their own.
            let status = match error.code {
                ErrorCode::Unauthenticated => StatusCode::FORBIDDEN,
                code => status_of(code),
            };
            let question = question(&state.service, &error).await;
            page(status, fields.get("next"), &email, Some(&error.message), question)
        }
    }
}

fn path_of(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}

/// `POST /light/logout`.
pub async fn logout(headers: HeaderMap, change: Change) -> Response {
    if let Some(token) = cookie::get(&headers, cookie::SESSION)
        && let Err(error) = change.visit.service.logout(&token).await
    {
        tracing::error!(%error, "ending a session");
    }
    (AppendHeaders([(SET_COOKIE, clear_session(change.visit.https))]), Redirect::to("/light")).into_response()
}
