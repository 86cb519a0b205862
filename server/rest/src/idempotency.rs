//! `Idempotency-Key`: a POST that a client may send again without its being done again.
//!
//! The first request with a key takes it and does its work; an answer of success is kept for a day and given again to
//! the same request of the same token. What fails frees the key. A server that dies at work leaves the key taken for a
//! minute; the next request then does the work, and where the first had done it already is told that it exists.

use crate::auth::Caller;
use crate::body::{max_of, read};
use crate::error::{ApiError, Code};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use service::{KnownRequest, Service};
use sha2::{Digest, Sha256};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Longest answer that is kept; those of this API are far below.
const ANSWER_MAX: usize = 1 << 20;

/// Extension of an answer that holds a secret: it is not kept, and the key is free again.
#[derive(Debug, Clone, Copy)]
pub struct NotKept;

/// Middleware, after authentication.
pub async fn once(State(service): State<Service>, caller: Caller, request: Request, next: Next) -> Response {
    match request.headers().get(KEY) {
        Some(key) if request.method() == Method::POST => {
            let key = key.to_str().map(str::to_owned).unwrap_or_default();
            work(service, caller, key, request, next).await.unwrap_or_else(IntoResponse::into_response)
        }
        _ => next.run(request).await,
    }
}

async fn work(
    service: Service,
    caller: Caller,
    key: String,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    if !(1..=255).contains(&key.len()) || !key.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(ApiError::field("Idempotency-Key", "A key has 1 to 255 visible ASCII characters, such as a UUID."));
    }
    let (parts, body) = request.into_parts();
    let body = read(Request::from_parts(parts.clone(), body), max_of(parts.uri.path())).await?;
    // Keyed by the token, which is stored nowhere: a body with a password must not leave a hash that can be guessed.
    let mut fingerprint = Sha256::new_with_prefix(caller.secret);
    for part in [parts.uri.path().as_bytes(), parts.uri.query().unwrap_or_default().as_bytes(), &body] {
        fingerprint.update((part.len() as u64).to_be_bytes());
        fingerprint.update(part);
    }
    let fingerprint = format!("{:x}", fingerprint.finalize());
    match service.begin_once(&caller.actor, &key, &fingerprint).await? {
        KnownRequest::New => {}
        KnownRequest::Answered { status, response } => return Ok(again(status, &response)),
        KnownRequest::Running => {
            let message = "A request with this key is being worked on; ask again.";
            return Err(ApiError::new(Code::Conflict, message).retry_after(1));
        }
        KnownRequest::Different => {
            let message = "This key was used for another request; a key stands for one request.";
            return Err(ApiError::field("Idempotency-Key", message));
        }
    }
    let request = Request::from_parts(parts, Body::from(body));
    // A task of its own: a client that goes away must not leave the work half done and the key taken.
    let done = tokio::spawn(async move {
        let response = next.run(request).await;
        let (response, answer) = keep(response).await;
        let answer = answer.as_ref().map(|(status, text)| (*status, text.as_str()));
        if let Err(error) = service.end_once(&caller.actor, &key, answer).await {
            tracing::error!(%error, "keeping the answer of a request with a key");
        }
        response
    });
    done.await.map_err(|error| {
        tracing::error!(%error, "a request with a key broke off");
        ApiError::new(Code::Internal, "Something went wrong on our side.")
    })
}

/// The response, and of a success its status and what to answer next time: Location and body.
async fn keep(response: Response) -> (Response, Option<(u16, String)>) {
    if !response.status().is_success() || response.extensions().get::<NotKept>().is_some() {
        return (response, None);
    }
    let (parts, body) = response.into_parts();
    let Ok(body) = axum::body::to_bytes(body, ANSWER_MAX).await else {
        return (ApiError::new(Code::Internal, "The answer is too long to be kept.").into_response(), None);
    };
    let location = parts.headers.get(header::LOCATION).and_then(|l| l.to_str().ok()).unwrap_or_default();
    let kept = serde_json::to_string(&(location, String::from_utf8_lossy(&body))).ok();
    let status = parts.status.as_u16();
    (Response::from_parts(parts, Body::from(body)), kept.map(|text| (status, text)))
}

fn again(status: u16, kept: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let (location, body): (String, String) = serde_json::from_str(kept).unwrap_or_default();
    let mut response = Response::new(Body::from(body.clone()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if !body.is_empty() {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    if let Ok(location) = HeaderValue::from_str(&location)
        && !location.is_empty()
    {
        headers.insert(header::LOCATION, location);
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
