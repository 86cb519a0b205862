//! The Personal Dashboard in plain pages: no script, one small style sheet in the page, under 14 kB each, so that a
//! page comes with the first packets of a slow line and works in any browser, a text browser too. The words and
//! their order are those of the pages below /my. Also the page that a digest's link opens.
//!
//! GET never changes anything; each POST carries the session's form token ([`visit::Change`] checks it).

mod act;
mod act_link;
mod clip;
mod fields;
mod link;
mod list;
mod login;
mod message;
mod page;
mod policies;
mod settings;
mod visit;

use crate::web::AppState;
use axum::Router;
use axum::response::Redirect;
use axum::routing::get;

async fn start() -> Redirect {
    Redirect::to("/light")
}

/// Routes below /light, and those of digests' links. Addresses that forms post to lead to the list when they are asked for.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/light", get(list::show))
        .route("/light/", get(start))
        .route("/light/login", get(start).post(login::login))
        .route("/light/logout", get(start).post(login::logout))
        .route("/light/act", get(start).post(act::act))
        .route("/light/message/{id}", get(message::show))
        .route("/light/message/{id}/headers", get(message::headers))
        .route("/light/settings", get(settings::show).post(settings::save))
        .route("/light/policies", get(policies::show).post(policies::save))
        .route("/light/senders", get(settings::senders).post(settings::save_senders))
        .route("/link/{token}", get(link::show).post(link::login))
        .route("/act/{token}", get(act_link::show).post(act_link::act))
        .route("/unsubscribe/{token}", get(act_link::show).post(act_link::act))
        .route("/report-spam", get(act_link::report_spam))
}
