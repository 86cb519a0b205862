//! The audit trail.

use super::ApiError;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use model::view::{AuditRow, ListQuery, Page};

#[server(name = ListAudit, prefix = "/fn", endpoint = "audit", input = GetUrl)]
pub async fn audit(query: ListQuery) -> Result<Page<AuditRow>, ApiError> {
    use super::context::{fail, reader};
    let (service, actor) = reader()?;
    service.audit(&actor, &query).await.map_err(fail)
}
