//! Held messages: looking at them, releasing, deleting.

use super::words::{ActionWord, CategoryWord, DirectionWord, DispositionWord};
use crate::api::Api;
use crate::auth::Caller;
use crate::body::Json;
use crate::error::{ApiError, Code};
use crate::page::{List, Place, after, order, orders, search};
use crate::params::{Id, Query};
use crate::time::Time;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use model::view::{ActResult, MessageView, QuarantineQuery, QuarantineRow, ReleaseTo};
use model::{Action, Category, Direction, Disposition, DomainId, MailboxId};
use serde::{Deserialize, Serialize};
use service::{After, Service};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

/// A message that is held for one recipient.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeldMessage {
    pub id: i64,
    /// The id of the message itself, the same for all its recipients.
    #[schema(example = "01K9RYZ3V4Q8T5N0M6X2B7C1DE")]
    pub message: String,
    pub received: Time,
    #[schema(value_type = DirectionWord)]
    pub direction: Direction,
    /// The From header as people read it.
    #[schema(example = "Eve <eve@evil.test>")]
    pub sender: String,
    pub envelope_from: String,
    #[schema(example = "bob@acme.test")]
    pub recipient: String,
    pub subject: String,
    #[schema(value_type = CategoryWord)]
    pub category: Category,
    #[schema(value_type = ActionWord)]
    pub action: Action,
    #[schema(value_type = DispositionWord)]
    pub disposition: Disposition,
    /// Bytes.
    pub size: u64,
    pub score: f32,
    /// In the system quarantine: for administrators only.
    pub system: bool,
}

impl From<QuarantineRow> for HeldMessage {
    fn from(r: QuarantineRow) -> Self {
        HeldMessage {
            id: r.id,
            message: r.message.to_string(),
            received: Time(r.received),
            direction: r.direction,
            sender: r.sender,
            envelope_from: r.envelope_from,
            recipient: r.recipient,
            subject: r.subject,
            category: r.category,
            action: r.action,
            disposition: r.disposition,
            size: r.size,
            score: r.score,
            system: r.system,
        }
    }
}

/// One thing that was found in the message.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundThing {
    #[schema(example = "rules")]
    pub analyser: String,
    #[schema(value_type = CategoryWord)]
    pub category: Category,
    /// The number of the rule, where one matched.
    pub rule: Option<u32>,
    #[schema(example = "Eicar-Test-Signature in eicar.com")]
    pub info: String,
    pub score: f32,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AttachmentInfo {
    pub name: String,
    /// The type by content.
    #[schema(example = "exe")]
    pub kind: String,
    /// The type that the message claims.
    pub mime: String,
    /// Bytes.
    pub size: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct HeaderField {
    #[schema(example = "Subject")]
    pub name: String,
    pub value: String,
}

/// A held message with the reasons why.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeldMessageDetail {
    #[serde(flatten)]
    pub message: HeldMessage,
    /// Why it is held, in a sentence.
    pub headline: String,
    pub client_ip: String,
    pub helo: String,
    /// The TLS version and cipher with which it came; null: none.
    pub tls: Option<String>,
    /// Results by the words of RFC 8601.
    #[schema(example = "pass")]
    pub spf: String,
    pub dkim: String,
    pub dmarc: String,
    pub findings: Vec<FoundThing>,
    /// Index of the finding that decided; null where none did.
    pub decided_by: Option<u32>,
    pub notes: Vec<String>,
    pub headers: Vec<HeaderField>,
    /// The text, cut after 65,536 characters.
    pub text: String,
    pub attachments: Vec<AttachmentInfo>,
}

impl From<MessageView> for HeldMessageDetail {
    fn from(v: MessageView) -> Self {
        let findings = v.findings.into_iter().map(|f| FoundThing {
            analyser: f.analyser.into_owned(),
            category: f.category,
            rule: f.rule,
            info: f.info,
            score: f.score,
        });
        let attachments = v.attachments.into_iter().map(|a| AttachmentInfo {
            name: a.name,
            kind: a.kind,
            mime: a.mime,
            size: a.size,
        });
        HeldMessageDetail {
            message: v.row.into(),
            headline: v.headline,
            client_ip: v.client_ip,
            helo: v.helo,
            tls: v.tls,
            spf: v.spf,
            dkim: v.dkim,
            dmarc: v.dmarc,
            findings: findings.collect(),
            decided_by: v.decided_by.and_then(|n| u32::try_from(n).ok()),
            notes: v.notes,
            headers: v.headers.into_iter().map(|(name, value)| HeaderField { name, value }).collect(),
            text: v.preview_text,
            attachments: attachments.collect(),
        }
    }
}

/// Where a released message goes.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    #[default]
    Recipient,
    /// Back to the sender, as an attachment of a notice.
    Sender,
}

impl From<Destination> for ReleaseTo {
    fn from(d: Destination) -> Self {
        match d {
            Destination::Recipient => ReleaseTo::Recipient,
            Destination::Sender => ReleaseTo::Sender,
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseOne {
    #[serde(default)]
    #[schema(default = "recipient")]
    pub to: Destination,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseMany {
    #[schema(min_items = 1, max_items = 500, example = json!([17, 18]))]
    pub ids: Vec<i64>,
    #[serde(default)]
    #[schema(default = "recipient")]
    pub to: Destination,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteMany {
    #[schema(min_items = 1, max_items = 500, example = json!([17, 18]))]
    pub ids: Vec<i64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ActFailure {
    /// The subject of the message, or its id.
    pub what: String,
    #[schema(example = "already released by admin@acme.test at 2026-11-24T10:00:00Z")]
    pub why: String,
}

/// What an act on several messages came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActOutcome {
    pub done: u32,
    pub failed: Vec<ActFailure>,
}

impl From<ActResult> for ActOutcome {
    fn from(r: ActResult) -> Self {
        ActOutcome { done: r.done, failed: r.failed.into_iter().map(|(what, why)| ActFailure { what, why }).collect() }
    }
}

orders!(QuarantineOrder: "received", "sender", "recipient", "subject", "category", "size", "score");

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct QuarantineList {
    /// Words that must all be found in sender, recipient or subject.
    #[param(max_length = 500, nullable = false)]
    q: Option<String>,
    #[param(value_type = Option<CategoryWord>, inline, nullable = false)]
    category: Option<Category>,
    #[param(value_type = Option<DirectionWord>, inline, nullable = false)]
    direction: Option<Direction>,
    /// Only mail for this domain.
    #[param(nullable = false)]
    domain: Option<i64>,
    /// Only mail for this mailbox.
    #[param(nullable = false)]
    mailbox: Option<i64>,
    /// Also what was released or deleted, and the system quarantine.
    #[serde(default)]
    #[param(default = false)]
    all: bool,
    /// Only what was received at this time or later.
    #[param(inline, nullable = false)]
    from: Option<Time>,
    /// Only what was received before this time.
    #[param(inline, nullable = false)]
    to: Option<Time>,
    /// The order, newest first unless given: a column, with a minus before it descending.
    #[param(inline, nullable = false)]
    sort: Option<QuarantineOrder>,
    /// Items a page.
    #[param(minimum = 1, maximum = 500, default = 50, nullable = false)]
    limit: Option<u32>,
    /// `next` of the page before.
    #[param(nullable = false)]
    after: Option<String>,
}

impl QuarantineList {
    /// What is asked for, and where the list goes on in its own order; None: in the order that was asked for, where the
    /// query has the page.
    fn query(self) -> Result<(QuarantineQuery, Option<After>), ApiError> {
        let next = self.after.as_deref();
        let (place, after) = match self.sort {
            None => (None, Some(after(self.limit, next)?)),
            Some(_) => (Some(Place::of(self.limit, next)?), None),
        };
        let (sort, desc) = order(self.sort.as_ref().map(QuarantineOrder::as_str));
        let query = QuarantineQuery {
            q: search(self.q)?,
            category: self.category,
            direction: self.direction,
            domain: self.domain.map(DomainId),
            mailbox: self.mailbox.map(MailboxId),
            all: self.all,
            from: self.from.map(|t| t.0),
            to: self.to.map(|t| t.0),
            asc: !desc && !sort.is_empty(),
            sort,
            page: place.map_or(0, |p| p.page),
            per_page: place.map_or(0, |p| p.limit),
            hide_foreign: false,
        };
        Ok((query, after))
    }
}

pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(raw))
        .routes(routes!(release))
        .routes(routes!(delete))
        .routes(routes!(release_many))
        .routes(routes!(delete_many))
}

/// Lists held messages
#[utoipa::path(
    get, path = "/quarantine", operation_id = "list_quarantine", tag = "quarantine", params(QuarantineList),
    responses((status = 200, description = "A page of held messages", body = List<HeldMessage>)),
    security(("token" = ["quarantine:read"])),
)]
async fn list(
    State(service): State<Service>,
    caller: Caller,
    Query(params): Query<QuarantineList>,
) -> Result<Json<List<HeldMessage>>, ApiError> {
    let actor = &caller.actor;
    Ok(Json(match params.query()? {
        (query, Some(after)) => List::after(service.quarantine_after(actor, &query, &after).await?, HeldMessage::from),
        (query, None) => List::page(service.quarantine(actor, &query).await?, HeldMessage::from),
    }))
}

/// Shows a held message and why it is held
#[utoipa::path(
    get, path = "/quarantine/{id}", operation_id = "get_held_message", tag = "quarantine",
    params(("id" = i64, Path)),
    responses((status = 200, description = "The message", body = HeldMessageDetail)),
    security(("token" = ["quarantine:read"])),
)]
async fn get(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<Json<HeldMessageDetail>, ApiError> {
    Ok(Json(service.message(&caller.actor, id).await?.into()))
}

/// Downloads a held message as it was received
#[utoipa::path(
    get, path = "/quarantine/{id}/raw", operation_id = "download_held_message", tag = "quarantine",
    params(("id" = i64, Path)),
    responses((status = 200, description = "The message in the form of RFC 5322", body = String, content_type = "message/rfc822")),
    security(("token" = ["quarantine:read"])),
)]
async fn raw(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<Response, ApiError> {
    let body = service.message_raw(&caller.actor, id).await?;
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("message/rfc822"));
    let place = (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"message.eml\""));
    Ok(([kind, place], body).into_response())
}

/// The row as it is after an act on it alone; the reason where the act failed.
async fn outcome(
    service: &Service,
    caller: &Caller,
    id: i64,
    result: ActResult,
) -> Result<Json<HeldMessage>, ApiError> {
    match result.failed.into_iter().next() {
        Some((_, why)) => Err(ApiError::new(Code::Conflict, format!("The message is not held any more: {why}."))),
        None => Ok(Json(service.quarantined(&caller.actor, id).await?.into())),
    }
}

/// Releases a held message
#[utoipa::path(
    post, path = "/quarantine/{id}/release", operation_id = "release_held_message", tag = "quarantine",
    params(("id" = i64, Path)), request_body = ReleaseOne,
    responses((status = 200, description = "The message as it is now", body = HeldMessage)),
    security(("token" = ["quarantine:write"])),
)]
async fn release(
    State(service): State<Service>,
    caller: Caller,
    Id(id): Id,
    Json(what): Json<ReleaseOne>,
) -> Result<Json<HeldMessage>, ApiError> {
    service.quarantined(&caller.actor, id).await?;
    let result = service.release(&caller.actor, &[id], what.to.into()).await?;
    outcome(&service, &caller, id, result).await
}

/// Deletes a held message
///
/// It leaves the lists; the log keeps that it was there.
#[utoipa::path(
    post, path = "/quarantine/{id}/delete", operation_id = "delete_held_message", tag = "quarantine",
    params(("id" = i64, Path)),
    responses((status = 200, description = "The message as it is now", body = HeldMessage)),
    security(("token" = ["quarantine:write"])),
)]
async fn delete(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<Json<HeldMessage>, ApiError> {
    service.quarantined(&caller.actor, id).await?;
    let result = service.delete(&caller.actor, &[id]).await?;
    outcome(&service, &caller, id, result).await
}

fn some(ids: &[i64]) -> Result<(), ApiError> {
    match ids.len() {
        1..=500 => Ok(()),
        _ => Err(ApiError::field("ids", "1 to 500 ids.")),
    }
}

/// Releases several held messages
#[utoipa::path(
    post, path = "/quarantine/release", operation_id = "release_held_messages", tag = "quarantine",
    request_body = ReleaseMany,
    responses((status = 200, description = "How many were released, and which were not and why", body = ActOutcome)),
    security(("token" = ["quarantine:write"])),
)]
async fn release_many(
    State(service): State<Service>,
    caller: Caller,
    Json(what): Json<ReleaseMany>,
) -> Result<Json<ActOutcome>, ApiError> {
    some(&what.ids)?;
    Ok(Json(service.release(&caller.actor, &what.ids, what.to.into()).await?.into()))
}

/// Deletes several held messages
#[utoipa::path(
    post, path = "/quarantine/delete", operation_id = "delete_held_messages", tag = "quarantine",
    request_body = DeleteMany,
    responses((status = 200, description = "How many were deleted, and which were not and why", body = ActOutcome)),
    security(("token" = ["quarantine:write"])),
)]
async fn delete_many(
    State(service): State<Service>,
    caller: Caller,
    Json(what): Json<DeleteMany>,
) -> Result<Json<ActOutcome>, ApiError> {
    some(&what.ids)?;
    Ok(Json(service.delete(&caller.actor, &what.ids).await?.into()))
}
