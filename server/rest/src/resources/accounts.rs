//! Accounts (guide chapter 4).

use super::{Created, created};
use crate::api::Api;
use crate::auth::Caller;
use crate::body::Json;
use crate::error::ApiError;
use crate::page::{List, list_params};
use crate::params::{Id, Query};
use crate::time::Time;
use axum::extract::State;
use model::AccountId;
use model::view::AccountRow;
use serde::{Deserialize, Serialize};
use service::Service;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// An organisation whose domains one set of administrators looks after.
#[derive(Debug, Serialize, ToSchema)]
pub struct Account {
    pub id: i64,
    #[schema(example = "acme")]
    pub name: String,
    /// How many domains it has.
    pub domains: u64,
    /// How many mailboxes its domains have.
    pub mailboxes: u64,
    pub created: Time,
}

impl From<AccountRow> for Account {
    fn from(r: AccountRow) -> Self {
        Account { id: r.id.0, name: r.name, domains: r.domains, mailboxes: r.mailboxes, created: Time(r.created) }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// Unlike the name of every other account.
    #[schema(min_length = 1, max_length = 100, example = "acme")]
    pub name: String,
}

list_params!(AccountList, AccountOrder: "name", "domains", "mailboxes", "created");

pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(get))
}

/// Lists accounts
///
/// Those that the token may see: all, or its own.
#[utoipa::path(
    get, path = "/accounts", operation_id = "list_accounts", tag = "accounts", params(AccountList),
    responses((status = 200, description = "A page of accounts", body = List<Account>)),
    security(("token" = ["accounts:read"])),
)]
async fn list(
    State(service): State<Service>,
    caller: Caller,
    Query(params): Query<AccountList>,
) -> Result<Json<List<Account>>, ApiError> {
    let page = service.accounts(&caller.actor, &params.query()?).await?;
    Ok(Json(List::of(page, Account::from)))
}

/// Adds an account
#[utoipa::path(
    post, path = "/accounts", operation_id = "add_account", tag = "accounts", request_body = NewAccount,
    responses((status = 201, description = "The new account", body = Account)),
    security(("token" = ["accounts:write"])),
)]
async fn add(
    State(service): State<Service>,
    caller: Caller,
    Json(new): Json<NewAccount>,
) -> Result<Created<Account>, ApiError> {
    let id = service.add_account(&caller.actor, &new.name).await?;
    Ok(created("accounts", id.0, service.account(&caller.actor, id).await?.into()))
}

/// Shows an account
#[utoipa::path(
    get, path = "/accounts/{id}", operation_id = "get_account", tag = "accounts", params(("id" = i64, Path)),
    responses((status = 200, description = "The account", body = Account)),
    security(("token" = ["accounts:read"])),
)]
async fn get(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<Json<Account>, ApiError> {
    Ok(Json(service.account(&caller.actor, AccountId(id)).await?.into()))
}
