//! Accounts (guide chapter 4).

use super::words::FeatureWord;
use super::{Created, created};
use crate::api::Api;
use crate::auth::Caller;
use crate::body::{Json, present};
use crate::error::ApiError;
use crate::page::{Asked, List, list_params};
use crate::params::{Id, Query};
use crate::time::Time;
use axum::extract::State;
use axum::http::StatusCode;
use model::AccountId;
use model::view::{AccountRow, Feature};
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
    /// Where notices of status and releases go; may be empty.
    #[schema(example = "it@acme.test")]
    pub email: String,
    /// Of its reports and digests; empty: the system's.
    #[schema(example = "Europe/Berlin")]
    pub time_zone: String,
    /// Id of its brand; null: the system's own look.
    pub brand: Option<i64>,
    /// What it is licensed for.
    #[schema(value_type = Vec<FeatureWord>)]
    pub features: Vec<Feature>,
    /// New accounts begin with the settings of the default account.
    pub default: bool,
    /// How many domains it has.
    pub domains: u64,
    /// How many mailboxes its domains have.
    pub mailboxes: u64,
    pub created: Time,
}

impl From<AccountRow> for Account {
    fn from(r: AccountRow) -> Self {
        Account {
            id: r.id.0,
            name: r.name,
            email: r.email,
            time_zone: r.time_zone,
            brand: r.brand,
            features: r.features,
            default: r.is_default,
            domains: r.domains,
            mailboxes: r.mailboxes,
            created: Time(r.created),
        }
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
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(get, change, delete))
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
    Ok(Json(match params.asked()? {
        Asked::After(q, after) => List::after(service.accounts_after(&caller.actor, &q, &after).await?, Account::from),
        Asked::Sorted(query) => List::page(service.accounts(&caller.actor, &query).await?, Account::from),
    }))
}

/// Adds an account
///
/// With the settings, features, brand and time zone of the default account, where there is one.
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

/// What is absent stays as it is. Features, brand and default are for tokens of the whole system.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountChange {
    /// Unlike the name of every other account.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_length = 1, max_length = 100, example = "acme")]
    pub name: Option<String>,
    /// Where notices of status and releases go; empty: nowhere.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, max_length = 254, example = "it@acme.test")]
    pub email: Option<String>,
    /// Of its reports and digests; empty: the system's.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, max_length = 64, example = "Europe/Berlin")]
    pub time_zone: Option<String>,
    /// All that it is licensed for, from now on.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, value_type = Option<Vec<FeatureWord>>)]
    pub features: Option<Vec<Feature>>,
    /// null: the system's own look.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<i64>)]
    pub brand: Option<Option<i64>>,
    /// true makes it the default account; another one is made the default by saying so there.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub default: Option<bool>,
}

/// Changes an account
#[utoipa::path(
    patch, path = "/accounts/{id}", operation_id = "change_account", tag = "accounts", params(("id" = i64, Path)),
    request_body = AccountChange,
    responses((status = 200, description = "The account as it is now", body = Account)),
    security(("token" = ["accounts:write"])),
)]
async fn change(
    State(service): State<Service>,
    caller: Caller,
    Id(id): Id,
    Json(change): Json<AccountChange>,
) -> Result<Json<Account>, ApiError> {
    let id = AccountId(id);
    if change.default == Some(false) {
        return Err(ApiError::field("default", "Make another account the default one instead."));
    }
    let change = service::AccountChange {
        name: change.name,
        email: change.email,
        time_zone: change.time_zone,
        features: change.features,
        brand: change.brand,
        make_default: change.default == Some(true),
    };
    service.change_account(&caller.actor, id, &change).await?;
    Ok(Json(service.account(&caller.actor, id).await?.into()))
}

/// Deletes an account
///
/// It must have no domains and no outbound addresses any more; its administrators and tokens go with it.
#[utoipa::path(
    delete, path = "/accounts/{id}", operation_id = "delete_account", tag = "accounts", params(("id" = i64, Path)),
    responses((status = 204, description = "The account is gone")),
    security(("token" = ["accounts:write"])),
)]
async fn delete(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<StatusCode, ApiError> {
    service.delete_account(&caller.actor, AccountId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
