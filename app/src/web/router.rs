//! Everything that HTTP serves, but for what the server adds itself (metrics, health, REST).

use super::{Assets, files, forms, headers, login, session, shell};
use crate::App;
use axum::Router;
use axum::extract::FromRef;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use leptos::prelude::*;
use leptos_axum::{LeptosRoutes, generate_route_list};
use service::Service;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;

/// Largest request body: a form with long lists of senders.
const BODY_MAX: usize = 2 * 1024 * 1024;

/// What handlers and server functions work with.
#[derive(Clone)]
pub struct AppState {
    pub service: Service,
    pub leptos_options: LeptosOptions,
    /// The URL under which people reach this server, from the configuration; links and cookies follow it.
    pub url: String,
}

impl AppState {
    /// Whether people come by https, so that cookies are Secure and HSTS is sent.
    pub fn https(&self) -> bool {
        self.url.starts_with("https://")
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos_options.clone()
    }
}

/// All pages. Serve it with `into_make_service_with_connect_info::<SocketAddr>()`, so that the audit trail
/// knows where requests come from.
pub fn router(state: AppState) -> Router {
    let assets = Assets::find(&state.leptos_options);
    let routes = generate_route_list(App);
    let context = {
        let assets = assets.clone();
        move || {
            provide_context(assets.clone());
            headers::page_policy();
        }
    };
    let options = state.leptos_options.clone();
    Router::new()
        .route("/", get(login::start))
        .route("/login", post(login::login))
        .route("/logout", post(login::logout))
        .route("/message/{id}/raw", get(files::raw))
        .route("/message/{id}/preview", get(files::preview))
        .merge(crate::light::routes())
        .leptos_routes_with_context(&state, routes, context.clone(), {
            let options = options.clone();
            move || shell(options.clone())
        })
        .fallback(leptos_axum::file_and_error_handler_with_context::<AppState, _>(context, shell))
        .layer(from_fn_with_state(state.clone(), forms::plain_forms))
        .layer(from_fn(session::guard))
        .layer(from_fn_with_state(state.clone(), session::load))
        .layer(RequestBodyLimitLayer::new(BODY_MAX))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state((state.https(), assets.hashed), headers::secure))
        .with_state(state)
}
