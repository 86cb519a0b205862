//! Domains that may send through an outbound address (guide chapter 7 "Member Domains").

use crate::api::Api;
use crate::auth::Caller;
use crate::body::Json;
use crate::error::ApiError;
use crate::params::Id;
use axum::extract::State;
use model::DomainName;
use serde::{Deserialize, Serialize};
use service::{Member, Service};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// A domain that may send through the address.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberDomain {
    #[schema(example = "example.com")]
    pub name: String,
    /// The domain of the account; null: an external domain, which stands for its subdomains too.
    pub domain: Option<i64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MemberDomains {
    /// By name.
    pub domains: Vec<MemberDomain>,
}

/// All of them from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetMemberDomains {
    /// Domains of the account, and external ones.
    #[schema(value_type = Vec<String>, max_items = 10000, example = json!(["example.com"]))]
    pub domains: Vec<DomainName>,
}

pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(get, set))
}

async fn shown(service: &Service, caller: &Caller, id: i64) -> Result<Json<MemberDomains>, ApiError> {
    let domains = service.outbound_members(&caller.actor, id).await?.into_iter().map(|m| match m {
        Member::Domain(id, name) => MemberDomain { name: name.to_string(), domain: Some(id.0) },
        Member::External(name) => MemberDomain { name: name.to_string(), domain: None },
    });
    Ok(Json(MemberDomains { domains: domains.collect() }))
}

/// Lists an outbound address's member domains
#[utoipa::path(
    get, path = "/outbound-ips/{id}/members", operation_id = "get_outbound_ip_members", tag = "outbound-ips",
    params(("id" = i64, Path)), responses((status = 200, description = "The domains, by name", body = MemberDomains)),
    security(("token" = ["outbound:read"])),
)]
async fn get(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<Json<MemberDomains>, ApiError> {
    shown(&service, &caller, id).await
}

/// Sets an outbound address's member domains
#[utoipa::path(
    put, path = "/outbound-ips/{id}/members", operation_id = "set_outbound_ip_members", tag = "outbound-ips",
    params(("id" = i64, Path)), request_body = SetMemberDomains,
    responses((status = 200, description = "The domains, by name", body = MemberDomains)),
    security(("token" = ["outbound:write"])),
)]
async fn set(
    State(service): State<Service>,
    caller: Caller,
    Id(id): Id,
    Json(body): Json<SetMemberDomains>,
) -> Result<Json<MemberDomains>, ApiError> {
    service.set_outbound_members(&caller.actor, id, &body.domains).await?;
    shown(&service, &caller, id).await
}
