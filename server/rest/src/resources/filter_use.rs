//! The content filters of a domain and of an outbound IP, in their order (guide chapter 10 "Adding a Content Filter to a
//! Domain or Outbound IP").

use crate::api::Api;
use crate::auth::Caller;
use crate::body::Json;
use crate::error::ApiError;
use crate::params::Id;
use axum::extract::State;
use model::{ActionSetting, DomainId, action};
use serde::{Deserialize, Serialize};
use service::{FilterPlace, Service};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// A content filter that is on.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsedFilter {
    /// Its id.
    pub filter: i64,
    pub name: String,
    #[serde(flatten)]
    pub action: FilterAction,
}

/// What is done with messages that it matches.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FilterAction {
    #[schema(value_type = String, example = "markup")]
    pub action: action::Action,
    /// With markup: put before the subject.
    #[schema(max_length = 20, example = "CONTENT:")]
    pub tag: String,
    /// Outbound: these get a blind copy.
    #[schema(max_items = 20)]
    pub bcc: Vec<String>,
    /// Outbound: Special Routing or Attach Encrypted wins over the compliance categories.
    pub override_compliance: bool,
}

/// A content filter to switch on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UseFilter {
    /// Id of a content filter of the account.
    pub filter: i64,
    /// Inbound `allow`, `markup`, `strip`, `quarantine` or `block`; outbound `special_routing` and `attach_encrypted`
    /// too. `allow` and `block` are done before all other filters but antivirus, friends and enemies.
    #[schema(value_type = String, example = "markup")]
    pub action: action::Action,
    /// With markup: put before the subject.
    #[serde(default = "content")]
    #[schema(max_length = 20, example = "CONTENT:")]
    pub tag: String,
    /// Outbound: these get a blind copy.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 20, example = json!(["legal@example.com"]))]
    pub bcc: Vec<model::EmailAddress>,
    /// Outbound: Special Routing or Attach Encrypted wins over the compliance categories.
    #[serde(default)]
    pub override_compliance: bool,
}

/// What the guide puts before the subject where nothing else is said.
fn content() -> String {
    "CONTENT:".to_owned()
}

impl From<UseFilter> for (i64, ActionSetting) {
    fn from(u: UseFilter) -> Self {
        let tag = if u.action == action::Action::Markup { u.tag } else { String::new() };
        let setting = ActionSetting { action: u.action, tag, bcc: u.bcc, override_compliance: u.override_compliance };
        (u.filter, setting)
    }
}

/// Those that are on, in the order in which they are looked at.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsedFilters {
    pub filters: Vec<UsedFilter>,
}

/// Those that are on from now on, in the order in which they are looked at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UseFilters {
    #[schema(max_items = 1000)]
    pub filters: Vec<UseFilter>,
}

async fn of(service: &Service, caller: &Caller, place: FilterPlace) -> Result<Json<UsedFilters>, ApiError> {
    let used = service.filters_of(&caller.actor, place).await?.into_iter().map(|u| UsedFilter {
        filter: u.filter,
        name: u.name,
        action: FilterAction {
            action: u.action.action,
            tag: u.action.tag,
            bcc: u.action.bcc.iter().map(ToString::to_string).collect(),
            override_compliance: u.action.override_compliance,
        },
    });
    Ok(Json(UsedFilters { filters: used.collect() }))
}

async fn put(
    service: &Service,
    caller: &Caller,
    place: FilterPlace,
    body: UseFilters,
) -> Result<Json<UsedFilters>, ApiError> {
    let filters: Vec<(i64, ActionSetting)> = body.filters.into_iter().map(Into::into).collect();
    service.set_filters(&caller.actor, place, &filters).await?;
    of(service, caller, place).await
}

pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(of_domain, set_of_domain)).routes(routes!(of_outbound, set_of_outbound))
}

/// Lists a domain's content filters
#[utoipa::path(
    get, path = "/domains/{id}/content-filters", operation_id = "get_domain_content_filters", tag = "domains",
    params(("id" = i64, Path)),
    responses((status = 200, description = "Those that are on, in their order", body = UsedFilters)),
    security(("token" = ["domains:read"])),
)]
async fn of_domain(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<Json<UsedFilters>, ApiError> {
    of(&service, &caller, FilterPlace::Domain(DomainId(id))).await
}

/// Sets a domain's content filters
#[utoipa::path(
    put, path = "/domains/{id}/content-filters", operation_id = "set_domain_content_filters", tag = "domains",
    params(("id" = i64, Path)), request_body = UseFilters,
    responses((status = 200, description = "Those that are on, in their order", body = UsedFilters)),
    security(("token" = ["domains:write"])),
)]
async fn set_of_domain(
    State(service): State<Service>,
    caller: Caller,
    Id(id): Id,
    Json(body): Json<UseFilters>,
) -> Result<Json<UsedFilters>, ApiError> {
    put(&service, &caller, FilterPlace::Domain(DomainId(id)), body).await
}

/// Lists an outbound address's content filters
#[utoipa::path(
    get, path = "/outbound-ips/{id}/content-filters", operation_id = "get_outbound_ip_content_filters",
    tag = "outbound-ips", params(("id" = i64, Path)),
    responses((status = 200, description = "Those that are on, in their order", body = UsedFilters)),
    security(("token" = ["outbound:read"])),
)]
async fn of_outbound(
    State(service): State<Service>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<UsedFilters>, ApiError> {
    of(&service, &caller, FilterPlace::OutboundIp(id)).await
}

/// Sets an outbound address's content filters
#[utoipa::path(
    put, path = "/outbound-ips/{id}/content-filters", operation_id = "set_outbound_ip_content_filters",
    tag = "outbound-ips", params(("id" = i64, Path)), request_body = UseFilters,
    responses((status = 200, description = "Those that are on, in their order", body = UsedFilters)),
    security(("token" = ["outbound:write"])),
)]
async fn set_of_outbound(
    State(service): State<Service>,
    caller: Caller,
    Id(id): Id,
    Json(body): Json<UseFilters>,
) -> Result<Json<UsedFilters>, ApiError> {
    put(&service, &caller, FilterPlace::OutboundIp(id), body).await
}
