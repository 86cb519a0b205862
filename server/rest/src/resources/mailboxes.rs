//! Mailboxes and aliases (guide chapter 8).

use super::words::MailboxAccessWord;
use super::{Created, created};
use crate::api::Api;
use crate::auth::Caller;
use crate::body::{Json, present};
use crate::error::ApiError;
use crate::page::{Asked, List, asked, orders};
use crate::params::{Id, Query};
use crate::time::Time;
use axum::extract::State;
use axum::http::StatusCode;
use model::view::{MailboxAccess, MailboxForm, MailboxRow};
use model::{DomainId, MailboxId};
use serde::{Deserialize, Serialize};
use service::{MailboxChange, MailboxDetails, Service};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MailboxState {
    Active,
    Inactive,
    /// Mail for it passes unfiltered.
    Unprotected,
}

impl From<MailboxState> for model::view::MailboxState {
    fn from(s: MailboxState) -> Self {
        match s {
            MailboxState::Active => Self::Active,
            MailboxState::Inactive => Self::Inactive,
            MailboxState::Unprotected => Self::Unprotected,
        }
    }
}
impl From<model::view::MailboxState> for MailboxState {
    fn from(s: model::view::MailboxState) -> Self {
        match s {
            model::view::MailboxState::Active => Self::Active,
            model::view::MailboxState::Inactive => Self::Inactive,
            model::view::MailboxState::Unprotected => Self::Unprotected,
        }
    }
}

/// A recipient of a domain, with the names under which it is found.
#[derive(Debug, Serialize, ToSchema)]
pub struct Mailbox {
    pub id: i64,
    /// The domain that it belongs to.
    pub domain: i64,
    #[schema(example = "bob@acme.test")]
    pub address: String,
    #[schema(example = json!(["robert@acme.test"]))]
    pub aliases: Vec<String>,
    pub state: MailboxState,
    #[schema(value_type = MailboxAccessWord)]
    pub access: MailboxAccess,
    #[schema(example = "Bob Brown")]
    pub full_name: String,
    /// "Do Not Auto-Remove": discovery never removes it.
    pub keep: bool,
    /// Since when a verifier says that it does not exist.
    pub invalid_since: Option<Time>,
    /// Whether its owner can log in by password, not only by the digest's link.
    pub has_password: bool,
    /// Messages held for it now.
    pub quarantined: u64,
    pub created: Time,
}

impl From<MailboxRow> for Mailbox {
    fn from(r: MailboxRow) -> Self {
        Mailbox {
            id: r.id.0,
            domain: r.domain.0,
            address: r.address,
            aliases: r.aliases,
            state: r.state.into(),
            access: r.access,
            full_name: r.full_name,
            keep: r.keep,
            invalid_since: r.invalid_since.map(Time),
            has_password: r.has_password,
            quarantined: r.quarantined,
            created: Time(r.created),
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMailbox {
    /// The domain that it will belong to.
    pub domain: i64,
    /// The part before @, or the whole address.
    #[schema(min_length = 1, max_length = 254, example = "bob")]
    pub name: String,
    /// More names in the same domain, or addresses in any domain of the account.
    #[serde(default)]
    #[schema(max_items = 500, example = json!(["robert", "bob@acme.example"]))]
    pub aliases: Vec<String>,
    #[serde(default)]
    #[schema(value_type = MailboxAccessWord)]
    pub access: MailboxAccess,
    #[serde(default)]
    #[schema(max_length = 200, example = "Bob Brown")]
    pub full_name: String,
    /// "Do Not Auto-Remove": discovery never removes it.
    #[serde(default)]
    pub keep: bool,
    /// None: the owner logs in by the digest's link only.
    #[serde(default)]
    #[schema(min_length = 8, max_length = 100, example = "correct horse")]
    pub password: Option<String>,
}

orders!(MailboxOrder: "address", "state", "quarantined", "created");

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MailboxList {
    /// Only those of this domain.
    #[param(nullable = false)]
    domain: Option<i64>,
    /// Words that must all be found in an address.
    #[param(max_length = 500, nullable = false)]
    q: Option<String>,
    /// The order, by address unless given: a column, with a minus before it descending.
    #[param(inline, nullable = false)]
    sort: Option<MailboxOrder>,
    /// Items a page.
    #[param(minimum = 1, maximum = 500, default = 50, nullable = false)]
    limit: Option<u32>,
    /// `next` of the page before.
    #[param(nullable = false)]
    after: Option<String>,
}

pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(get, change, delete))
        .routes(routes!(revoke_links))
        .routes(routes!(send_digest))
}

/// Lists mailboxes
#[utoipa::path(
    get, path = "/mailboxes", operation_id = "list_mailboxes", tag = "mailboxes", params(MailboxList),
    responses((status = 200, description = "A page of mailboxes", body = List<Mailbox>)),
    security(("token" = ["mailboxes:read"])),
)]
async fn list(
    State(service): State<Service>,
    caller: Caller,
    Query(p): Query<MailboxList>,
) -> Result<Json<List<Mailbox>>, ApiError> {
    let domain = p.domain.map(DomainId);
    let asked = asked(p.q, p.sort.as_ref().map(MailboxOrder::as_str), p.limit, p.after.as_deref())?;
    Ok(Json(match asked {
        Asked::After(q, after) => {
            List::after(service.mailboxes_after(&caller.actor, domain, &q, &after).await?, Mailbox::from)
        }
        Asked::Sorted(query) => List::page(service.mailboxes(&caller.actor, domain, &query).await?, Mailbox::from),
    }))
}

/// Adds a mailbox
#[utoipa::path(
    post, path = "/mailboxes", operation_id = "add_mailbox", tag = "mailboxes", request_body = NewMailbox,
    responses((status = 201, description = "The new mailbox", body = Mailbox)),
    security(("token" = ["mailboxes:write"])),
)]
async fn add(
    State(service): State<Service>,
    caller: Caller,
    Json(new): Json<NewMailbox>,
) -> Result<Created<Mailbox>, ApiError> {
    if let Some(n) = new.aliases.iter().position(|a| a.contains([',', '\n']) || a.trim().is_empty()) {
        return Err(ApiError::field(format!("aliases[{n}]"), "Each alias is one name, in a string of its own."));
    }
    if new.password.as_deref() == Some("") {
        return Err(ApiError::field("password", "Leave it out for a mailbox without a password."));
    }
    let form = MailboxForm {
        domain: DomainId(new.domain),
        name: new.name,
        aliases: new.aliases.join("\n"),
        password: new.password.unwrap_or_default(),
    };
    let details = MailboxDetails { access: new.access, keep: new.keep, full_name: new.full_name };
    let id = service.add_mailbox_with(&caller.actor, &form, &details).await?;
    Ok(created("mailboxes", id.0, service.mailbox(&caller.actor, id).await?.into()))
}

/// Shows a mailbox
#[utoipa::path(
    get, path = "/mailboxes/{id}", operation_id = "get_mailbox", tag = "mailboxes", params(("id" = i64, Path)),
    responses((status = 200, description = "The mailbox", body = Mailbox)),
    security(("token" = ["mailboxes:read"])),
)]
async fn get(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<Json<Mailbox>, ApiError> {
    Ok(Json(service.mailbox(&caller.actor, MailboxId(id)).await?.into()))
}

/// Makes all links of a mailbox's digests invalid
///
/// For an owner whose mail somebody else has read. The next digest's links work.
#[utoipa::path(
    delete, path = "/mailboxes/{id}/links", operation_id = "revoke_mailbox_links", tag = "mailboxes",
    params(("id" = i64, Path)),
    responses((status = 204, description = "No link of an older digest logs in any more")),
    security(("token" = ["mailboxes:write"])),
)]
async fn revoke_links(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<StatusCode, ApiError> {
    service.revoke_links(&caller.actor, MailboxId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The period of a digest that is sent at once.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DigestOrder {
    /// Days back from now, as far as held messages are kept.
    #[schema(minimum = 1, maximum = 35, example = 7)]
    pub days: i64,
}

/// How many messages are in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DigestSent {
    pub messages: u64,
}

/// Sends a digest of the last days at once
///
/// To the mailbox itself and nobody else; its own digests come all the same (guide chapter 13 "Instant Spam Digest").
#[utoipa::path(
    post, path = "/mailboxes/{id}/digest", operation_id = "send_mailbox_digest", tag = "mailboxes",
    params(("id" = i64, Path)), request_body = DigestOrder,
    responses((status = 200, description = "The digest is on its way", body = DigestSent)),
    security(("token" = ["mailboxes:write"])),
)]
async fn send_digest(
    State(service): State<Service>,
    caller: Caller,
    Id(id): Id,
    Json(order): Json<DigestOrder>,
) -> Result<Json<DigestSent>, ApiError> {
    if !(1..=service::INSTANT_DAYS_MAX).contains(&order.days) {
        let message = format!("1 to {} days are accepted.", service::INSTANT_DAYS_MAX);
        return Err(ApiError::field("days", message));
    }
    let now = model::Timestamp::now();
    let since = now.plus(-order.days * model::time::DAY);
    let messages = service.send_instant_digest(&caller.actor, MailboxId(id), since, now).await?;
    Ok(Json(DigestSent { messages }))
}

/// What is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailboxEdit {
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub state: Option<MailboxState>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, value_type = Option<MailboxAccessWord>)]
    pub access: Option<MailboxAccess>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, max_length = 200, example = "Bob Brown")]
    pub full_name: Option<String>,
    /// "Do Not Auto-Remove": discovery never removes it.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub keep: Option<bool>,
    /// All its aliases from now on: names in the same domain, or addresses in any domain of the account.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, max_items = 500, example = json!(["robert", "bob@acme.example"]))]
    pub aliases: Option<Vec<String>>,
    /// A new password; null: none, so that the owner logs in by the digest's link only. Ends the owner's sessions.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 8, max_length = 100, example = "correct horse")]
    pub password: Option<Option<String>>,
    /// Whether the next login must choose another password.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub must_change_password: Option<bool>,
}

/// Changes a mailbox
#[utoipa::path(
    patch, path = "/mailboxes/{id}", operation_id = "change_mailbox", tag = "mailboxes", params(("id" = i64, Path)),
    request_body = MailboxEdit,
    responses((status = 200, description = "The mailbox as it is now", body = Mailbox)),
    security(("token" = ["mailboxes:write"])),
)]
async fn change(
    State(service): State<Service>,
    caller: Caller,
    Id(id): Id,
    Json(edit): Json<MailboxEdit>,
) -> Result<Json<Mailbox>, ApiError> {
    let id = MailboxId(id);
    let change = MailboxChange {
        state: edit.state.map(Into::into),
        access: edit.access,
        keep: edit.keep,
        full_name: edit.full_name,
        aliases: edit.aliases,
        password: edit.password,
        must_change: edit.must_change_password,
    };
    service.change_mailbox(&caller.actor, id, &change).await?;
    Ok(Json(service.mailbox(&caller.actor, id).await?.into()))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MailboxDeletion {
    /// Whether its aliases may go with it.
    #[serde(default)]
    #[param(default = false, nullable = false)]
    with_aliases: bool,
}

/// Deletes a mailbox
///
/// What is held for it stays until it is too old. Where it has aliases, which would go with it, `with_aliases` must say that
/// they may; else the conflict names them.
#[utoipa::path(
    delete, path = "/mailboxes/{id}", operation_id = "delete_mailbox", tag = "mailboxes",
    params(("id" = i64, Path), MailboxDeletion),
    responses((status = 204, description = "The mailbox is gone")),
    security(("token" = ["mailboxes:write"])),
)]
async fn delete(
    State(service): State<Service>,
    caller: Caller,
    Id(id): Id,
    Query(p): Query<MailboxDeletion>,
) -> Result<StatusCode, ApiError> {
    match p.with_aliases {
        true => drop(service.delete_mailbox(&caller.actor, MailboxId(id)).await?),
        false => service.delete_mailbox_without_aliases(&caller.actor, MailboxId(id)).await?,
    }
    Ok(StatusCode::NO_CONTENT)
}
