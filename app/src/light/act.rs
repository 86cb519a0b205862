//! Releasing and deleting; a deletion is asked about first, on a page of its own.

use super::page::{Page, failed, problem, respond, token};
use super::visit::{Change, Visit};
use crate::api::quarantine::told;
use crate::api::{Flash, Notice};
use crate::web::{below, flash_cookie, own_path};
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use leptos::prelude::*;
use model::view::ReleaseTo;

/// Messages of one form, at most: two pages' worth, so that the question stays small.
const ACT_MAX: usize = 100;

/// To a light page that says what was done.
pub fn done(visit: &Visit, to: &str, notice: Notice) -> Response {
    let flash = flash_cookie(Flash { notice: Some(notice), failure: None }, visit.https);
    (AppendHeaders([(SET_COOKIE, flash)]), Redirect::to(to)).into_response()
}

/// The list that the form stood on.
fn back(asked: &str) -> &str {
    own_path(asked).filter(|p| below(p.split('?').next().unwrap_or_default(), "/light")).unwrap_or("/light")
}

/// `POST /light/act`: `act` is `release`, `delete` (asks) or `delete_confirmed`.
pub async fn act(Change { visit, fields }: Change) -> Response {
    let mut ids = fields.numbers("id");
    ids.truncate(ACT_MAX);
    let to = back(fields.get("back"));
    if ids.is_empty() {
        return done(&visit, to, Notice::new(t!("No message is ticked. Tick the messages first.")));
    }
    let (result, word) = match fields.get("act") {
        "release" => (visit.service.release(&visit.actor, &ids, ReleaseTo::Recipient).await, t!("{n} released")),
        "delete" => return ask(&visit, &ids, to),
        "delete_confirmed" => (visit.service.delete(&visit.actor, &ids).await, t!("{n} deleted")),
        _ => {
            return problem(Some(&visit), StatusCode::UNPROCESSABLE_ENTITY, t!("Choose what to do with the messages."));
        }
    };
    match result {
        Ok(result) => done(&visit, to, told(&result, word)),
        Err(error) => failed(&visit, error),
    }
}

fn ask(visit: &Visit, ids: &[i64], back: &str) -> Response {
    let n = ids.len() as u64;
    let what = counted!("Delete {n} message|Delete {n} messages", n);
    let hidden = ids.iter().map(|id| view! { <input type="hidden" name="id" value=*id /> }).collect_view();
    let body = view! {
        <h1>{counted!("Delete {n} message?|Delete {n} messages?", n)}</h1>
        <p>{t!("This cannot be undone. You will not get what is deleted.")}</p>
        <form method="post" action="/light/act" class="acts">
            {token(visit)}
            <input type="hidden" name="back" value=back.to_owned() />
            {hidden}
            <a href=back.to_owned()>{t!("Keep")}</a>
            <button class="del" name="act" value="delete_confirmed">{what.clone()}</button>
        </form>
    };
    respond(Page {
        status: StatusCode::OK,
        title: what,
        visit: Some(visit),
        full: String::new(),
        body: body.into_any(),
    })
}
