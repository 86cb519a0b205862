//! What waits: for the filter, and for other servers.

use crate::api::Api;
use crate::auth::Caller;
use crate::body::Json;
use crate::error::ApiError;
use crate::time::Time;
use axum::extract::State;
use axum::http::StatusCode;
use model::Timestamp;
use serde::Serialize;
use service::{QueueView, Service};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// A destination whose last attempt failed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Deferred {
    #[schema(example = "mx.acme.test:25")]
    pub destination: String,
    pub messages: u64,
    pub since: Time,
    pub next_attempt: Time,
    /// What was answered.
    #[schema(example = "connection refused")]
    pub last_error: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Queue {
    /// Messages that the filter has not yet looked at.
    pub waiting_filter: u64,
    /// Messages that have not yet left.
    pub waiting_delivery: u64,
    pub deferred: Vec<Deferred>,
}

impl From<QueueView> for Queue {
    fn from(v: QueueView) -> Self {
        let deferred = v.deferred.into_iter().map(|d| Deferred {
            destination: d.destination,
            messages: d.messages,
            since: Time(d.since),
            next_attempt: Time(d.next_attempt),
            last_error: d.last_error,
        });
        Queue { waiting_filter: v.waiting_filter, waiting_delivery: v.waiting_delivery, deferred: deferred.collect() }
    }
}

/// What a recipients' domain was told about a day of TLS towards it (RFC 8460).
#[derive(Debug, Serialize, ToSchema)]
pub struct TlsReport {
    /// The day in UTC.
    #[schema(example = "2026-11-23")]
    pub day: String,
    #[schema(example = "partner.test")]
    pub domain: String,
    /// Sessions that were as the domain's policy wants them.
    pub successes: i64,
    pub failures: i64,
    /// Where the report went; none where the domain asks for none.
    #[schema(example = json!(["tls-reports@partner.test"]))]
    pub sent_to: Vec<String>,
    /// Why it did not go, or not everywhere; empty where nothing was wrong.
    pub problem: String,
    pub at: Time,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TlsReports {
    /// The newest day first; at most 1,000 of the last 35 days.
    pub reports: Vec<TlsReport>,
}

pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(show)).routes(routes!(retry)).routes(routes!(tls_reports))
}

/// Shows what waits
///
/// For tokens of the whole system: the queue holds everybody's mail.
#[utoipa::path(
    get, path = "/queue", operation_id = "get_queue", tag = "queue",
    responses((status = 200, description = "What waits now", body = Queue)),
    security(("token" = ["queue:read"])),
)]
async fn show(State(service): State<Service>, caller: Caller) -> Result<Json<Queue>, ApiError> {
    Ok(Json(service.queue(&caller.actor)?.into()))
}

/// Tries every destination that waits now
#[utoipa::path(
    post, path = "/queue/retry", operation_id = "retry_queue", tag = "queue",
    responses((status = 202, description = "The attempts have begun")),
    security(("token" = ["queue:write"])),
)]
async fn retry(State(service): State<Service>, caller: Caller) -> Result<StatusCode, ApiError> {
    service.retry_queue(&caller.actor).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Lists reports about TLS towards other domains
///
/// Each day that is over is reported to the domains that publish where (RFC 8460). For tokens of the whole system.
#[utoipa::path(
    get, path = "/queue/tls-reports", operation_id = "list_tls_reports", tag = "queue",
    responses((status = 200, description = "What was reported", body = TlsReports)),
    security(("token" = ["queue:read"])),
)]
async fn tls_reports(State(service): State<Service>, caller: Caller) -> Result<Json<TlsReports>, ApiError> {
    let reports = service.tls_reports(&caller.actor).await?.into_iter().map(|r| TlsReport {
        day: Timestamp(r.day * model::time::DAY).rfc3339().chars().take(10).collect(),
        domain: r.domain,
        successes: r.successes,
        failures: r.failures,
        sent_to: r.sent_to.split_whitespace().map(str::to_owned).collect(),
        problem: r.problem,
        at: Time(r.at),
    });
    Ok(Json(TlsReports { reports: reports.collect() }))
}
