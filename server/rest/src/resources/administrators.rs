//! Administrators (guide chapter 4).

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
use model::{AccountId, AdministratorId};
use serde::{Deserialize, Serialize};
use service::{AdministratorChange, NewAdministrator as New, Service};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Full rights to the system.
    System,
    /// Full rights to all domains of one account.
    Account,
    /// Domain settings and mailboxes of one account.
    Operator,
    /// Looks at mailboxes and reports of one account, changes nothing.
    Dashboard,
}

impl From<Role> for model::Role {
    fn from(r: Role) -> Self {
        match r {
            Role::System => Self::System,
            Role::Account => Self::Account,
            Role::Operator => Self::Operator,
            Role::Dashboard => Self::Dashboard,
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAdministrator {
    #[schema(format = "email", max_length = 254, example = "admin@acme.test")]
    pub email: String,
    pub role: Role,
    /// For every role but `system`.
    #[serde(default)]
    pub account: Option<i64>,
    #[schema(min_length = 8, max_length = 100, example = "correct horse")]
    pub password: String,
}

/// A person who looks after the system or an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct Administrator {
    pub id: i64,
    #[schema(example = "admin@acme.test")]
    pub email: String,
    pub role: Role,
    /// Null for those of the whole system.
    pub account: Option<i64>,
    /// Whether they may log in.
    pub active: bool,
    pub created: Time,
}

impl From<service::Administrator> for Administrator {
    fn from(a: service::Administrator) -> Self {
        let role = match a.role {
            model::Role::System => Role::System,
            model::Role::Account => Role::Account,
            model::Role::Operator => Role::Operator,
            // Owners are no administrators; a row that says so may do the least.
            model::Role::Dashboard | model::Role::Owner => Role::Dashboard,
        };
        Administrator {
            id: a.id.0,
            email: a.email.to_string(),
            role,
            account: a.account.map(|x| x.0),
            active: a.active,
            created: Time(a.created),
        }
    }
}

pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(get, change, delete))
}

/// Adds an administrator
#[utoipa::path(
    post, path = "/administrators", operation_id = "add_administrator", tag = "administrators",
    request_body = NewAdministrator,
    responses((status = 201, description = "The new administrator", body = Administrator)),
    security(("token" = ["administrators:write"])),
)]
async fn add(
    State(service): State<Service>,
    caller: Caller,
    Json(new): Json<NewAdministrator>,
) -> Result<Created<Administrator>, ApiError> {
    let form =
        New { email: new.email, role: new.role.into(), account: new.account.map(AccountId), password: new.password };
    let id = service.add_administrator(&caller.actor, &form).await?;
    Ok(created("administrators", id.0, service.administrator(&caller.actor, id).await?.into()))
}

/// What is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdministratorEdit {
    /// Between the roles of an account.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub role: Option<Role>,
    /// Whether they may log in.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub active: Option<bool>,
    /// Ends their sessions.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_length = 8, max_length = 100, example = "correct horse")]
    pub password: Option<String>,
    /// Whether the next login must choose another password.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub must_change_password: Option<bool>,
}

/// Lists administrators
#[utoipa::path(
    get, path = "/administrators", operation_id = "list_administrators", tag = "administrators",
    params(SearchParams),
    responses((status = 200, description = "A page of administrators", body = List<Administrator>)),
    security(("token" = ["administrators:read"])),
)]
async fn list(
    State(service): State<Service>,
    caller: Caller,
    Query(params): Query<SearchParams>,
) -> Result<Json<List<Administrator>>, ApiError> {
    let (q, after) = (search(params.q)?, after(params.limit, params.after.as_deref())?);
    Ok(Json(List::after(service.administrators_after(&caller.actor, &q, &after).await?, Administrator::from)))
}

/// Shows an administrator
#[utoipa::path(
    get, path = "/administrators/{id}", operation_id = "get_administrator", tag = "administrators",
    params(("id" = i64, Path)),
    responses((status = 200, description = "The administrator", body = Administrator)),
    security(("token" = ["administrators:read"])),
)]
async fn get(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<Json<Administrator>, ApiError> {
    Ok(Json(service.administrator(&caller.actor, AdministratorId(id)).await?.into()))
}

/// Changes an administrator
#[utoipa::path(
    patch, path = "/administrators/{id}", operation_id = "change_administrator", tag = "administrators",
    params(("id" = i64, Path)), request_body = AdministratorEdit,
    responses((status = 200, description = "The administrator as they are now", body = Administrator)),
    security(("token" = ["administrators:write"])),
)]
async fn change(
    State(service): State<Service>,
    caller: Caller,
    Id(id): Id,
    Json(edit): Json<AdministratorEdit>,
) -> Result<Json<Administrator>, ApiError> {
    let id = AdministratorId(id);
    let change = AdministratorChange {
        role: edit.role.map(Into::into),
        active: edit.active,
        password: edit.password,
        must_change: edit.must_change_password,
    };
    service.change_administrator(&caller.actor, id, &change).await?;
    Ok(Json(service.administrator(&caller.actor, id).await?.into()))
}

/// Deletes an administrator
///
/// The last system administrator stays.
#[utoipa::path(
    delete, path = "/administrators/{id}", operation_id = "delete_administrator", tag = "administrators",
    params(("id" = i64, Path)),
    responses((status = 204, description = "The administrator is gone and logged out")),
    security(("token" = ["administrators:write"])),
)]
async fn delete(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<StatusCode, ApiError> {
    service.delete_administrator(&caller.actor, AdministratorId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
