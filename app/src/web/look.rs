//! The brand of a request: found once by the host name that it asks for, and its pictures.

use super::{AppState, CurrentSession};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::{Extension, http};
use model::view::look::Look;
use service::Picture;

tokio::task_local! {
    /// Of the request whose answer is being made; light pages have no other way to it where nobody is logged in.
    static HERE: Look;
}

/// How pages look to a request, in its extensions.
#[derive(Clone)]
pub struct PageLook(pub Look);

/// Of the request that is being answered.
pub fn current() -> Look {
    HERE.try_with(Clone::clone).unwrap_or_default()
}

/// The name by which the server was reached: the Host header, or what HTTP/2 has in its place.
fn host<'a>(headers: &'a HeaderMap, uri: &'a http::Uri) -> &'a str {
    let header = headers.get(header::HOST).and_then(|h| h.to_str().ok());
    header.or_else(|| uri.host()).unwrap_or_default()
}

/// Middleware: finds the look of every request that may be answered with a page. A store that does not answer counts as
/// no brand, and is logged.
pub async fn load(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let no_page = ["/pkg/", "/brand/", "/fn/", "/favicon"].iter().any(|p| path.starts_with(p));
    if no_page {
        return next.run(request).await;
    }
    let session = request.extensions().get::<CurrentSession>().and_then(|s| s.0.clone());
    let actor = session.as_ref().map(|s| &s.actor);
    let look = state.service.look(host(request.headers(), request.uri()), actor).await;
    let look = look.inspect_err(|error| tracing::error!(%error, "looking up a brand")).unwrap_or_default();
    request.extensions_mut().insert(PageLook(look.clone()));
    HERE.scope(look, next.run(request)).await
}

/// `GET /brand/{which}`: a picture of the look.
pub async fn picture(
    State(state): State<AppState>,
    Path(which): Path<String>,
    session: Option<Extension<CurrentSession>>,
    request: Request,
) -> Response {
    let Some(which) = Picture::of(&which) else { return StatusCode::NOT_FOUND.into_response() };
    let session = session.and_then(|s| s.0.0);
    let actor = session.as_ref().map(|s| &s.actor);
    match state.service.picture(host(request.headers(), request.uri()), actor, which).await {
        Ok(Some((kind, bytes))) => {
            // The query names what it is; whoever is logged in may see another.
            let keep = HeaderValue::from_static("private, max-age=86400");
            ([(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CACHE_CONTROL, keep)], bytes)
                .into_response()
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, "reading a picture of a brand");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
