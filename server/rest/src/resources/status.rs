//! The status of domains (guide chapter 6) and of outbound addresses (chapter 7).

use crate::api::Api;
use crate::auth::Caller;
use crate::body::Json;
use crate::error::ApiError;
use crate::params::Id;
use crate::time::Time;
use axum::extract::State;
use model::DomainId;
use model::view::status::{self, Health};
use serde::Serialize;
use service::Service;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// A record to publish.
#[derive(Debug, Serialize, ToSchema)]
pub struct ZoneRecord {
    #[schema(example = "_dmarc.example.com")]
    pub name: String,
    #[schema(example = "TXT")]
    pub kind: String,
    #[schema(example = "v=DMARC1; p=none")]
    pub value: String,
}

/// One kind of record: what is there, and what should be.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordCheck {
    #[schema(example = "spf")]
    pub key: String,
    pub title: String,
    pub health: Health,
    /// A sentence or two.
    pub said: String,
    /// The records as they are in the DNS.
    pub found: Vec<String>,
    /// What to publish; null where it is as it should be, or nobody can say.
    pub publish: Option<ZoneRecord>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct GatewayStatus {
    #[schema(example = "mail.example.com:25")]
    pub gateway: String,
    /// It takes connections and greets.
    pub good: bool,
    pub said: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DomainStatus {
    #[schema(example = "example.com")]
    pub domain: String,
    pub checked: Time,
    /// It is a member of an outbound address.
    pub sends: bool,
    pub records: Vec<RecordCheck>,
    pub gateways: Vec<GatewayStatus>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OutboundStatus {
    #[schema(example = "192.0.2.0/24")]
    pub range: String,
    pub checked: Time,
    /// Of this server and of the network.
    pub records: Vec<RecordCheck>,
    /// The SPF of member domains; at most 20.
    pub members: Vec<RecordCheck>,
    /// Member domains that were not looked at.
    pub more: usize,
}

impl From<status::RecordCheck> for RecordCheck {
    fn from(c: status::RecordCheck) -> Self {
        let publish = c.publish.map(|p| ZoneRecord { name: p.name, kind: p.kind, value: p.value });
        RecordCheck { key: c.key, title: c.title, health: c.health, said: c.said, found: c.found, publish }
    }
}

pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(domain)).routes(routes!(outbound))
}

/// Checks the records and gateways of a domain
///
/// The DNS and the gateways are asked while you wait. SPF is evaluated as receivers do, for this server's addresses.
#[utoipa::path(
    get, path = "/domains/{id}/status", operation_id = "get_domain_status", tag = "domains",
    params(("id" = i64, Path)), responses((status = 200, description = "What was found just now", body = DomainStatus)),
    security(("token" = ["domains:read"])),
)]
async fn domain(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<Json<DomainStatus>, ApiError> {
    let s = service.domain_status(&caller.actor, DomainId(id)).await?;
    let gateway =
        |g: model::view::GatewayCheck| GatewayStatus { gateway: g.gateway, good: g.line.good, said: g.line.said };
    Ok(Json(DomainStatus {
        domain: s.domain,
        checked: Time(s.checked),
        sends: s.sends,
        records: s.records.into_iter().map(RecordCheck::from).collect(),
        gateways: s.gateways.into_iter().map(gateway).collect(),
    }))
}

/// Checks the names of this server and of an outbound address, and the SPF of its member domains
#[utoipa::path(
    get, path = "/outbound-ips/{id}/status", operation_id = "get_outbound_ip_status", tag = "outbound-ips",
    params(("id" = i64, Path)),
    responses((status = 200, description = "What was found just now", body = OutboundStatus)),
    security(("token" = ["outbound:read"])),
)]
async fn outbound(
    State(service): State<Service>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<OutboundStatus>, ApiError> {
    let s = service.outbound_status(&caller.actor, id).await?;
    Ok(Json(OutboundStatus {
        range: s.range,
        checked: Time(s.checked),
        records: s.records.into_iter().map(RecordCheck::from).collect(),
        members: s.members.into_iter().map(|(_, c)| c.into()).collect(),
        more: s.more,
    }))
}
