//! Administrators (guide chapter 4).

use crate::api::Api;
use crate::auth::Caller;
use crate::body::Json;
use crate::error::ApiError;
use axum::extract::State;
use axum::http::StatusCode;
use model::AccountId;
use serde::{Deserialize, Serialize};
use service::{NewAdministrator as New, Service};
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

/// A new administrator, as it was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct AddedAdministrator {
    pub id: i64,
    #[schema(example = "admin@acme.test")]
    pub email: String,
    pub role: Role,
    /// Null for those of the whole system.
    pub account: Option<i64>,
}

pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(add))
}

/// Adds an administrator
#[utoipa::path(
    post, path = "/administrators", operation_id = "add_administrator", tag = "administrators",
    request_body = NewAdministrator,
    responses((status = 201, description = "The new administrator", body = AddedAdministrator)),
    security(("token" = ["administrators:write"])),
)]
async fn add(
    State(service): State<Service>,
    caller: Caller,
    Json(new): Json<NewAdministrator>,
) -> Result<(StatusCode, Json<AddedAdministrator>), ApiError> {
    let form =
        New { email: new.email, role: new.role.into(), account: new.account.map(AccountId), password: new.password };
    let id = service.add_administrator(&caller.actor, &form).await?;
    let made =
        AddedAdministrator { id: id.0, email: form.email.trim().to_owned(), role: new.role, account: new.account };
    Ok((StatusCode::CREATED, Json(made)))
}
