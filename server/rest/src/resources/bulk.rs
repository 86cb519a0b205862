//! Bulk operations (guide chapters 8 and 12).

use super::domains::Unrecognized;
use super::mailboxes::MailboxState;
use super::words::MailboxAccessWord;
use crate::api::Api;
use crate::auth::Caller;
use crate::body::{Json, Text, present};
use crate::error::ApiError;
use crate::page::{List, PageParams, after};
use crate::params::{Id, Query};
use crate::time::Time;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use model::view::MailboxAccess;
use model::{AccountId, DomainId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use service::{BulkChange, BulkFailure, BulkJob, BulkOf, BulkSelection, Service};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

/// What an operation is about.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BulkObjects {
    Domains,
    OutboundIps,
    Mailboxes,
}

/// Which objects: by `ids`, or all that the rest finds, or `all`.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "domain": 1, "q": "sales" }))]
pub struct Selection {
    #[schema(max_items = 10_000)]
    #[serde(default)]
    pub ids: Vec<i64>,
    /// Words that must all be found, as in the list.
    #[schema(max_length = 500)]
    #[serde(default)]
    pub q: String,
    #[serde(default)]
    pub account: Option<i64>,
    /// Of mailboxes.
    #[serde(default)]
    pub domain: Option<i64>,
    /// Of mailboxes.
    #[serde(default)]
    pub state: Option<MailboxState>,
    /// Everything that the token sees; only where nothing else is named.
    #[serde(default)]
    pub all: bool,
}

/// What to change; what is absent stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "settings": { "filtering.junk": "quarantine" } }))]
pub struct Changes {
    /// Values by path; null takes a setting back to what holds below.
    #[serde(default)]
    pub settings: BTreeMap<String, Value>,
    /// Deletes the objects; nothing else is named beside it.
    #[serde(default)]
    pub delete: bool,
    /// Mailboxes that are deleted may take their aliases with them; else those that have some fail by name and stay.
    #[serde(default)]
    pub with_aliases: bool,
    /// Of mailboxes.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub state: Option<MailboxState>,
    /// Of mailboxes.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, value_type = Option<MailboxAccessWord>)]
    pub access: Option<MailboxAccess>,
    /// Of mailboxes: discovery never removes them.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub keep: Option<bool>,
    /// Of mailboxes: groups of their domain that they join.
    #[schema(max_items = 100)]
    #[serde(default)]
    pub join: Vec<i64>,
    /// Of mailboxes: groups that they leave.
    #[schema(max_items = 100)]
    #[serde(default)]
    pub leave: Vec<i64>,
    /// Of domains: host, host:port, address or address:port, in the order in which they are tried.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, max_items = 100, example = json!(["mx.acme.test:25"]))]
    pub gateways: Option<Vec<String>>,
    /// Of domains.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub unrecognized: Option<Unrecognized>,
    /// Of outbound addresses.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, max_length = 100)]
    pub nickname: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBulkOperation {
    pub objects: BulkObjects,
    pub selection: Selection,
    pub change: Changes,
}

#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BulkState {
    Waiting,
    Running,
    /// All were tried; some may have failed.
    Done,
    Stopped,
}

/// An operation and how far it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkOperation {
    pub id: i64,
    /// Null: of the whole system.
    pub account: Option<i64>,
    #[schema(example = "change_mailboxes")]
    pub kind: String,
    /// Who asked for it.
    pub actor: String,
    pub state: BulkState,
    /// Objects, or lines, that it is about.
    pub total: u64,
    /// Those that it is through with, those that failed included.
    pub done: u64,
    pub failed: u64,
    /// It was asked to stop.
    pub stopping: bool,
    pub created: Time,
    pub finished: Option<Time>,
}

impl From<BulkJob> for BulkOperation {
    fn from(j: BulkJob) -> Self {
        let state = match j.state {
            service::BulkState::Waiting => BulkState::Waiting,
            service::BulkState::Running => BulkState::Running,
            service::BulkState::Done => BulkState::Done,
            service::BulkState::Stopped => BulkState::Stopped,
        };
        BulkOperation {
            id: j.id,
            account: j.account.map(|a| a.0),
            kind: j.kind,
            actor: j.actor,
            state,
            total: j.total,
            done: j.done,
            failed: j.failed,
            stopping: j.stopping,
            created: Time(j.created),
            finished: j.finished.map(Time),
        }
    }
}

/// An object that an operation could not change, or a line that it could not add, and why.
#[derive(Debug, Serialize, ToSchema)]
pub struct Failure {
    #[schema(example = "line 7")]
    pub object: String,
    #[schema(example = "bob@acme.test belongs to a mailbox already")]
    pub reason: String,
}

impl From<BulkFailure> for Failure {
    fn from(f: BulkFailure) -> Self {
        Failure { object: f.object, reason: f.reason }
    }
}

/// What adding the mailboxes would come to.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportPreview {
    /// Mailboxes that are named.
    pub lines: u64,
    /// Lines that cannot be added.
    pub failed: u64,
    /// The first thousand of those.
    pub failures: Vec<Failure>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ImportParams {
    /// The domain that gets the mailboxes.
    domain: i64,
}

pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list, start))
        .routes(routes!(get))
        .routes(routes!(failures))
        .routes(routes!(stop))
        .routes(routes!(import))
        .routes(routes!(check_import))
}

type Accepted = (StatusCode, [(HeaderName, String); 1], Json<BulkOperation>);

/// 202 with the place of what was begun. Whoever may begin it may see it begin, also where they may not list others'.
async fn accepted(service: &Service, caller: &Caller, id: i64) -> Result<Accepted, ApiError> {
    let job = service.own_bulk_job(&caller.actor, id).await?;
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, format!("/api/v1/bulk-operations/{id}"))], Json(job.into())))
}

/// Starts a bulk operation
///
/// The answer comes at once; the objects are changed after it, and those that cannot be are named as failures.
#[utoipa::path(
    post, path = "/bulk-operations", operation_id = "start_bulk_operation", tag = "bulk-operations",
    request_body = NewBulkOperation,
    responses((status = 202, description = "The operation that was begun", body = BulkOperation)),
    security(("token" = ["bulk:write"])),
)]
async fn start(
    State(service): State<Service>,
    caller: Caller,
    Json(new): Json<NewBulkOperation>,
) -> Result<Accepted, ApiError> {
    let of = match new.objects {
        BulkObjects::Domains => BulkOf::Domains,
        BulkObjects::OutboundIps => BulkOf::OutboundIps,
        BulkObjects::Mailboxes => BulkOf::Mailboxes,
    };
    let s = new.selection;
    let selection = BulkSelection {
        ids: s.ids,
        q: s.q,
        account: s.account.map(AccountId),
        domain: s.domain.map(DomainId),
        state: s.state.map(Into::into),
        all: s.all,
    };
    let c = new.change;
    let change = BulkChange {
        settings: c.settings.into_iter().collect(),
        delete: c.delete,
        with_aliases: c.with_aliases,
        state: c.state.map(Into::into),
        access: c.access,
        keep: c.keep,
        join: c.join,
        leave: c.leave,
        gateways: c.gateways.map(|g| g.join("\n")),
        unrecognized: c.unrecognized.map(Into::into),
        nickname: c.nickname,
    };
    let id = service.start_bulk(&caller.actor, of, &selection, &change).await?;
    accepted(&service, &caller, id).await
}

/// Lists bulk operations, newest first
#[utoipa::path(
    get, path = "/bulk-operations", operation_id = "list_bulk_operations", tag = "bulk-operations",
    params(PageParams),
    responses((status = 200, description = "A page of operations", body = List<BulkOperation>)),
    security(("token" = ["bulk:read"])),
)]
async fn list(
    State(service): State<Service>,
    caller: Caller,
    Query(params): Query<PageParams>,
) -> Result<Json<List<BulkOperation>>, ApiError> {
    let after = after(params.limit, params.after.as_deref())?;
    Ok(Json(List::after(service.bulk_jobs_after(&caller.actor, &after).await?, BulkOperation::from)))
}

/// Shows how far a bulk operation is
#[utoipa::path(
    get, path = "/bulk-operations/{id}", operation_id = "get_bulk_operation", tag = "bulk-operations",
    params(("id" = i64, Path)),
    responses((status = 200, description = "The operation", body = BulkOperation)),
    security(("token" = ["bulk:read"])),
)]
async fn get(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<Json<BulkOperation>, ApiError> {
    Ok(Json(service.bulk_job(&caller.actor, id).await?.into()))
}

/// Lists what failed in a bulk operation
#[utoipa::path(
    get, path = "/bulk-operations/{id}/failures", operation_id = "list_bulk_failures", tag = "bulk-operations",
    params(("id" = i64, Path), PageParams),
    responses((status = 200, description = "A page of failures, in the order in which they came", body = List<Failure>)),
    security(("token" = ["bulk:read"])),
)]
async fn failures(
    State(service): State<Service>,
    caller: Caller,
    Id(id): Id,
    Query(params): Query<PageParams>,
) -> Result<Json<List<Failure>>, ApiError> {
    let after = after(params.limit, params.after.as_deref())?;
    Ok(Json(List::after(service.bulk_failures_after(&caller.actor, id, &after).await?, Failure::from)))
}

/// Stops a bulk operation
///
/// It ends within some hundred objects; what it has done stays done.
#[utoipa::path(
    post, path = "/bulk-operations/{id}/stop", operation_id = "stop_bulk_operation", tag = "bulk-operations",
    params(("id" = i64, Path)),
    responses((status = 202, description = "It will stop")),
    security(("token" = ["bulk:write"])),
)]
async fn stop(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<StatusCode, ApiError> {
    service.stop_bulk(&caller.actor, id).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Adds many mailboxes
///
/// A mailbox a line: its name and then its aliases, with commas between them, at most 100,000 lines and 32 MB. The
/// answer is a bulk operation; lines that cannot be added are its failures, by their number.
#[utoipa::path(
    post, path = "/mailboxes/import", operation_id = "import_mailboxes", tag = "mailboxes", params(ImportParams),
    request_body(content((String = "text/plain", example = "bob, robert, bobby\nann"), (String = "text/csv"))),
    responses((status = 202, description = "The operation that was begun", body = BulkOperation)),
    security(("token" = ["mailboxes:write"])),
)]
async fn import(
    State(service): State<Service>,
    caller: Caller,
    Query(params): Query<ImportParams>,
    Text(text): Text,
) -> Result<Accepted, ApiError> {
    let id = service.import_mailboxes(&caller.actor, DomainId(params.domain), &text).await?;
    accepted(&service, &caller, id).await
}

/// Says what adding many mailboxes would come to
///
/// Takes what `import_mailboxes` takes, and changes nothing.
#[utoipa::path(
    post, path = "/mailboxes/import/check", operation_id = "check_import", tag = "mailboxes", params(ImportParams),
    request_body(content((String = "text/plain", example = "bob, robert, bobby\nann"), (String = "text/csv"))),
    responses((status = 200, description = "How many lines could be added, and which not", body = ImportPreview)),
    security(("token" = ["mailboxes:write"])),
)]
async fn check_import(
    State(service): State<Service>,
    caller: Caller,
    Query(params): Query<ImportParams>,
    Text(text): Text,
) -> Result<Json<ImportPreview>, ApiError> {
    let check = service.check_import(&caller.actor, DomainId(params.domain), &text).await?;
    let failures = check.failures.into_iter().map(Failure::from).collect();
    Ok(Json(ImportPreview { lines: check.lines, failed: check.failed, failures }))
}
