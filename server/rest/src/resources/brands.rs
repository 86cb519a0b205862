//! Brands (guide chapters 2 and 14).

use super::{Created, created};
use crate::api::Api;
use crate::auth::Caller;
use crate::body::Json;
use crate::error::ApiError;
use crate::params::Id;
use crate::time::Time;
use axum::extract::State;
use axum::http::StatusCode;
use model::Settings;
use serde::{Deserialize, Serialize};
use service::Service;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// How the dashboards and mails of some accounts look; what it sets is at `settings/brand/{id}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Brand {
    pub id: i64,
    /// Stays what it is.
    #[schema(example = "house")]
    pub name: String,
    /// The host name under which its dashboards are reached.
    #[schema(example = "mail.house.test")]
    pub host: Option<String>,
    pub created: Time,
}

impl From<service::Brand<Settings>> for Brand {
    fn from(b: service::Brand<Settings>) -> Self {
        Brand { id: b.id, name: b.name, host: b.host, created: Time(b.created) }
    }
}

/// All of them, by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct Brands {
    pub items: Vec<Brand>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBrand {
    /// One word of letters, digits and hyphens, unlike the name of every other brand.
    #[schema(min_length = 1, max_length = 63, pattern = "^[A-Za-z0-9-]+$", example = "house")]
    pub name: String,
    /// The host name under which its dashboards are reached.
    #[serde(default)]
    #[schema(example = "mail.house.test")]
    pub host: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BrandEdit {
    /// null: none.
    #[schema(example = "mail.house.test")]
    pub host: Option<String>,
}

pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(get, change, delete))
}

/// Lists brands
#[utoipa::path(
    get, path = "/brands", operation_id = "list_brands", tag = "brands",
    responses((status = 200, description = "All brands", body = Brands)),
    security(("token" = ["brands:read"])),
)]
async fn list(State(service): State<Service>, caller: Caller) -> Result<Json<Brands>, ApiError> {
    let all = service.brands(&caller.actor).await?;
    Ok(Json(Brands { items: all.into_iter().map(Brand::from).collect() }))
}

/// Adds a brand
#[utoipa::path(
    post, path = "/brands", operation_id = "add_brand", tag = "brands", request_body = NewBrand,
    responses((status = 201, description = "The new brand", body = Brand)),
    security(("token" = ["brands:write"])),
)]
async fn add(
    State(service): State<Service>,
    caller: Caller,
    Json(new): Json<NewBrand>,
) -> Result<Created<Brand>, ApiError> {
    let id = service.add_brand(&caller.actor, &new.name, new.host.as_deref().unwrap_or_default()).await?;
    Ok(created("brands", id, service.brand(&caller.actor, id).await?.into()))
}

/// Shows a brand
#[utoipa::path(
    get, path = "/brands/{id}", operation_id = "get_brand", tag = "brands", params(("id" = i64, Path)),
    responses((status = 200, description = "The brand", body = Brand)),
    security(("token" = ["brands:read"])),
)]
async fn get(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<Json<Brand>, ApiError> {
    Ok(Json(service.brand(&caller.actor, id).await?.into()))
}

/// Changes a brand's host name
#[utoipa::path(
    patch, path = "/brands/{id}", operation_id = "change_brand", tag = "brands", params(("id" = i64, Path)),
    request_body = BrandEdit,
    responses((status = 200, description = "The brand as it is now", body = Brand)),
    security(("token" = ["brands:write"])),
)]
async fn change(
    State(service): State<Service>,
    caller: Caller,
    Id(id): Id,
    Json(edit): Json<BrandEdit>,
) -> Result<Json<Brand>, ApiError> {
    service.change_brand(&caller.actor, id, edit.host.as_deref().unwrap_or_default()).await?;
    Ok(Json(service.brand(&caller.actor, id).await?.into()))
}

/// Deletes a brand
///
/// Its accounts have none afterwards.
#[utoipa::path(
    delete, path = "/brands/{id}", operation_id = "delete_brand", tag = "brands", params(("id" = i64, Path)),
    responses((status = 204, description = "The brand is gone")),
    security(("token" = ["brands:write"])),
)]
async fn delete(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<StatusCode, ApiError> {
    service.delete_brand(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
