//! The router: authentication before everything but the document, and one form of refusal for what is no route.

use crate::auth::{self, Guard};
use crate::error::{ApiError, Code};
use crate::limit::Rate;
use crate::{document, idempotency, resources, xml};
use axum::Router;
use axum::extract::{FromRef, Request};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use service::Service;
use std::sync::Arc;

/// How the API is served.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// Requests a second that one token may make in the long run.
    pub per_second: f64,
    /// Requests that it may make at once.
    pub burst: u32,
}

impl Default for Options {
    fn default() -> Self {
        Options { per_second: 20.0, burst: 100 }
    }
}

/// What handlers work with.
#[derive(Clone)]
pub struct Api {
    pub service: Service,
    pub guard: Arc<Guard>,
}

impl FromRef<Api> for Service {
    fn from_ref(api: &Api) -> Service {
        api.service.clone()
    }
}

/// Everything below `/api/v1`, and `/api/xml`. Serve it with `into_make_service_with_connect_info::<SocketAddr>()`.
pub fn router(service: Service, options: Options) -> Router {
    let guard = Guard::new(Rate { per_second: options.per_second, burst: options.burst });
    let api = Api { service, guard: Arc::new(guard) };
    let provisioning = xml::routes(api.clone());
    let (routes, _) = resources::all().split_for_parts();
    let guarded = routes
        .fallback(|| async { ApiError::not_found("resource; /api/v1/openapi.json lists all of them") })
        .method_not_allowed_fallback(|| async {
            ApiError::new(Code::MethodNotAllowed, "This resource has no such method; Allow names those that it has.")
        })
        .layer(from_fn_with_state(api.clone(), idempotency::once))
        .layer(from_fn_with_state(api.clone(), auth::authenticate))
        .with_state(api);
    let text: Arc<str> = document::document().to_string().into();
    let document = move || async move { ([(header::CONTENT_TYPE, "application/json")], text.to_string()) };
    let open = Router::new().route("/openapi.json", get(document));
    Router::new().nest("/api/v1", open.merge(guarded)).merge(provisioning).layer(from_fn(safe_headers))
}

/// Answers are for the caller only, and no browser makes a page of them.
async fn safe_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await.into_response();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
