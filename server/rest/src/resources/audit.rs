//! Who did what, when, from where.

use crate::api::Api;
use crate::auth::Caller;
use crate::body::Json;
use crate::error::ApiError;
use crate::page::{List, SearchParams, after, search};
use crate::params::Query;
use crate::time::Time;
use axum::extract::State;
use model::view::AuditRow;
use serde::Serialize;
use service::Service;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// One act.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEntry {
    pub id: i64,
    pub at: Time,
    #[schema(example = "admin@acme.test")]
    pub actor: String,
    /// The address from which it was done, `cli` or `job`.
    #[schema(example = "192.0.2.7")]
    pub origin: String,
    #[schema(example = "domain.add")]
    pub act: String,
    #[schema(example = "acme.test")]
    pub object: String,
    pub detail: String,
}

impl From<(i64, AuditRow)> for AuditEntry {
    fn from((id, r): (i64, AuditRow)) -> Self {
        AuditEntry {
            id,
            at: Time(r.at),
            actor: r.actor,
            origin: r.origin,
            act: r.act,
            object: r.object,
            detail: r.detail,
        }
    }
}

pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Lists the audit trail, newest first
#[utoipa::path(
    get, path = "/audit", operation_id = "list_audit", tag = "audit", params(SearchParams),
    responses((status = 200, description = "A page of the audit trail", body = List<AuditEntry>)),
    security(("token" = ["audit:read"])),
)]
async fn list(
    State(service): State<Service>,
    caller: Caller,
    Query(params): Query<SearchParams>,
) -> Result<Json<List<AuditEntry>>, ApiError> {
    let (q, after) = (search(params.q)?, after(params.limit, params.after.as_deref())?);
    Ok(Json(List::after(service.audit_after(&caller.actor, &q, &after).await?, AuditEntry::from)))
}
