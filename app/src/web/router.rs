//! Everything that HTTP serves, but for what the server adds itself (metrics, health, REST).

use super::{Assets, assets, files, forms, headers, language, login, look, passwords, session, shell};
use crate::App;
use axum::Router;
use axum::extract::FromRef;
use axum::handler::HandlerWithoutStateExt;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use leptos::prelude::*;
use leptos_axum::{LeptosRoutes, generate_route_list};
use service::Service;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::services::ServeDir;

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
    // Not by leptos_axum's own handler: it serves a file in the reactive context of whatever page is being rendered
    // on the same thread, and takes that page's headers away, the policy among them.
    let missing = leptos_axum::render_app_async_with_context(
        {
            let (state, context) = (state.clone(), context.clone());
            move || {
                provide_context(state.clone());
                context();
            }
        },
        {
            let options = options.clone();
            move || shell(options.clone())
        },
    );
    let files = ServeDir::new(options.site_root.as_ref())
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .call_fallback_on_method_not_allowed(true)
        .not_found_service(missing.into_service());
    // The module is compressed by the build or not at all: it takes seconds, too long for each request.
    let worth_it = DefaultPredicate::new().and(NotForContentType::const_new("application/wasm"));
    Router::new()
        .route("/", get(login::start))
        .route("/login", post(login::login))
        .route("/logout", post(login::logout))
        .route(super::PASSWORD, post(passwords::change))
        .route("/forgot", post(passwords::forgot))
        .route("/language", post(language::choose))
        .route("/texts/{file}", get(language::texts_file))
        .route("/activate/{token}", post(passwords::by_link))
        .route("/brand/{which}", get(look::picture))
        .route("/message/{id}/raw", get(files::raw))
        .route("/message/{id}/source", get(files::source))
        .route("/message/{id}/preview", get(files::preview))
        .route("/admin/lists/{file}", get(crate::lists::csv::download))
        .merge(crate::light::routes())
        .leptos_routes_with_context(&state, routes, context.clone(), {
            let options = options.clone();
            move || shell(options.clone())
        })
        .fallback_service(files)
        .layer(from_fn_with_state(state.clone(), forms::plain_forms))
        .layer(from_fn(session::guard))
        .layer(from_fn_with_state(state.clone(), language::find))
        .layer(from_fn_with_state(state.clone(), look::load))
        .layer(from_fn_with_state(state.clone(), session::load))
        .layer(RequestBodyLimitLayer::new(BODY_MAX))
        .layer(CompressionLayer::new().compress_when(worth_it))
        .layer(from_fn_with_state(assets.version.clone(), assets::of_version))
        .layer(from_fn_with_state(state.https(), headers::secure))
        .with_state(state)
}
