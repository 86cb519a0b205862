//! How often the digest is sent.

use super::act::done;
use super::page::{Page, failed, problem, respond, token};
use super::visit::{Change, Visit};
use crate::api::Notice;
use crate::api::personal::{FREQUENCIES, digest_set, frequency};
use crate::ui::format;
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;

/// `GET /light/settings`.
pub async fn show(visit: Visit) -> Response {
    let home = match visit.service.owner_home(&visit.actor).await {
        Ok(home) => home,
        Err(error) => return failed(&visit, error),
    };
    let last = home.last_digest.map(|at| format!(" The last one was sent at {}.", format::minute(at)));
    let body = view! {
        <h1>"Settings"</h1>
        <form method="post" action="/light/settings">
            {token(&visit)}
            <fieldset>
                <legend><h2>"How often a digest of held mail is sent"</h2></legend>
                {FREQUENCIES.iter().map(|(f, word, label)| view! {
                    <label><input type="radio" name="digest" value=*word checked=*f == home.digest />{format!(" {label}")}</label>
                }).collect_view()}
            </fieldset>
            <p class="soft">{format!("It goes to {}.{}", home.address, last.unwrap_or_default())}</p>
            <p><button class="go">"Save"</button></p>
        </form>
        <p><a href="/password">"Change password"</a></p>
    };
    respond(Page {
        status: StatusCode::OK,
        title: "Settings".into(),
        visit: Some(&visit),
        full: "/my".into(),
        body: body.into_any(),
    })
}

/// `POST /light/settings`.
pub async fn save(Change { visit, fields }: Change) -> Response {
    let Some(wanted) = frequency(fields.get("digest")) else {
        return problem(Some(&visit), StatusCode::UNPROCESSABLE_ENTITY, "Choose how often the digest is sent.");
    };
    match visit.service.set_digest(&visit.actor, wanted).await {
        Ok(()) => done(&visit, "/light/settings", Notice::new(digest_set(wanted))),
        Err(error) => failed(&visit, error),
    }
}
