//! Headers that keep pages safe.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use leptos::nonce::use_nonce;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

const OTHER_POLICY: &str = "default-src 'none'; img-src 'self' data:; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/// The policy of the page that is being rendered: only scripts that carry its nonce, and what they load.
pub fn page_policy() {
    let (Some(response), Some(nonce)) = (use_context::<ResponseOptions>(), use_nonce()) else { return };
    let policy = format!(
        "default-src 'self'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; \
         img-src 'self' data:; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
    );
    if let Ok(value) = HeaderValue::from_str(&policy) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, value);
    }
}

/// Middleware: what every response carries unless it says otherwise itself. State: whether people come by https.
pub async fn secure(State(https): State<bool>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let cache = if path.starts_with("/pkg/") {
        // Their path changes with their contents; while somebody works on them they change under a running server.
        if cfg!(debug_assertions) { "no-cache" } else { "public, max-age=31536000, immutable" }
    } else if path == "/favicon.svg" {
        "public, max-age=86400"
    } else {
        "no-store"
    };
    let mut response = next.run(request).await;
    let cache = if response.status().is_success() || response.status() == 304 { cache } else { "no-store" };
    let mut default = |name: HeaderName, value: &'static str| {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    };
    default(header::CACHE_CONTROL, cache);
    default(header::CONTENT_SECURITY_POLICY, OTHER_POLICY);
    default(header::X_FRAME_OPTIONS, "DENY");
    default(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(header::REFERRER_POLICY, "same-origin");
    default(
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    );
    default(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    if https {
        default(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}
