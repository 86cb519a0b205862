//! API tokens: which there are, making them, and taking them back.

use crate::api::Api;
use crate::auth::Caller;
use crate::body::Json;
use crate::error::ApiError;
use crate::idempotency::NotKept;
use crate::page::{List, PageParams, after};
use crate::params::{Id, Query};
use crate::time::Time;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use model::AccountId;
use serde::{Deserialize, Serialize};
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
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(revoke))
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

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    #[schema(min_length = 1, max_length = 100, example = "provisioning")]
    pub name: String,
    /// No more than the token has that asks; absent or empty: everything.
    #[serde(default)]
    #[schema(example = json!(["mailboxes:write"]))]
    pub scopes: Vec<String>,
    /// The account that it is for; null or absent: the whole system.
    #[serde(default)]
    pub account: Option<i64>,
}

/// A new token, this one time with its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct MadeToken {
    /// What to send as `Authorization: Bearer …`. It is stored as a hash and never shown again.
    pub secret: String,
    pub token: Token,
}

/// Makes a token
///
/// The secret is shown once. So an answer to a request with `Idempotency-Key` is not kept: sent again, the request makes
/// another token.
#[utoipa::path(
    post, path = "/tokens", operation_id = "create_token", tag = "tokens", request_body = NewToken,
    responses((status = 201, description = "The new token", body = MadeToken)),
    security(("token" = ["tokens:write"])),
)]
async fn create(
    State(service): State<Service>,
    caller: Caller,
    Json(new): Json<NewToken>,
) -> Result<(StatusCode, Extension<NotKept>, Json<MadeToken>), ApiError> {
    let account = new.account.map(AccountId);
    let (token, secret) = service.make_token(&caller.actor, &new.name, &new.scopes, account).await?;
    Ok((StatusCode::CREATED, Extension(NotKept), Json(MadeToken { secret, token: token.into() })))
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
