//! Groups of mailboxes (guide chapters 5 and 6).

use super::senders::Senders;
use super::{Created, created};
use crate::api::Api;
use crate::auth::Caller;
use crate::body::{Json, present};
use crate::error::ApiError;
use crate::page::{List, after};
use crate::params::{Id, Query};
use crate::time::Time;
use axum::extract::State;
use axum::http::StatusCode;
use model::{DomainId, MailboxId};
use serde::{Deserialize, Serialize};
use service::{GroupChange, GroupView, MemberChange, MemberRef, Service};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Some mailboxes of a domain that have settings and senders in common.
#[derive(Debug, Serialize, ToSchema)]
pub struct Group {
    pub id: i64,
    /// The domain that it belongs to.
    pub domain: i64,
    #[schema(example = "sales")]
    pub name: String,
    /// Place among the domain's groups, from 0: of several groups of a mailbox the first goes before the others.
    pub position: i64,
    /// The group of the domain's directory whose members are members.
    pub ldap_group: Option<String>,
    /// How many members it has.
    pub members: u64,
    pub created: Time,
}

impl From<GroupView> for Group {
    fn from(g: GroupView) -> Self {
        Group {
            id: g.id,
            domain: g.domain.0,
            name: g.name,
            position: g.position,
            ldap_group: g.ldap_group,
            members: g.members,
            created: Time(g.created),
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    /// The domain that it will belong to.
    pub domain: i64,
    /// Unlike the name of every other group of the domain.
    #[schema(min_length = 1, max_length = 100, example = "sales")]
    pub name: String,
    /// All members of this group of the domain's directory become members.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 500, example = "cn=sales,ou=groups,dc=acme,dc=test")]
    pub ldap_group: Option<String>,
}

/// What is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupEdit {
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_length = 1, max_length = 100, example = "sales")]
    pub name: Option<String>,
    /// null: no longer filled from the directory.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 500)]
    pub ldap_group: Option<Option<String>>,
    /// From 0; further than the last is the last.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub position: Option<u32>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupOrder {
    pub domain: i64,
    /// All groups of the domain, the one that goes before all others first.
    pub groups: Vec<i64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct GroupMember {
    /// Its id as a mailbox.
    pub id: i64,
    #[schema(example = "bob@acme.test")]
    pub address: String,
}

/// Mailboxes of the group's domain, by id or by name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupMembers {
    /// Each an id, an address, or the part of one before @.
    #[schema(max_items = 20000, example = json!([17, "ann@acme.test", "bob"]))]
    pub members: Vec<MemberName>,
}

/// A mailbox.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged, expecting = "a mailbox is an id, an address, or the part of one before @")]
pub enum MemberName {
    Id(i64),
    Address(String),
}

impl GroupMembers {
    fn refs(self) -> Result<Vec<MemberRef>, ApiError> {
        if self.members.len() > MEMBERS_MAX {
            return Err(ApiError::field("members", format!("At most {MEMBERS_MAX} in one request.")));
        }
        let one = |m| match m {
            MemberName::Id(id) => MemberRef::Mailbox(MailboxId(id)),
            MemberName::Address(text) => MemberRef::Address(text),
        };
        Ok(self.members.into_iter().map(one).collect())
    }
}

/// Members that one request names.
const MEMBERS_MAX: usize = 20_000;

#[derive(Debug, Serialize, ToSchema)]
pub struct MembersChanged {
    /// How many came.
    pub added: usize,
    /// How many went.
    pub removed: usize,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct GroupList {
    /// Only those of this domain, in their order.
    #[param(nullable = false)]
    domain: Option<i64>,
    /// Items a page.
    #[param(minimum = 1, maximum = 500, default = 50, nullable = false)]
    limit: Option<u32>,
    /// `next` of the page before.
    #[param(nullable = false)]
    after: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MemberList {
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
        .routes(routes!(order))
        .routes(routes!(get, change, delete))
        .routes(routes!(members, set_members))
        .routes(routes!(add_members))
        .routes(routes!(remove_members))
        .routes(routes!(senders, set_senders))
        .routes(routes!(of_mailbox, set_of_mailbox))
}

/// Lists groups
///
/// Those of a domain in their order, else all by domain.
#[utoipa::path(
    get, path = "/groups", operation_id = "list_groups", tag = "groups", params(GroupList),
    responses((status = 200, description = "A page of groups", body = List<Group>)),
    security(("token" = ["groups:read"])),
)]
async fn list(
    State(service): State<Service>,
    caller: Caller,
    Query(p): Query<GroupList>,
) -> Result<Json<List<Group>>, ApiError> {
    let place = after(p.limit, p.after.as_deref())?;
    let found = service.groups_after(&caller.actor, p.domain.map(DomainId), &place).await?;
    Ok(Json(List::after(found, Group::from)))
}

/// Adds a group
///
/// The last in its domain's order.
#[utoipa::path(
    post, path = "/groups", operation_id = "add_group", tag = "groups", request_body = NewGroup,
    responses((status = 201, description = "The new group", body = Group)),
    security(("token" = ["groups:write"])),
)]
async fn add(
    State(service): State<Service>,
    caller: Caller,
    Json(new): Json<NewGroup>,
) -> Result<Created<Group>, ApiError> {
    let domain = DomainId(new.domain);
    let id = service.add_group(&caller.actor, domain, &new.name, new.ldap_group.as_deref()).await?;
    Ok(created("groups", id, service.group(&caller.actor, id).await?.into()))
}

/// Puts a domain's groups into an order
#[utoipa::path(
    post, path = "/groups/order", operation_id = "order_groups", tag = "groups", request_body = GroupOrder,
    responses((status = 204, description = "The groups are in this order")),
    security(("token" = ["groups:write"])),
)]
async fn order(
    State(service): State<Service>,
    caller: Caller,
    Json(order): Json<GroupOrder>,
) -> Result<StatusCode, ApiError> {
    service.order_groups(&caller.actor, DomainId(order.domain), &order.groups).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shows a group
#[utoipa::path(
    get, path = "/groups/{id}", operation_id = "get_group", tag = "groups", params(("id" = i64, Path)),
    responses((status = 200, description = "The group", body = Group)),
    security(("token" = ["groups:read"])),
)]
async fn get(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<Json<Group>, ApiError> {
    Ok(Json(service.group(&caller.actor, id).await?.into()))
}

/// Changes a group
#[utoipa::path(
    patch, path = "/groups/{id}", operation_id = "change_group", tag = "groups", params(("id" = i64, Path)),
    request_body = GroupEdit,
    responses((status = 200, description = "The group as it is now", body = Group)),
    security(("token" = ["groups:write"])),
)]
async fn change(
    State(service): State<Service>,
    caller: Caller,
    Id(id): Id,
    Json(edit): Json<GroupEdit>,
) -> Result<Json<Group>, ApiError> {
    let position = edit.position.map(|p| usize::try_from(p).unwrap_or(usize::MAX));
    let change = GroupChange { name: edit.name, ldap_group: edit.ldap_group, position };
    service.change_group(&caller.actor, id, &change).await?;
    Ok(Json(service.group(&caller.actor, id).await?.into()))
}

/// Deletes a group
///
/// Its members stay as mailboxes.
#[utoipa::path(
    delete, path = "/groups/{id}", operation_id = "delete_group", tag = "groups", params(("id" = i64, Path)),
    responses((status = 204, description = "The group is gone")),
    security(("token" = ["groups:write"])),
)]
async fn delete(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<StatusCode, ApiError> {
    service.delete_group(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists a group's members
#[utoipa::path(
    get, path = "/groups/{id}/members", operation_id = "list_group_members", tag = "groups",
    params(("id" = i64, Path), MemberList),
    responses((status = 200, description = "A page of members, by address", body = List<GroupMember>)),
    security(("token" = ["groups:read"])),
)]
async fn members(
    State(service): State<Service>,
    caller: Caller,
    Id(id): Id,
    Query(p): Query<MemberList>,
) -> Result<Json<List<GroupMember>>, ApiError> {
    let place = after(p.limit, p.after.as_deref())?;
    let found = service.group_members_after(&caller.actor, id, &place).await?;
    Ok(Json(List::after(found, |(id, address)| GroupMember { id: id.0, address: address.to_string() })))
}

async fn change_members(
    service: &Service,
    caller: &Caller,
    id: i64,
    change: MemberChange,
    named: GroupMembers,
) -> Result<Json<MembersChanged>, ApiError> {
    let named = named.refs()?;
    let (added, removed) = service.change_group_members(&caller.actor, id, change, &named).await?;
    Ok(Json(MembersChanged { added, removed }))
}

/// Says who all of a group's members are
#[utoipa::path(
    put, path = "/groups/{id}/members", operation_id = "set_group_members", tag = "groups", params(("id" = i64, Path)),
    request_body = GroupMembers,
    responses((status = 200, description = "How many came and went", body = MembersChanged)),
    security(("token" = ["groups:write"])),
)]
async fn set_members(
    State(service): State<Service>,
    caller: Caller,
    Id(id): Id,
    Json(named): Json<GroupMembers>,
) -> Result<Json<MembersChanged>, ApiError> {
    change_members(&service, &caller, id, MemberChange::Set, named).await
}

/// Adds members to a group
#[utoipa::path(
    post, path = "/groups/{id}/members/add", operation_id = "add_group_members", tag = "groups",
    params(("id" = i64, Path)), request_body = GroupMembers,
    responses((status = 200, description = "How many came; who was one already is passed over", body = MembersChanged)),
    security(("token" = ["groups:write"])),
)]
async fn add_members(
    State(service): State<Service>,
    caller: Caller,
    Id(id): Id,
    Json(named): Json<GroupMembers>,
) -> Result<Json<MembersChanged>, ApiError> {
    change_members(&service, &caller, id, MemberChange::Add, named).await
}

/// Takes members out of a group
#[utoipa::path(
    post, path = "/groups/{id}/members/remove", operation_id = "remove_group_members", tag = "groups",
    params(("id" = i64, Path)), request_body = GroupMembers,
    responses((status = 200, description = "How many went; who was none is passed over", body = MembersChanged)),
    security(("token" = ["groups:write"])),
)]
async fn remove_members(
    State(service): State<Service>,
    caller: Caller,
    Id(id): Id,
    Json(named): Json<GroupMembers>,
) -> Result<Json<MembersChanged>, ApiError> {
    change_members(&service, &caller, id, MemberChange::Remove, named).await
}

/// Shows a group's friends and enemies
#[utoipa::path(
    get, path = "/groups/{id}/senders", operation_id = "get_group_senders", tag = "groups", params(("id" = i64, Path)),
    responses((status = 200, description = "Both lists", body = Senders)),
    security(("token" = ["groups:read"])),
)]
async fn senders(State(service): State<Service>, caller: Caller, Id(id): Id) -> Result<Json<Senders>, ApiError> {
    let lists = service.group_senders(&caller.actor, id).await?;
    Ok(Json(Senders::of(&lists.friends, &lists.enemies)))
}

/// Replaces a group's friends and enemies
#[utoipa::path(
    put, path = "/groups/{id}/senders", operation_id = "set_group_senders", tag = "groups", params(("id" = i64, Path)),
    request_body = Senders,
    responses((status = 200, description = "Both lists as they are now", body = Senders)),
    security(("token" = ["groups:write"])),
)]
async fn set_senders(
    state: State<Service>,
    caller: Caller,
    Id(id): Id,
    Json(new): Json<Senders>,
) -> Result<Json<Senders>, ApiError> {
    let (friends, enemies) = new.entries()?;
    state.set_group_senders(&caller.actor, id, &friends, &enemies).await?;
    senders(state, caller, Id(id)).await
}

/// The groups of a mailbox, in the order in which they go before each other.
#[derive(Debug, Serialize, ToSchema)]
pub struct MailboxGroups {
    pub items: Vec<Group>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailboxGroupIds {
    /// Ids of groups of the mailbox's domain.
    #[schema(max_items = 1000)]
    pub groups: Vec<i64>,
}

/// Lists the groups of a mailbox
#[utoipa::path(
    get, path = "/mailboxes/{id}/groups", operation_id = "list_mailbox_groups", tag = "mailboxes",
    params(("id" = i64, Path)),
    responses((status = 200, description = "Its groups", body = MailboxGroups)),
    security(("token" = ["groups:read"])),
)]
async fn of_mailbox(
    State(service): State<Service>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<MailboxGroups>, ApiError> {
    let found = service.mailbox_groups(&caller.actor, MailboxId(id)).await?;
    Ok(Json(MailboxGroups { items: found.into_iter().map(Group::from).collect() }))
}

/// Says which groups a mailbox is in
#[utoipa::path(
    put, path = "/mailboxes/{id}/groups", operation_id = "set_mailbox_groups", tag = "mailboxes",
    params(("id" = i64, Path)), request_body = MailboxGroupIds,
    responses((status = 200, description = "Its groups as they are now", body = MailboxGroups)),
    security(("token" = ["groups:write"])),
)]
async fn set_of_mailbox(
    state: State<Service>,
    caller: Caller,
    Id(id): Id,
    Json(new): Json<MailboxGroupIds>,
) -> Result<Json<MailboxGroups>, ApiError> {
    state.set_mailbox_groups(&caller.actor, MailboxId(id), &new.groups).await?;
    of_mailbox(state, caller, Id(id)).await
}
