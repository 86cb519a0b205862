//! What operators ask: is it alive, is it ready, what are its figures.

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use service::Service;
use spool::Spool;

/// `/healthz`: the process answers. `/readyz`: database and spool do their work. `/metrics`: Prometheus text.
pub fn router(service: Service, spool: Spool, figures: PrometheusHandle) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(move || ready(service.clone(), spool.clone())))
        .route("/metrics", get(move || std::future::ready(figures.render())))
}

/// Counters go nowhere until this is called; once a process.
pub fn figures() -> Result<PrometheusHandle, String> {
    PrometheusBuilder::new().install_recorder().map_err(|e| e.to_string())
}

async fn ready(service: Service, spool: Spool) -> (StatusCode, String) {
    if let Err(error) = service.store().read().await {
        tracing::warn!(%error, "not ready: the database does not answer");
        return (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n".into());
    }
    let stats = spool.stats();
    metrics::gauge!("postern_spool_messages").set(stats.messages as f64);
    (StatusCode::OK, format!("ready, {} messages in the spool\n", stats.messages))
}
