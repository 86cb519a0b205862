//! Domains, their gateways and lists of senders (guide chapter 6).

use super::senders::{Senders, read};
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
use model::view::{DomainForm, DomainRow, DomainView};
use model::{AccountId, DomainId, HostPort};
use serde::{Deserialize, Serialize};
use service::Service;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// A domain whose mail is filtered.
#[derive(Debug, Serialize, ToSchema)]
pub struct Domain {
    pub id: i64,
    #[schema(example = "acme.test")]
    pub name: String,
    /// The account that it belongs to.
    pub account: i64,
    /// Mail servers in the order in which they are tried.
    #[schema(example = json!(["mx.acme.test:25"]))]
    pub gateways: Vec<String>,
    /// How many mailboxes it has.
    pub mailboxes: u64,
    pub created: Time,
}

impl From<DomainRow> for Domain {
    fn from(r: DomainRow) -> Self {
        Domain {
            id: r.id.0,
            name: r.name,
            account: r.account.0,
            gateways: r.gateways.iter().map(ToString::to_string).collect(),
            mailboxes: r.mailboxes,
            created: Time(r.created),
        }
    }
}

/// What happens to mail for recipients that are not known.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unrecognized {
    /// It is accepted and delivered like other mail.
    Accept,
    /// It is refused while the sender is still connected.
    #[default]
    Reject,
    /// It is accepted and dropped.
    Discard,
    /// It goes to the address of the setting `recipients.forward_to`.
    Forward,
}

impl From<Unrecognized> for model::view::Unrecognized {
    fn from(u: Unrecognized) -> Self {
        match u {
            Unrecognized::Accept => Self::Accept,
            Unrecognized::Reject => Self::Reject,
            Unrecognized::Discard => Self::Discard,
            Unrecognized::Forward => Self::Forward,
        }
    }
}
impl From<model::view::Unrecognized> for Unrecognized {
    fn from(u: model::view::Unrecognized) -> Self {
        match u {
            model::view::Unrecognized::Accept => Self::Accept,
            model::view::Unrecognized::Reject => Self::Reject,
            model::view::Unrecognized::Discard => Self::Discard,
            model::view::Unrecognized::Forward => Self::Forward,
        }
    }
}

/// A domain with what is set on it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DomainDetail {
    #[serde(flatten)]
    pub domain: Domain,
    pub unrecognized: Unrecognized,
}

impl From<DomainView> for DomainDetail {
    fn from(v: DomainView) -> Self {
        DomainDetail { domain: v.row.into(), unrecognized: v.unrecognized.into() }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDomain {
    /// The account that it will belong to.
    pub account: i64,
    #[schema(min_length = 1, max_length = 253, example = "acme.test")]
    pub name: String,
    /// Mail servers in the order in which they are tried: host, host:port, IP or IP:port; port 25 where none is given.
    /// Needed unless `gateways_from` says where they are taken from.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_items = 1, max_items = 20, example = json!(["mx1.acme.test", "192.0.2.25:2525"]))]
    pub gateways: Option<Vec<String>>,
    /// Instead of `gateways`: `dns` for the domain's MX records as they are now, or the id of another domain of the
    /// account, whose gateways are copied.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub gateways_from: Option<GatewaysFrom>,
    #[serde(default)]
    #[schema(default = "reject")]
    pub unrecognized: Unrecognized,
}

/// Where the gateways of a new domain come from.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum GatewaysFrom {
    Dns(DnsWord),
    Domain(i64),
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DnsWord {
    Dns,
}

impl From<GatewaysFrom> for service::GatewaySource {
    fn from(from: GatewaysFrom) -> Self {
        match from {
            GatewaysFrom::Dns(DnsWord::Dns) => Self::Dns,
            GatewaysFrom::Domain(id) => Self::Domain(DomainId(id)),
        }
    }
}

/// What is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DomainChange {
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_items = 1, max_items = 20, example = json!(["mx1.acme.test"]))]
    pub gateways: Option<Vec<String>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub unrecognized: Option<Unrecognized>,
}

list_params!(DomainList, DomainOrder: "name", "account", "mailboxes", "created");

pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(get, change, delete))
        .routes(routes!(move_to))
        .routes(routes!(senders, set_senders))
}

/// Each text of a list as a T; the error names its place.
/// The service reads gateways as a form has them, one a line.
fn lines(gateways: &[String]) -> Result<String, ApiError> {
    Ok(joined(&read::<HostPort>("gateways", gateways)?))
}

fn joined(gateways: &[HostPort]) -> String {
    gateways.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Lists domains
#[utoipa::path(
    get, path = "/domains", operation_id = "list_domains", tag = "domains", params(DomainList),
    responses((status = 200, description = "A page of domains", body = List<Domain>)),
    security(("token" = ["domains:read"])),
)]
async fn list(
    State(service): State<Service>,
    caller: Caller,
    Query(params): Query<DomainList>,
) -> Result<Json<List<Domain>>, ApiError> {
    Ok(Json(match params.asked()? {
        Asked::After(q, after) => List::after(service.domains_after(&caller.actor, &q, &after).await?, Domain::from),
        Asked::Sorted(query) => List::page(service.domains(&caller.actor, &query).await?, Domain::from),
    }))
}

/// Adds a domain
///
/// Point its MX records here when its mailboxes are there.
#[utoipa::path(
    post, path = "/domains", operation_id = "add_domain", tag = "domains", request_body = NewDomain,
    responses((status = 201, description = "The new domain", body = DomainDetail)),
    security(("token" = ["domains:write"])),
)]
async fn add(
    State(service): State<Service>,
    caller: Caller,
    Json(new): Json<NewDomain>,
) -> Result<Created<DomainDetail>, ApiError> {
    let gateways = match (&new.gateways, new.gateways_from) {
        (Some(gateways), None) => lines(gateways)?,
        (None, Some(from)) => joined(&service.gateways_from(&caller.actor, &new.name, from.into()).await?),
        (None, None) => return Err(ApiError::field("gateways", "Either gateways or gateways_from is needed.")),
        (Some(_), Some(_)) => {
            return Err(ApiError::field("gateways_from", "Either gateways or gateways_from, not both."));
        }
    };
    let form =
        DomainForm { account: AccountId(new.account), name: new.name, gateways, unrecognized: new.unrecognized.into() };
    let id = service.add_domain(&caller.actor, &form).await?;
    Ok(created("domains", id.0, service.domain(&caller.actor, id).await?.into()))
}

/// Shows a domain
#[utoipa::path(
    get, path = "/domains/{id}", operation_id = "get_domain", tag = "domains", params(("id" = i64, Path)),
    responses((status = 200, description = "The domain", body = DomainDetail)),
    security(("token" = ["domains:read"])),
)]
async fn get(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<Json<DomainDetail>, ApiError> {
    Ok(Json(service.domain(&caller.actor, DomainId(id)).await?.into()))
}

/// Changes a domain
#[utoipa::path(
    patch, path = "/domains/{id}", operation_id = "change_domain", tag = "domains", params(("id" = i64, Path)),
    request_body = DomainChange,
    responses((status = 200, description = "The domain as it is now", body = DomainDetail)),
    security(("token" = ["domains:write"])),
)]
async fn change(
    State(service): State<Service>,
    caller: Caller,
    Id(id): Id,
    Json(change): Json<DomainChange>,
) -> Result<Json<DomainDetail>, ApiError> {
    let id = DomainId(id);
    let change = service::DomainChange {
        gateways: change.gateways.as_deref().map(lines).transpose()?,
        unrecognized: change.unrecognized.map(Into::into),
    };
    service.change_domain(&caller.actor, id, &change).await?;
    Ok(Json(service.domain(&caller.actor, id).await?.into()))
}

/// Shows a domain's friends and enemies
#[utoipa::path(
    get, path = "/domains/{id}/senders", operation_id = "get_domain_senders", tag = "domains",
    params(("id" = i64, Path)),
    responses((status = 200, description = "Both lists", body = Senders)),
    security(("token" = ["domains:read"])),
)]
async fn senders(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<Json<Senders>, ApiError> {
    let view = service.domain(&caller.actor, DomainId(id)).await?;
    Ok(Json(Senders::of(&view.friends, &view.enemies)))
}

/// Replaces a domain's friends and enemies
#[utoipa::path(
    put, path = "/domains/{id}/senders", operation_id = "set_domain_senders", tag = "domains",
    params(("id" = i64, Path)), request_body = Senders,
    responses((status = 200, description = "Both lists as they are now", body = Senders)),
    security(("token" = ["domains:write"])),
)]
async fn set_senders(
    state: State<Service>,
    caller: Caller,
    Id(id): Id,
    Json(new): Json<Senders>,
) -> Result<Json<Senders>, ApiError> {
    let (friends, enemies) = new.entries()?;
    state.set_domain_senders(&caller.actor, DomainId(id), &friends, &enemies).await?;
    senders(state, caller, Id(id)).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DomainMove {
    /// The account that it will belong to.
    pub account: i64,
}

/// Deletes a domain and its mailboxes
///
/// What is held for them stays until it is too old.
#[utoipa::path(
    delete, path = "/domains/{id}", operation_id = "delete_domain", tag = "domains", params(("id" = i64, Path)),
    responses((status = 204, description = "The domain is gone; mail for it is refused")),
    security(("token" = ["domains:write"])),
)]
async fn delete(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<StatusCode, ApiError> {
    service.delete_domain(&caller.actor, DomainId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Moves a domain to another account
///
/// With its mailboxes. What is held or was logged stays with the account for which it was.
#[utoipa::path(
    post, path = "/domains/{id}/move", operation_id = "move_domain", tag = "domains", params(("id" = i64, Path)),
    request_body = DomainMove,
    responses((status = 200, description = "The domain as it is now", body = DomainDetail)),
    security(("token" = ["domains:write"])),
)]
async fn move_to(
    State(service): State<Service>,
    caller: Caller,
    Id(id): Id,
    Json(to): Json<DomainMove>,
) -> Result<Json<DomainDetail>, ApiError> {
    let id = DomainId(id);
    service.move_domain(&caller.actor, id, AccountId(to.account)).await?;
    Ok(Json(service.domain(&caller.actor, id).await?.into()))
}
