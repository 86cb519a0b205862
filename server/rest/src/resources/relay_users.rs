//! Users of the Outbound Authenticated Relay (guide chapter 7).

use super::{Created, created};
use crate::api::Api;
use crate::auth::Caller;
use crate::body::{Json, present};
use crate::error::ApiError;
use crate::page::{List, SearchParams, after, search};
use crate::params::{Id, Query};
use crate::time::Time;
use axum::extract::State;
use axum::http::StatusCode;
use model::AccountId;
use serde::{Deserialize, Serialize};
use service::{RelayUserChange, Service};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// A sender who logs in from wherever they are.
#[derive(Debug, Serialize, ToSchema)]
pub struct RelayUser {
    pub id: i64,
    pub account: i64,
    /// What they log in with.
    #[schema(example = "printer@example.com")]
    pub name: String,
    pub active: bool,
    pub created: Time,
}

impl From<service::RelayUser> for RelayUser {
    fn from(u: service::RelayUser) -> Self {
        RelayUser { id: u.id, account: u.account.0, name: u.name, active: u.active, created: Time(u.created) }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRelayUser {
    /// The account that they will belong to.
    pub account: i64,
    /// One that no other relay user of the system has.
    #[schema(min_length = 1, max_length = 100, example = "printer@example.com")]
    pub name: String,
    /// Stored as a hash.
    #[schema(min_length = 8, max_length = 100, example = "correct horse")]
    pub password: String,
}

/// Absent fields stay as they are.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangedRelayUser {
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_length = 8, max_length = 100)]
    pub password: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub active: Option<bool>,
}

pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(get, change, delete))
}

/// Lists relay users
#[utoipa::path(
    get, path = "/relay-users", operation_id = "list_relay_users", tag = "relay-users", params(SearchParams),
    responses((status = 200, description = "A page of relay users", body = List<RelayUser>)),
    security(("token" = ["relay-users:read"])),
)]
async fn list(
    State(service): State<Service>,
    caller: Caller,
    Query(params): Query<SearchParams>,
) -> Result<Json<List<RelayUser>>, ApiError> {
    let q = search(params.q)?;
    let after = after(params.limit, params.after.as_deref())?;
    Ok(Json(List::after(service.relay_users_after(&caller.actor, &q, &after).await?, RelayUser::from)))
}

/// Adds a relay user
#[utoipa::path(
    post, path = "/relay-users", operation_id = "add_relay_user", tag = "relay-users", request_body = NewRelayUser,
    responses((status = 201, description = "The new relay user", body = RelayUser)),
    security(("token" = ["relay-users:write"])),
)]
async fn add(
    State(service): State<Service>,
    caller: Caller,
    Json(new): Json<NewRelayUser>,
) -> Result<Created<RelayUser>, ApiError> {
    let id = service.add_relay_user(&caller.actor, AccountId(new.account), &new.name, &new.password).await?;
    Ok(created("relay-users", id, service.relay_user(&caller.actor, id).await?.into()))
}

/// Shows a relay user
#[utoipa::path(
    get, path = "/relay-users/{id}", operation_id = "get_relay_user", tag = "relay-users",
    params(("id" = i64, Path)),
    responses((status = 200, description = "The relay user", body = RelayUser)),
    security(("token" = ["relay-users:read"])),
)]
async fn get(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<Json<RelayUser>, ApiError> {
    Ok(Json(service.relay_user(&caller.actor, id).await?.into()))
}

/// Changes a relay user
#[utoipa::path(
    patch, path = "/relay-users/{id}", operation_id = "change_relay_user", tag = "relay-users",
    params(("id" = i64, Path)), request_body = ChangedRelayUser,
    responses((status = 200, description = "The relay user as it is now", body = RelayUser)),
    security(("token" = ["relay-users:write"])),
)]
async fn change(
    State(service): State<Service>,
    caller: Caller,
    Id(id): Id,
    Json(change): Json<ChangedRelayUser>,
) -> Result<Json<RelayUser>, ApiError> {
    let change = RelayUserChange { password: change.password, active: change.active };
    service.change_relay_user(&caller.actor, id, &change).await?;
    Ok(Json(service.relay_user(&caller.actor, id).await?.into()))
}

/// Deletes a relay user
#[utoipa::path(
    delete, path = "/relay-users/{id}", operation_id = "delete_relay_user", tag = "relay-users",
    params(("id" = i64, Path)), responses((status = 204, description = "They may send no longer")),
    security(("token" = ["relay-users:write"])),
)]
async fn delete(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<StatusCode, ApiError> {
    service.delete_relay_user(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
