//! XML at `/api/xml`: many operations of provisioning in one request, for mailboxes, aliases, lists of senders and
//! verifiers (guide chapters 6, 8 and 9 "Provisioning API"). The form is `docs/provisioning.xsd`.
//!
//! The whole document is read once before anything is done; then operations are done in their order, each by itself, as a
//! use case of the service. Tokens, scopes, limits and audit are those of REST.

mod node;
mod operations;
mod read;
mod write;

use crate::api::Api;
use crate::auth::{Caller, authenticate};
use crate::body;
use crate::error::{ApiError, Code, ErrorDetail};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use node::{NAMESPACE, Operations};
use service::Service;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Largest body.
const BODY_MAX: usize = 32 * 1024 * 1024;
/// Where an answer grows beyond this, what would follow is refused.
const ANSWER_MAX: usize = 64 * 1024 * 1024;
/// Operations of one request that list.
const LISTS_MAX: usize = 100;
/// Requests that are worked on at once: each may hold its body and its answer.
const AT_ONCE: usize = 4;

pub fn routes(api: Api) -> Router {
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let work = move |State(service): State<Service>, caller: Caller, request: Request| {
        let permits = permits.clone();
        async move { provision(service, caller, request, &permits).await }
    };
    let none = || async { ApiError::new(Code::MethodNotAllowed, "Operations are posted.") };
    Router::new()
        .route("/api/xml", post(work).fallback(none))
        .layer(from_fn_with_state(api.clone(), authenticate))
        .layer(from_fn(in_xml))
        .with_state(api)
}

fn is_xml(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/xml" || kind == "text/xml"
}

async fn provision(
    service: Service,
    caller: Caller,
    request: Request,
    permits: &Semaphore,
) -> Result<Response, ApiError> {
    if !is_xml(request.headers()) {
        let message = "The body must be XML: Content-Type: application/xml.";
        return Err(ApiError::new(Code::UnsupportedMediaType, message));
    }
    let busy = || ApiError::new(Code::Unavailable, "Too many requests are worked on; try again.").retry_after(5);
    let _permit = permits.try_acquire().map_err(|_| busy())?;
    let bytes = body::read(request, BODY_MAX).await?;
    let text = String::from_utf8(bytes.into())
        .map_err(|e| ApiError::new(Code::Malformed, format!("The body is not UTF-8: {}.", e.utf8_error())))?;
    // Reading it once without doing anything takes a moment where it is large.
    let text = Arc::new(text);
    let whole = text.clone();
    let read = tokio::task::spawn_blocking(move || read_through(&whole)).await;
    read.map_err(|_| ApiError::new(Code::Internal, "Reading the body broke off."))?.map_err(malformed)?;

    let mut operations = Operations::new(&text).map_err(malformed)?;
    let stop = operations.root.stop;
    let (mut results, mut ok, mut failed, mut lists) = (String::new(), 0u32, 0u32, 0usize);
    while let Some(operation) = operations.next().map_err(malformed)? {
        let (name, id) = (operation.name.clone(), operation.id.clone());
        lists += usize::from(name.starts_with("list_"));
        let result = if stop && failed > 0 {
            Err(ApiError::new(Code::Conflict, "Not done: an operation before it failed.").into_detail())
        } else if lists > LISTS_MAX && name.starts_with("list_") {
            Err(ApiError::field("operation", format!("At most {LISTS_MAX} lists are asked for at once.")).into_detail())
        } else if results.len() > ANSWER_MAX {
            Err(ApiError::new(Code::TooLarge, "Not done: the answer is too large already.").into_detail())
        } else {
            operations::run(&service, &caller.actor, operation).await
        };
        let (status, content) = match result {
            Ok(content) => {
                ok += 1;
                ("ok", content)
            }
            Err(detail) => {
                failed += 1;
                ("error", error(&detail))
            }
        };
        results.push_str("<result operation=\"");
        write::escaped(&name, &mut results);
        if let Some(id) = id {
            results.push_str("\" id=\"");
            write::escaped(&id, &mut results);
        }
        results.push_str(&format!("\" status=\"{status}\">{content}</result>\n"));
    }
    let answer = format!(
        "{DECLARATION}<provisioning_results xmlns=\"{NAMESPACE}\" ok=\"{ok}\" failed=\"{failed}\">\n{results}</provisioning_results>\n"
    );
    Ok(xml(answer).into_response())
}

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

fn read_through(text: &str) -> Result<(), node::Malformed> {
    let mut operations = Operations::new(text)?;
    while operations.next()?.is_some() {}
    Ok(())
}

fn malformed(e: node::Malformed) -> ApiError {
    ApiError::new(Code::Malformed, format!("The body is no XML of the schema, {e}. Nothing was done."))
}

/// `<error>` with code, sentence and fields.
fn error(detail: &ErrorDetail) -> String {
    let code = serde_json::to_value(detail.code).unwrap_or_default();
    let mut out = format!("<error code=\"{}\">", code.as_str().unwrap_or("internal"));
    write::element("message", &detail.message, &mut out);
    for problem in &detail.fields {
        out.push_str("<field name=\"");
        write::escaped(&problem.field, &mut out);
        out.push_str("\">");
        write::escaped(&problem.message, &mut out);
        out.push_str("</field>");
    }
    if let Some(id) = &detail.id {
        write::element("log_id", id, &mut out);
    }
    out.push_str("</error>");
    out
}

fn xml(text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    let kind = HeaderValue::from_static("application/xml; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// Refusals of the whole request, which are JSON elsewhere, as XML.
async fn in_xml(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let Some(detail) = response.extensions().get::<ErrorDetail>() else { return response };
    let text =
        format!("{DECLARATION}<provisioning_error xmlns=\"{NAMESPACE}\">{}</provisioning_error>\n", error(detail));
    let mut out = xml(text);
    *out.status_mut() = response.status();
    for (name, value) in response.headers() {
        if *name != header::CONTENT_TYPE && *name != header::CONTENT_LENGTH {
            out.headers_mut().insert(name, value.clone());
        }
    }
    out
}
