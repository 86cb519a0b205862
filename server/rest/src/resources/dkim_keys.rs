//! DKIM keys of domains (guide chapter 6 "DKIM Options").

use super::{Created, created};
use crate::api::Api;
use crate::auth::Caller;
use crate::body::Json;
use crate::error::ApiError;
use crate::params::{Id, Query};
use crate::time::Time;
use axum::extract::State;
use axum::http::StatusCode;
use model::{DkimAlgorithm, DkimPublished, DomainId};
use serde::{Deserialize, Serialize};
use service::Service;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

/// A key that signs a domain's outbound mail. The private half is never shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct DkimKey {
    pub id: i64,
    #[schema(example = "example.com")]
    pub domain: String,
    #[schema(example = "p20261124")]
    pub selector: String,
    pub algorithm: DkimAlgorithm,
    /// It signs, where the domain's setting `dkim.sign` is on.
    pub active: bool,
    /// Where the record belongs.
    #[schema(example = "p20261124._domainkey.example.com")]
    pub record_name: String,
    /// The text of the TXT record.
    #[schema(example = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")]
    pub record: String,
    /// The record as a line of a zone file.
    pub zone_line: String,
    pub created: Time,
    /// Since when it signs no longer; null where it signs, or never did.
    pub retired: Option<Time>,
}

impl From<model::DkimKey> for DkimKey {
    fn from(k: model::DkimKey) -> Self {
        DkimKey {
            id: k.id,
            domain: k.domain.to_string(),
            selector: k.selector.to_string(),
            algorithm: k.algorithm,
            active: k.active,
            record_name: k.record_name(),
            record: k.record(),
            zone_line: k.zone_line(),
            created: Time(k.created),
            retired: k.retired.map(Time),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DkimKeys {
    /// By selector.
    pub items: Vec<DkimKey>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OfDomain {
    /// The domain whose keys are shown.
    domain: i64,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDkimKey {
    pub domain: i64,
    pub algorithm: DkimAlgorithm,
    /// Absent: the one of the domain's setting `dkim.selector`, or, where that is taken, one of the day.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 63, example = "mail2026")]
    pub selector: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangedDkimKey {
    /// False retires a key that signs.
    pub active: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SwitchDkimKey {
    /// True: the key signs even where this server does not find its record.
    #[serde(default)]
    pub unchecked: bool,
}

/// What the DNS has in the place of the key's record.
#[derive(Debug, Serialize, ToSchema)]
pub struct DkimCheck {
    /// `published`, `missing`, `differs`, or `unknown` where the DNS did not answer.
    #[schema(example = "published")]
    pub result: &'static str,
    /// The other record, or why there was no answer; empty: nothing to say.
    pub detail: String,
}

pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(get, change, delete))
        .routes(routes!(check))
        .routes(routes!(switch))
}

/// Lists a domain's DKIM keys
#[utoipa::path(
    get, path = "/dkim-keys", operation_id = "list_dkim_keys", tag = "domains", params(OfDomain),
    responses((status = 200, description = "The domain's keys", body = DkimKeys)),
    security(("token" = ["domains:read"])),
)]
async fn list(
    State(service): State<Service>,
    caller: Caller,
    Query(of): Query<OfDomain>,
) -> Result<Json<DkimKeys>, ApiError> {
    let keys = service.dkim_keys(&caller.actor, DomainId(of.domain)).await?;
    Ok(Json(DkimKeys { items: keys.into_iter().map(DkimKey::from).collect() }))
}

/// Makes a DKIM key
///
/// It does not sign until it is made active, which should wait until its record is published.
#[utoipa::path(
    post, path = "/dkim-keys", operation_id = "add_dkim_key", tag = "domains", request_body = NewDkimKey,
    responses((status = 201, description = "The new key", body = DkimKey)),
    security(("token" = ["domains:write"])),
)]
async fn add(
    State(service): State<Service>,
    caller: Caller,
    Json(new): Json<NewDkimKey>,
) -> Result<Created<DkimKey>, ApiError> {
    let selector = new.selector.as_deref();
    let id = service.add_dkim_key(&caller.actor, DomainId(new.domain), new.algorithm, selector).await?;
    Ok(created("dkim-keys", id, service.dkim_key(&caller.actor, id).await?.into()))
}

/// Shows a DKIM key
#[utoipa::path(
    get, path = "/dkim-keys/{id}", operation_id = "get_dkim_key", tag = "domains", params(("id" = i64, Path)),
    responses((status = 200, description = "The key", body = DkimKey)),
    security(("token" = ["domains:read"])),
)]
async fn get(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<Json<DkimKey>, ApiError> {
    Ok(Json(service.dkim_key(&caller.actor, id).await?.into()))
}

/// Lets a DKIM key sign, or retires it
#[utoipa::path(
    patch, path = "/dkim-keys/{id}", operation_id = "change_dkim_key", tag = "domains", params(("id" = i64, Path)),
    request_body = ChangedDkimKey,
    responses((status = 200, description = "The key as it is now", body = DkimKey)),
    security(("token" = ["domains:write"])),
)]
async fn change(
    State(service): State<Service>,
    caller: Caller,
    Id(id): Id,
    Json(change): Json<ChangedDkimKey>,
) -> Result<Json<DkimKey>, ApiError> {
    service.set_dkim_key_active(&caller.actor, id, change.active).await?;
    Ok(Json(service.dkim_key(&caller.actor, id).await?.into()))
}

/// Lets a DKIM key sign in the place of the domain's other keys of its kind
///
/// Refused while the DNS does not have its record. The keys before it are retired in the same step.
#[utoipa::path(
    post, path = "/dkim-keys/{id}/switch", operation_id = "switch_dkim_key", tag = "domains",
    params(("id" = i64, Path)), request_body = SwitchDkimKey,
    responses((status = 200, description = "The key as it is now", body = DkimKey)),
    security(("token" = ["domains:write"])),
)]
async fn switch(
    State(service): State<Service>,
    caller: Caller,
    Id(id): Id,
    Json(how): Json<SwitchDkimKey>,
) -> Result<Json<DkimKey>, ApiError> {
    service.switch_dkim_key(&caller.actor, id, how.unchecked).await?;
    Ok(Json(service.dkim_key(&caller.actor, id).await?.into()))
}

/// Deletes a DKIM key that does not sign
#[utoipa::path(
    delete, path = "/dkim-keys/{id}", operation_id = "delete_dkim_key", tag = "domains", params(("id" = i64, Path)),
    responses((status = 204, description = "It is gone, and what it signed no longer verifies without its record")),
    security(("token" = ["domains:write"])),
)]
async fn delete(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<StatusCode, ApiError> {
    service.delete_dkim_key(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Checks whether a DKIM key's record is published
#[utoipa::path(
    get, path = "/dkim-keys/{id}/check", operation_id = "check_dkim_key", tag = "domains", params(("id" = i64, Path)),
    responses((status = 200, description = "What the DNS says now", body = DkimCheck)),
    security(("token" = ["domains:read"])),
)]
async fn check(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<Json<DkimCheck>, ApiError> {
    let (result, detail) = match service.check_dkim_key(&caller.actor, id).await? {
        DkimPublished::Yes => ("published", String::new()),
        DkimPublished::Missing => ("missing", String::new()),
        DkimPublished::Differs(found) => ("differs", found),
        DkimPublished::Unknown(why) => ("unknown", why),
    };
    Ok(Json(DkimCheck { result, detail }))
}
