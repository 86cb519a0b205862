//! A held message as a file, and its body as a page of its own that can do nothing.

use super::{AppState, CurrentSession};
use crate::api::context::status;
use axum::extract::{Extension, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::{Actor, ErrorCode, UserError};

fn refused(error: UserError) -> Response {
    (status(error.code), error.message).into_response()
}

fn actor(session: Option<Extension<CurrentSession>>) -> Option<Actor> {
    session.and_then(|s| s.0.0).map(|s| s.actor)
}

fn log_in_first() -> Response {
    refused(UserError::new(ErrorCode::Unauthenticated, "Log in to see this message."))
}

/// `GET /message/{id}/raw`: the message as it came, to be saved.
pub async fn raw(
    State(state): State<AppState>,
    session: Option<Extension<CurrentSession>>,
    Path(id): Path<i64>,
) -> Response {
    let Some(actor) = actor(session) else { return log_in_first() };
    match state.service.message_raw(&actor, id).await {
        Ok(bytes) => {
            let name = format!("attachment; filename=\"message-{id}.eml\"");
            ([(header::CONTENT_TYPE, "message/rfc822".to_owned()), (header::CONTENT_DISPOSITION, name)], bytes)
                .into_response()
        }
        Err(error) => refused(error.into()),
    }
}

/// Bytes of a source that a browser tab shows; the whole is a download away.
const SOURCE_MAX: usize = 1024 * 1024;

/// `GET /message/{id}/source`: the message as it came, to be read; never as anything but plain text.
pub async fn source(
    State(state): State<AppState>,
    session: Option<Extension<CurrentSession>>,
    Path(id): Path<i64>,
) -> Response {
    let Some(actor) = actor(session) else { return log_in_first() };
    match state.service.message_raw(&actor, id).await {
        Ok(bytes) => {
            let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(SOURCE_MAX)]).into_owned();
            let cut =
                if bytes.len() > SOURCE_MAX { "\n\n[cut here: download the message to see all of it]\n" } else { "" };
            let headers = [
                (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
                (header::CONTENT_SECURITY_POLICY, PREVIEW_POLICY),
            ];
            (headers, shown + cut).into_response()
        }
        Err(error) => refused(error.into()),
    }
}

/// Nothing runs, nothing is fetched, nothing can be sent from here; only styles of the message itself hold.
const PREVIEW_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox";

/// `GET /message/{id}/preview`: the sanitised body, for a sandboxed frame of the message's page.
pub async fn preview(
    State(state): State<AppState>,
    session: Option<Extension<CurrentSession>>,
    Path(id): Path<i64>,
) -> Response {
    let Some(actor) = actor(session) else { return log_in_first() };
    let view = match state.service.message(&actor, id).await {
        Ok(view) => view,
        Err(error) => return refused(error.into()),
    };
    let page = format!(
        "<!doctype html><html lang=\"\"><head><meta charset=\"utf-8\"><title>Message body</title>\
         <style>body{{font:15px/1.5 system-ui,sans-serif;margin:16px;color:#111;background:#fff;overflow-wrap:anywhere}}img{{max-width:100%}}</style>\
         </head><body>{}</body></html>",
        view.preview_html
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, PREVIEW_POLICY),
        (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (StatusCode::OK, headers, page).into_response()
}
