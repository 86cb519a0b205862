//! Networks whose hosts may send through the gateway (guide chapter 7).

use super::{Created, created};
use crate::api::Api;
use crate::auth::Caller;
use crate::body::Json;
use crate::error::ApiError;
use crate::page::{List, PageParams, after};
use crate::params::{Id, Query};
use axum::extract::State;
use axum::http::StatusCode;
use model::AccountId;
use serde::{Deserialize, Serialize};
use service::Service;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// A network whose hosts may send through the gateway.
#[derive(Debug, Serialize, ToSchema)]
pub struct OutboundIp {
    pub id: i64,
    /// The account that it belongs to.
    pub account: i64,
    /// An address or network.
    #[schema(example = "192.0.2.0/28")]
    pub range: String,
    #[schema(example = "office")]
    pub nickname: String,
}

impl From<service::OutboundIp> for OutboundIp {
    fn from(r: service::OutboundIp) -> Self {
        OutboundIp { id: r.id, account: r.account.0, range: r.range.to_string(), nickname: r.nickname }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOutboundIp {
    /// The account that it will belong to.
    pub account: i64,
    /// An address or network that no other entry has.
    #[schema(example = "192.0.2.0/28")]
    pub range: String,
    #[serde(default)]
    #[schema(max_length = 100, example = "office")]
    pub nickname: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutboundIpChange {
    #[schema(max_length = 100, example = "office")]
    pub nickname: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutboundIpMove {
    /// The account that it will belong to.
    pub account: i64,
}

pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(get, change, delete)).routes(routes!(move_to))
}

/// Lists outbound addresses
#[utoipa::path(
    get, path = "/outbound-ips", operation_id = "list_outbound_ips", tag = "outbound-ips", params(PageParams),
    responses((status = 200, description = "A page of outbound addresses", body = List<OutboundIp>)),
    security(("token" = ["outbound:read"])),
)]
async fn list(
    State(service): State<Service>,
    caller: Caller,
    Query(params): Query<PageParams>,
) -> Result<Json<List<OutboundIp>>, ApiError> {
    let after = after(params.limit, params.after.as_deref())?;
    Ok(Json(List::after(service.outbound_ips_after(&caller.actor, &after).await?, OutboundIp::from)))
}

/// Adds an outbound address or network
#[utoipa::path(
    post, path = "/outbound-ips", operation_id = "add_outbound_ip", tag = "outbound-ips",
    request_body = NewOutboundIp,
    responses((status = 201, description = "The new entry", body = OutboundIp)),
    security(("token" = ["outbound:write"])),
)]
async fn add(
    State(service): State<Service>,
    caller: Caller,
    Json(new): Json<NewOutboundIp>,
) -> Result<Created<OutboundIp>, ApiError> {
    let id = service.add_outbound_ip(&caller.actor, AccountId(new.account), &new.range, &new.nickname).await?;
    Ok(created("outbound-ips", id, service.outbound_ip(&caller.actor, id).await?.into()))
}

/// Shows an outbound address
#[utoipa::path(
    get, path = "/outbound-ips/{id}", operation_id = "get_outbound_ip", tag = "outbound-ips",
    params(("id" = i64, Path)),
    responses((status = 200, description = "The entry", body = OutboundIp)),
    security(("token" = ["outbound:read"])),
)]
async fn get(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<Json<OutboundIp>, ApiError> {
    Ok(Json(service.outbound_ip(&caller.actor, id).await?.into()))
}

/// Names an outbound address
#[utoipa::path(
    patch, path = "/outbound-ips/{id}", operation_id = "change_outbound_ip", tag = "outbound-ips",
    params(("id" = i64, Path)), request_body = OutboundIpChange,
    responses((status = 200, description = "The entry as it is now", body = OutboundIp)),
    security(("token" = ["outbound:write"])),
)]
async fn change(
    State(service): State<Service>,
    caller: Caller,
    Id(id): Id,
    Json(change): Json<OutboundIpChange>,
) -> Result<Json<OutboundIp>, ApiError> {
    service.name_outbound_ip(&caller.actor, id, &change.nickname).await?;
    Ok(Json(service.outbound_ip(&caller.actor, id).await?.into()))
}

/// Deletes an outbound address
#[utoipa::path(
    delete, path = "/outbound-ips/{id}", operation_id = "delete_outbound_ip", tag = "outbound-ips",
    params(("id" = i64, Path)), responses((status = 204, description = "Its hosts may send no longer")),
    security(("token" = ["outbound:write"])),
)]
async fn delete(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<StatusCode, ApiError> {
    service.delete_outbound_ip(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Moves an outbound address to another account
///
/// Not while it uses content filters or verifiers of its account. Domains of that account are its members no longer.
#[utoipa::path(
    post, path = "/outbound-ips/{id}/move", operation_id = "move_outbound_ip", tag = "outbound-ips",
    params(("id" = i64, Path)), request_body = OutboundIpMove,
    responses((status = 200, description = "The entry as it is now", body = OutboundIp)),
    security(("token" = ["outbound:write"])),
)]
async fn move_to(
    State(service): State<Service>,
    caller: Caller,
    Id(id): Id,
    Json(to): Json<OutboundIpMove>,
) -> Result<Json<OutboundIp>, ApiError> {
    service.move_outbound_ip(&caller.actor, id, AccountId(to.account)).await?;
    Ok(Json(service.outbound_ip(&caller.actor, id).await?.into()))
}
