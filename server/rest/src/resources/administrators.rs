//! Administrators (guide chapter 4).

use super::{Created, created};
use crate::api::Api;
use crate::auth::Caller;
use crate::body::{Json, present};
use crate::error::ApiError;
use crate::page::{List, SearchParams, after, search};
use crate::params::{Id, Query};
use crate::time::Time;
use axum::extract::{FromRequestParts, RawPathParams, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
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
    /// Absent: a mail with a link lets them choose one.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_length = 8, max_length = 100, example = "correct horse")]
    pub password: Option<String>,
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
    /// Whether they have a password; false until they follow the link of the activation mail.
    pub activated: bool,
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
            activated: a.password_hash.is_some(),
            created: Time(a.created),
        }
    }
}

pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(get, change, delete))
        .routes(routes!(resend))
        .routes(routes!(sessions, end_sessions))
        .routes(routes!(end_session))
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

/// Sends the activation mail again
///
/// To an administrator who has set no password yet; the links of earlier mails end.
#[utoipa::path(
    post, path = "/administrators/{id}/activation", operation_id = "resend_activation", tag = "administrators",
    params(("id" = i64, Path)),
    responses((status = 202, description = "The mail is on its way")),
    security(("token" = ["administrators:write"])),
)]
async fn resend(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<StatusCode, ApiError> {
    service.resend_activation(&caller.actor, AdministratorId(id)).await?;
    Ok(StatusCode::ACCEPTED)
}

/// A login of an administrator from one browser.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    /// Names it, and opens nothing.
    #[schema(example = "5e884898da28047151d0e56f")]
    pub id: String,
    pub since: Time,
    pub last_seen: Time,
    /// The address that it was begun from.
    #[schema(example = "192.0.2.7")]
    pub origin: String,
}

impl From<model::view::SessionRow> for Session {
    fn from(s: model::view::SessionRow) -> Self {
        Session { id: s.id, since: Time(s.since), last_seen: Time(s.last_seen), origin: s.origin }
    }
}

/// Lists an administrator's sessions
///
/// All on one page, the one that was used last first.
#[utoipa::path(
    get, path = "/administrators/{id}/sessions", operation_id = "list_sessions", tag = "administrators",
    params(("id" = i64, Path)),
    responses((status = 200, description = "The sessions", body = List<Session>)),
    security(("token" = ["administrators:write"])),
)]
async fn sessions(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<Json<List<Session>>, ApiError> {
    let rows = service.administrator_sessions(&caller.actor, AdministratorId(id)).await?;
    Ok(Json(List { items: rows.into_iter().map(Session::from).collect(), next: None }))
}

/// Logs an administrator out everywhere
#[utoipa::path(
    delete, path = "/administrators/{id}/sessions", operation_id = "end_sessions", tag = "administrators",
    params(("id" = i64, Path)),
    responses((status = 204, description = "No session is left")),
    security(("token" = ["administrators:write"])),
)]
async fn end_sessions(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<StatusCode, ApiError> {
    service.end_administrator_sessions(&caller.actor, AdministratorId(id), None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The `{session}` of the path.
struct SessionId(String);

impl<S: Send + Sync> FromRequestParts<S> for SessionId {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let none = || ApiError::not_found("session");
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| none())?;
        params.iter().find(|(name, _)| *name == "session").map(|(_, id)| SessionId(id.to_owned())).ok_or_else(none)
    }
}

/// Ends one session of an administrator
#[utoipa::path(
    delete, path = "/administrators/{id}/sessions/{session}", operation_id = "end_session", tag = "administrators",
    params(("id" = i64, Path), ("session" = String, Path, description = "`id` of the session")),
    responses((status = 204, description = "The session is over")),
    security(("token" = ["administrators:write"])),
)]
async fn end_session(
    State(service): State<Service>,
    caller: Caller,
    Id(id): Id,
    SessionId(session): SessionId,
) -> Result<StatusCode, ApiError> {
    service.end_administrator_sessions(&caller.actor, AdministratorId(id), Some(&session)).await?;
    Ok(StatusCode::NO_CONTENT)
}
