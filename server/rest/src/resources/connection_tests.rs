//! Test Connection (guide chapters 6 and 7), and Force redelivery (chapter 6).

use crate::api::Api;
use crate::auth::Caller;
use crate::body::Json;
use crate::error::ApiError;
use crate::params::Id;
use crate::time::Time;
use axum::extract::State;
use axum::http::StatusCode;
use model::{DomainId, Timestamp};
use serde::{Deserialize, Serialize};
use service::Service;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// What a host said when it was tried.
#[derive(Debug, Serialize, ToSchema)]
pub struct HostTest {
    #[schema(example = "mx.example.com [192.0.2.7]:25")]
    pub host: String,
    /// Version and cipher; empty in clear text.
    pub tls: String,
    /// The certificate that it showed.
    pub certificate: Option<Certificate>,
    /// Why mail would not go to it; empty: it would.
    pub problem: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Certificate {
    pub subject: String,
    pub issuer: String,
    pub names: Vec<String>,
    pub not_before: Time,
    pub not_after: Time,
    /// SHA-256, which a delivery exception with the encryption `manual` trusts.
    pub fingerprint: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct HostTests {
    /// In the order in which they are tried for mail.
    pub items: Vec<HostTest>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestTo {
    /// The domain that mail would go to.
    #[schema(example = "partner.example")]
    pub domain: String,
}

fn shown(tests: Vec<model::view::HostTest>) -> Json<HostTests> {
    let time = |seconds: i64| Time(Timestamp(seconds.saturating_mul(1_000)));
    let certificate = |c: model::view::CertificateView| Certificate {
        subject: c.subject,
        issuer: c.issuer,
        names: c.names,
        not_before: time(c.not_before),
        not_after: time(c.not_after),
        fingerprint: c.fingerprint,
    };
    let one = |t: model::view::HostTest| HostTest {
        host: t.host,
        tls: t.tls,
        certificate: t.certificate.map(certificate),
        problem: t.problem,
    };
    Json(HostTests { items: tests.into_iter().map(one).collect() })
}

pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(gateways)).routes(routes!(onward)).routes(routes!(redeliver))
}

/// Tries the connection to a domain's gateways
///
/// Nothing is sent. Each gateway is greeted and encrypted as the domain's boundary encryption asks.
#[utoipa::path(
    post, path = "/domains/{id}/test-connection", operation_id = "test_gateways", tag = "domains",
    params(("id" = i64, Path)), responses((status = 200, description = "What each gateway said", body = HostTests)),
    security(("token" = ["domains:write"])),
)]
async fn gateways(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<Json<HostTests>, ApiError> {
    Ok(shown(service.test_gateways(&caller.actor, DomainId(id)).await?))
}

/// Tries the connection from an outbound address to a domain
///
/// Nothing is sent. Routing, delivery exceptions and encryption are those of mail.
#[utoipa::path(
    post, path = "/outbound-ips/{id}/test-connection", operation_id = "test_outbound_ip", tag = "outbound-ips",
    params(("id" = i64, Path)), request_body = TestTo,
    responses((status = 200, description = "What each host said", body = HostTests)),
    security(("token" = ["outbound:write"])),
)]
async fn onward(
    State(service): State<Service>,
    caller: Caller,
    Id(id): Id,
    Json(to): Json<TestTo>,
) -> Result<Json<HostTests>, ApiError> {
    Ok(shown(service.test_onward(&caller.actor, id, &to.domain).await?))
}

/// Tries now what waits for a domain's gateways
#[utoipa::path(
    post, path = "/domains/{id}/redeliver", operation_id = "redeliver_domain", tag = "domains",
    params(("id" = i64, Path)), responses((status = 202, description = "The attempts have begun")),
    security(("token" = ["domains:write"])),
)]
async fn redeliver(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<StatusCode, ApiError> {
    service.redeliver_domain(&caller.actor, DomainId(id)).await?;
    Ok(StatusCode::ACCEPTED)
}
