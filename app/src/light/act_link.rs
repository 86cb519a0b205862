//! The pages of a digest's links that do something without a login. A GET asks, since mail scanners and previews follow
//! links; the button's POST does it. Ending the digests also answers the POST that mail programs send by themselves
//! (RFC 8058). The links are secrets: no referrer tells them to anybody.

use super::link::{in_language, secret};
use super::page::{Page, respond};
use crate::text::said;
use crate::web::{AppState, origin};
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use model::UserError;
use service::{ActLink, LinkAbout, Purpose};

fn page(status: StatusCode, title: &str, body: AnyView) -> Response {
    secret(respond(Page { status, title: title.to_owned(), visit: None, full: String::new(), body }))
}

fn dead() -> Response {
    let title = t!("This link does not work any more");
    let body = view! {
        <h1>{title}</h1>
        <p>{t!("This link was used already, or what it is about is gone.")}</p>
        <p><a href="/login">{t!("Log in")}</a></p>
    };
    page(StatusCode::NOT_FOUND, title, body.into_any())
}

/// `GET /act/{token}`, `GET /unsubscribe/{token}`: asks; changes nothing.
pub async fn show(State(state): State<AppState>, Path(token): Path<String>) -> Response {
    let link = match state.service.peek_act(&token).await {
        Ok(link) => link,
        Err(error) => return refused(error.into()),
    };
    let language = link.as_ref().and_then(|l| l.language.clone());
    in_language(language, async { link.map_or_else(dead, |l| ask(&l)) }).await
}

fn ask(link: &ActLink) -> Response {
    let address = link.address.as_str();
    let row = match &link.about {
        LinkAbout::Message(row) => Some(row),
        LinkAbout::Digests => None,
    };
    let sender = row.map(|r| r.sender.clone()).unwrap_or_default();
    let (question, effect, button, class) = match link.purpose {
        Purpose::Release => (
            t!("Release this message?"),
            filled!("It is delivered to {address}.", address = address),
            t!("Release"),
            "go",
        ),
        Purpose::Delete => (
            t!("Delete this message?"),
            filled!("It is deleted and will not reach {address}.", address = address),
            t!("Delete"),
            "del",
        ),
        Purpose::Block => (
            t!("Block this sender?"),
            filled!("Mail from {sender} to {address} is stopped from now on.", sender = sender, address = address),
            t!("Block sender"),
            "del",
        ),
        Purpose::Unsubscribe | Purpose::Login => (
            t!("Stop the digests?"),
            filled!(
                "No digests are sent to {address} any more. You can turn them on again in your settings.",
                address = address
            ),
            t!("Stop the digests"),
            "del",
        ),
    };
    let facts = row.map(|r| {
        let (subject, sender) = (crate::admin::home::subject(&r.subject), r.sender.clone());
        view! {
            <dl>
                <dt>{t!("From")}</dt><dd>{super::clip::clip(&sender, 200)}</dd>
                <dt>{t!("Subject")}</dt><dd>{super::clip::clip(&subject, 200)}</dd>
            </dl>
        }
    });
    let body = view! {
        <h1>{question}</h1>
        {facts}
        <p>{effect}</p>
        // Posted to the same address: the token is what permits it.
        <form method="post"><p><button class=class>{button}</button></p></form>
    };
    page(StatusCode::OK, question, body.into_any())
}

/// `POST /act/{token}`, `POST /unsubscribe/{token}`.
pub async fn act(State(state): State<AppState>, Path(token): Path<String>, request: Request) -> Response {
    let from = origin(request.extensions());
    let language = state.service.link_language(&token).await.unwrap_or_default();
    in_language(language, async {
        match state.service.use_act(&token, &from).await {
            Ok(purpose) => done(purpose),
            Err(error) => refused(error.into()),
        }
    })
    .await
}

fn done(purpose: Purpose) -> Response {
    let told = match purpose {
        Purpose::Release => t!("The message is released."),
        Purpose::Delete => t!("The message is deleted."),
        Purpose::Block => t!("The sender is blocked."),
        Purpose::Unsubscribe | Purpose::Login => t!("The digests are stopped."),
    };
    let body = view! { <h1>{told}</h1> };
    page(StatusCode::OK, t!("Done"), body.into_any())
}

fn refused(error: UserError) -> Response {
    let title = t!("This did not work");
    let body = view! {
        <h1>{title}</h1>
        <p class="bad" role="alert">{said(&error.message)}</p>
        <p><a href="/login">{t!("Log in")}</a></p>
    };
    page(crate::api::context::status(error.code), title, body.into_any())
}

/// `GET /report-spam`: how mail that should have been stopped is reported (guide chapter 14).
pub async fn report_spam() -> Response {
    let title = t!("Report spam");
    let body = view! {
        <h1>{title}</h1>
        <p>{t!("Spam in your inbox? Forward it as an attachment to your mail administrator, so that its headers stay whole; do not copy its text.")}</p>
        <p>{t!("To stop one sender at once, put the address among your enemies, or choose “Block sender” in a digest.")}</p>
    };
    page(StatusCode::OK, title, body.into_any())
}
