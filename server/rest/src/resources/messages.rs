//! The message log: what became of each message.

use super::quarantine::HeldMessageDetail;
use super::words::{ActionWord, CategoryWord, DirectionWord, DispositionWord};
use crate::api::Api;
use crate::auth::Caller;
use crate::body::Json;
use crate::error::ApiError;
use crate::page::{List, PageParams, after, search};
use crate::params::{Id, Query};
use crate::time::Time;
use axum::extract::{Path, State};
use model::{Action, Category, Direction, Disposition, DomainId, MailboxId, MessageId};
use serde::{Deserialize, Serialize};
use service::{LogQuery, LogRow, Service};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

/// What became of a message for one recipient.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrackedMessage {
    /// The same for all recipients of the message.
    #[schema(example = "01K9RYZ3V4Q8T5N0M6X2B7C1DE")]
    pub message: String,
    pub received: Time,
    #[schema(value_type = DirectionWord)]
    pub direction: Direction,
    /// Empty: a bounce.
    pub envelope_from: String,
    /// The From header as people read it.
    pub sender: String,
    #[schema(example = "bob@acme.test")]
    pub recipient: String,
    pub subject: String,
    /// Bytes.
    pub size: u64,
    pub score: f32,
    #[schema(value_type = CategoryWord)]
    pub category: Category,
    #[schema(value_type = ActionWord)]
    pub action: Action,
    #[schema(value_type = DispositionWord)]
    pub disposition: Disposition,
    /// The server that it was last offered to; empty: none.
    pub host: String,
    /// What that server answered.
    #[schema(example = "250 2.0.0 queued")]
    pub reply: String,
    /// When the disposition last changed.
    pub updated: Time,
    /// The copy that is kept of a delivered message, for `/delivered-copies/{id}`.
    pub kept_copy: Option<i64>,
}

/// Where a message went again.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentAgain {
    #[schema(example = "bob@acme.test")]
    pub to: String,
}

impl From<LogRow> for TrackedMessage {
    fn from(r: LogRow) -> Self {
        TrackedMessage {
            message: r.message.to_string(),
            received: Time(r.received),
            direction: r.direction,
            envelope_from: r.envelope_from,
            sender: r.header_from,
            recipient: r.recipient,
            subject: r.subject,
            size: r.size,
            score: r.score,
            category: r.category,
            action: r.action,
            disposition: r.disposition,
            host: r.host,
            reply: r.reply,
            updated: Time(r.updated),
            kept_copy: r.kept,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MessageList {
    /// Only what was received at this time or later.
    #[param(inline, nullable = false)]
    from: Option<Time>,
    /// Only what was received before this time.
    #[param(inline, nullable = false)]
    to: Option<Time>,
    /// Only mail for this domain.
    #[param(nullable = false)]
    domain: Option<i64>,
    /// Only mail for this mailbox.
    #[param(nullable = false)]
    mailbox: Option<i64>,
    #[param(value_type = Option<DirectionWord>, inline, nullable = false)]
    direction: Option<Direction>,
    #[param(value_type = Option<CategoryWord>, inline, nullable = false)]
    category: Option<Category>,
    #[param(value_type = Option<ActionWord>, inline, nullable = false)]
    action: Option<Action>,
    #[param(value_type = Option<DispositionWord>, inline, nullable = false)]
    disposition: Option<Disposition>,
    /// Only messages whose sender, recipient or subject has each of these words.
    #[param(max_length = 500, nullable = false)]
    q: Option<String>,
    /// Items a page.
    #[param(minimum = 1, maximum = 500, default = 50, nullable = false)]
    limit: Option<u32>,
    /// `next` of the page before.
    #[param(nullable = false)]
    after: Option<String>,
}

pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get)).routes(routes!(copy)).routes(routes!(send_again))
}

/// Lists what became of messages, newest first
#[utoipa::path(
    get, path = "/messages", operation_id = "list_messages", tag = "messages", params(MessageList),
    responses((status = 200, description = "A page of the message log", body = List<TrackedMessage>)),
    security(("token" = ["messages:read"])),
)]
async fn list(
    State(service): State<Service>,
    caller: Caller,
    Query(p): Query<MessageList>,
) -> Result<Json<List<TrackedMessage>>, ApiError> {
    let query = LogQuery {
        message: None,
        from: p.from.map(|t| t.0),
        to: p.to.map(|t| t.0),
        domain: p.domain.map(DomainId),
        mailbox: p.mailbox.map(MailboxId),
        category: p.category,
        disposition: p.disposition,
        direction: p.direction,
        action: p.action,
        q: search(p.q)?,
    };
    let after = after(p.limit, p.after.as_deref())?;
    Ok(Json(List::after(service.messages_after(&caller.actor, &query, &after).await?, TrackedMessage::from)))
}

/// Shows what became of one message, for each recipient
#[utoipa::path(
    get, path = "/messages/{message}", operation_id = "get_message", tag = "messages",
    params(("message" = String, Path, example = "01K9RYZ3V4Q8T5N0M6X2B7C1DE"), PageParams),
    responses((status = 200, description = "A page of its recipients", body = List<TrackedMessage>)),
    security(("token" = ["messages:read"])),
)]
async fn get(
    State(service): State<Service>,
    caller: Caller,
    Path(message): Path<String>,
    Query(params): Query<PageParams>,
) -> Result<Json<List<TrackedMessage>>, ApiError> {
    let message: MessageId = message.parse().map_err(|_| ApiError::not_found("message"))?;
    let query = LogQuery { message: Some(message), ..LogQuery::default() };
    let after = after(params.limit, params.after.as_deref())?;
    let first = after.cursor.is_none();
    let rows = service.messages_after(&caller.actor, &query, &after).await?;
    match rows.rows.is_empty() && first {
        true => Err(ApiError::not_found("message")),
        false => Ok(Json(List::after(rows, TrackedMessage::from))),
    }
}

/// Shows a delivered message of which a copy is kept: its header, not its content
#[utoipa::path(
    get, path = "/delivered-copies/{id}", operation_id = "get_delivered_copy", tag = "messages",
    params(("id" = i64, Path)),
    responses((status = 200, description = "The message", body = HeldMessageDetail)),
    security(("token" = ["quarantine:read"])),
)]
async fn copy(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<Json<HeldMessageDetail>, ApiError> {
    Ok(Json(service.kept_message(&caller.actor, id).await?.into()))
}

/// Sends a delivered message to its recipient again
///
/// As it was delivered; at most once a minute.
#[utoipa::path(
    post, path = "/delivered-copies/{id}/send", operation_id = "send_delivered_copy", tag = "messages",
    params(("id" = i64, Path)),
    responses((status = 200, description = "Where it goes", body = SentAgain)),
    security(("token" = ["quarantine:write"])),
)]
async fn send_again(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<Json<SentAgain>, ApiError> {
    Ok(Json(SentAgain { to: service.release_kept(&caller.actor, id).await? }))
}
