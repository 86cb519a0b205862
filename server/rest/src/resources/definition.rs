//! What the resources of definitions have in common: verifiers, content filters and notifications.

use crate::auth::Caller;
use crate::error::ApiError;
use crate::page::{List, SearchParams, after, search};
use crate::time::Time;
use serde::{Deserialize, Serialize};
use service::{Defined, DefinitionView, Service};
use utoipa::ToSchema;

/// A definition with its name and whose it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Defining<D> {
    pub id: i64,
    /// Null: of the whole system, which only system administrators change.
    pub account: Option<i64>,
    #[schema(example = "head office")]
    pub name: String,
    /// Without its secrets.
    pub definition: D,
    /// Paths of the secrets that are set; they are never shown.
    #[schema(example = json!(["ldap.bind_password"]))]
    pub secrets: Vec<String>,
    pub created: Time,
}

impl<D> From<DefinitionView<D>> for Defining<D> {
    fn from(d: DefinitionView<D>) -> Self {
        Defining {
            id: d.id,
            account: d.account.map(|a| a.0),
            name: d.name,
            definition: d.body,
            secrets: d.secrets,
            created: Time(d.created),
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDefining<D> {
    /// The account that it will belong to; null or absent: the whole system.
    #[serde(default)]
    pub account: Option<i64>,
    /// One that no other of the account has.
    #[schema(min_length = 1, max_length = 100, example = "head office")]
    pub name: String,
    pub definition: D,
}

/// Absent fields stay as they are.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, bound = "D: serde::de::DeserializeOwned")]
pub struct DefiningChange<D> {
    #[serde(default, deserialize_with = "crate::body::present")]
    #[schema(nullable = false, min_length = 1, max_length = 100, example = "head office")]
    pub name: Option<String>,
    /// All of it from now on, but for the secrets that it does not name.
    #[serde(default, deserialize_with = "crate::body::present")]
    #[schema(nullable = false)]
    pub definition: Option<D>,
}

pub async fn listed<D: Defined>(
    service: &Service,
    caller: &Caller,
    params: SearchParams,
) -> Result<List<Defining<D>>, ApiError> {
    let q = search(params.q)?;
    let after = after(params.limit, params.after.as_deref())?;
    Ok(List::after(service.definitions_after(&caller.actor, &q, &after).await?, Defining::from))
}

/// The operations of a resource of definitions.
macro_rules! definitions {
    ($body:ty, $path:literal, $one:literal, $tag:literal, $read:literal, $write:literal,
     $list_id:literal, $add_id:literal, $get_id:literal, $change_id:literal, $delete_id:literal) => {
        use super::definition::{Defining, DefiningChange, NewDefining, listed};
        use super::{Created, created};
        use crate::api::Api;
        use crate::auth::Caller;
        use crate::body::Json;
        use crate::error::ApiError;
        use crate::page::{List, SearchParams};
        use crate::params::{Id, Query};
        use axum::extract::State;
        use axum::http::StatusCode;
        use model::AccountId;
        use service::{DefinitionChange, Service};
        use utoipa_axum::{router::OpenApiRouter, routes};

        pub fn routes() -> OpenApiRouter<Api> {
            OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(get, change, delete))
        }

        /// Lists them by name, those of the whole system too
        #[utoipa::path(
                            get, path = $path, operation_id = $list_id, tag = $tag, params(SearchParams),
                            responses((status = 200, description = "A page", body = List<Defining<$body>>)),
                            security(("token" = [$read])),
                        )]
        async fn list(
            State(service): State<Service>,
            caller: Caller,
            Query(params): Query<SearchParams>,
        ) -> Result<Json<List<Defining<$body>>>, ApiError> {
            Ok(Json(listed(&service, &caller, params).await?))
        }

        /// Adds one
        #[utoipa::path(
                            post, path = $path, operation_id = $add_id, tag = $tag, request_body = NewDefining<$body>,
                            responses((status = 201, description = "The new one", body = Defining<$body>)),
                            security(("token" = [$write])),
                        )]
        async fn add(
            State(service): State<Service>,
            caller: Caller,
            Json(new): Json<NewDefining<$body>>,
        ) -> Result<Created<Defining<$body>>, ApiError> {
            let account = new.account.map(AccountId);
            let id = service.add_definition::<$body>(&caller.actor, account, &new.name, new.definition).await?;
            Ok(created($tag, id, service.definition(&caller.actor, id).await?.into()))
        }

        /// Shows one, without its secrets
        #[utoipa::path(
                            get, path = $one, operation_id = $get_id, tag = $tag, params(("id" = i64, Path)),
                            responses((status = 200, description = "What it says", body = Defining<$body>)),
                            security(("token" = [$read])),
                        )]
        async fn get(
            State(service): State<Service>,
            caller: Caller,
            Id(id): Id,
        ) -> Result<Json<Defining<$body>>, ApiError> {
            Ok(Json(service.definition(&caller.actor, id).await?.into()))
        }

        /// Changes one
        #[utoipa::path(
                            patch, path = $one, operation_id = $change_id, tag = $tag, params(("id" = i64, Path)),
                            request_body = DefiningChange<$body>,
                            responses((status = 200, description = "As it is now", body = Defining<$body>)),
                            security(("token" = [$write])),
                        )]
        async fn change(
            State(service): State<Service>,
            caller: Caller,
            Id(id): Id,
            Json(change): Json<DefiningChange<$body>>,
        ) -> Result<Json<Defining<$body>>, ApiError> {
            let change = DefinitionChange { name: change.name, body: change.definition };
            service.change_definition::<$body>(&caller.actor, id, change).await?;
            Ok(Json(service.definition(&caller.actor, id).await?.into()))
        }

        /// Deletes one that is not in use
        #[utoipa::path(
                            delete, path = $one, operation_id = $delete_id, tag = $tag, params(("id" = i64, Path)),
                            responses((status = 204, description = "It is gone")),
                            security(("token" = [$write])),
                        )]
        async fn delete(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<StatusCode, ApiError> {
            service.delete_definition::<$body>(&caller.actor, id).await?;
            Ok(StatusCode::NO_CONTENT)
        }
    };
}
pub(super) use definitions;
