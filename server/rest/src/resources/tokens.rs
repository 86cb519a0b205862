//! API tokens: which there are, and taking them back. They are made on the command line, where they are printed once.

use crate::api::Api;
use crate::auth::Caller;
use crate::body::Json;
use crate::error::ApiError;
use crate::page::{List, PageParams, after};
use crate::params::{Id, Query};
use crate::time::Time;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use service::{ApiToken, Service};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// A token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct Token {
    pub id: i64,
    #[schema(example = "provisioning")]
    pub name: String,
    #[schema(example = json!(["mailboxes:write"]))]
    pub scopes: Vec<String>,
    /// Null: of the whole system.
    pub account: Option<i64>,
    pub created: Time,
    /// Since when it is no longer accepted; null: it is.
    pub revoked: Option<Time>,
}

impl From<ApiToken> for Token {
    fn from(t: ApiToken) -> Self {
        Token {
            id: t.id,
            name: t.name,
            scopes: t.scopes,
            account: t.account.map(|a| a.0),
            created: Time(t.created),
            revoked: t.revoked.map(Time),
        }
    }
}

pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(revoke))
}

/// Lists tokens, newest first
#[utoipa::path(
    get, path = "/tokens", operation_id = "list_tokens", tag = "tokens", params(PageParams),
    responses((status = 200, description = "A page of tokens", body = List<Token>)),
    security(("token" = ["tokens:read"])),
)]
async fn list(
    State(service): State<Service>,
    caller: Caller,
    Query(params): Query<PageParams>,
) -> Result<Json<List<Token>>, ApiError> {
    let after = after(params.limit, params.after.as_deref())?;
    Ok(Json(List::after(service.tokens_after(&caller.actor, &after).await?, Token::from)))
}

/// Revokes a token
#[utoipa::path(
    delete, path = "/tokens/{id}", operation_id = "revoke_token", tag = "tokens", params(("id" = i64, Path)),
    responses((status = 204, description = "It is no longer accepted")),
    security(("token" = ["tokens:write"])),
)]
async fn revoke(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<StatusCode, ApiError> {
    service.revoke_token(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
