//! One file a resource: its types on the wire, and its operations.

mod accounts;
mod administrators;
mod audit;
mod brands;
mod bulk;
mod connection_tests;
mod content_filters;
mod definition;
mod dkim_keys;
mod domains;
mod filter_use;
mod groups;
mod mailboxes;
mod messages;
mod notifications;
mod outbound;
mod outbound_members;
mod quarantine;
mod queue;
mod relay_users;
mod reports;
mod senders;
mod settings;
mod status;
mod tokens;
mod verifiers;
mod words;

use crate::api::Api;
use crate::body::Json;
use crate::document;
use axum::http::{HeaderName, StatusCode, header};
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;

/// All operations and their description.
pub fn all() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(document::frame())
        .merge(accounts::routes())
        .merge(domains::routes())
        .merge(dkim_keys::routes())
        .merge(connection_tests::routes())
        .merge(status::routes())
        .merge(mailboxes::routes())
        .merge(groups::routes())
        .merge(brands::routes())
        .merge(outbound::routes())
        .merge(filter_use::routes())
        .merge(outbound_members::routes())
        .merge(relay_users::routes())
        .merge(verifiers::routes())
        .merge(content_filters::routes())
        .merge(notifications::routes())
        .merge(bulk::routes())
        .merge(administrators::routes())
        .merge(messages::routes())
        .merge(quarantine::routes())
        .merge(queue::routes())
        .merge(reports::routes())
        .merge(audit::routes())
        .merge(settings::routes())
        .merge(tokens::routes())
}

/// 201 with the place and the state of what was made.
type Created<T> = (StatusCode, [(HeaderName, String); 1], Json<T>);

fn created<T: Serialize>(resource: &str, id: i64, made: T) -> Created<T> {
    (StatusCode::CREATED, [(header::LOCATION, format!("/api/v1/{resource}/{id}"))], Json(made))
}
