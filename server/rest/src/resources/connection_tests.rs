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
    /// The certificates above its own, as the host sent them.
    pub chain: Vec<Certificate>,
    /// What was done, in order, until it ended.
    pub steps: Vec<TestStep>,
    /// What each encryption that can be chosen would make of the host.
    pub levels: Vec<LevelTest>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TestStep {
    pub good: bool,
    pub said: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LevelTest {
    /// As in a delivery exception.
    #[schema(example = "always_trusted")]
    pub encryption: String,
    /// Why mail would not go; empty: it would.
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
    /// True: as mail with the action Special Routing.
    #[serde(default)]
    pub special: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrustedCertificate {
    /// The domain that mail would go to.
    #[schema(example = "partner.example")]
    pub domain: String,
    /// SHA-256 of the certificate: 64 hexadecimal digits, with colons or without.
    pub fingerprint: String,
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
        chain: t.chain.into_iter().map(certificate).collect(),
        steps: t.steps.into_iter().map(|s| TestStep { good: s.good, said: s.said }).collect(),
        levels: t.levels.into_iter().map(|(encryption, problem)| LevelTest { encryption, problem }).collect(),
    };
    Json(HostTests { items: tests.into_iter().map(one).collect() })
}

pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(gateways))
        .routes(routes!(onward))
        .routes(routes!(trust))
        .routes(routes!(redeliver))
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
    Ok(shown(match to.special {
        true => service.test_special(&caller.actor, id, &to.domain).await?,
        false => service.test_onward(&caller.actor, id, &to.domain).await?,
    }))
}

/// Trusts a certificate for mail to a domain
///
/// The delivery exception of the domain gets the encryption `manual` with this certificate; its route stays.
#[utoipa::path(
    post, path = "/outbound-ips/{id}/trust-certificate", operation_id = "trust_certificate", tag = "outbound-ips",
    params(("id" = i64, Path)), request_body = TrustedCertificate,
    responses((status = 204, description = "Mail to the domain goes to this certificate only")),
    security(("token" = ["outbound:write"])),
)]
async fn trust(
    State(service): State<Service>,
    caller: Caller,
    Id(id): Id,
    Json(to): Json<TrustedCertificate>,
) -> Result<StatusCode, ApiError> {
    service.trust_certificate(&caller.actor, id, &to.domain, &to.fingerprint).await?;
    Ok(StatusCode::NO_CONTENT)
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
