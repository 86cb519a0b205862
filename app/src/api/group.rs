//! One group, and the order of a domain's groups (guide chapters 5 and 6).

use super::{ApiError, Notice};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use model::view::detail::GroupDetail;

/// Members that the page names.
#[cfg(feature = "ssr")]
const MEMBERS: u32 = 200;

/// All groups of a domain, in their order.
#[cfg(feature = "ssr")]
pub(crate) async fn lines(
    service: &service::Service,
    actor: &model::Actor,
    domain: model::DomainId,
) -> Result<Vec<model::view::detail::GroupLine>, service::Error> {
    let mut out = Vec::new();
    let mut after = service::After { cursor: None, limit: 200 };
    loop {
        let slice = service.groups_after(actor, Some(domain), &after).await?;
        out.extend(slice.rows.into_iter().map(line));
        after.cursor = slice.next;
        // More than any page can show.
        if after.cursor.is_none() || out.len() >= 1_000 {
            return Ok(out);
        }
    }
}

#[cfg(feature = "ssr")]
fn line(g: service::GroupView) -> model::view::detail::GroupLine {
    let ldap_group = g.ldap_group.unwrap_or_default();
    model::view::detail::GroupLine { id: g.id, name: g.name, ldap_group, members: g.members }
}

#[server(name = GetGroup, prefix = "/fn", endpoint = "group", input = GetUrl)]
pub async fn group(id: i64) -> Result<GroupDetail, ApiError> {
    use super::context::{fail, reader};
    use super::settings::place;
    use model::view::detail::{May, Named};
    use service::{After, SettingsOf, UseCase, permits};
    let (service, actor) = reader()?;
    let group = service.group(&actor, id).await.map_err(fail)?;
    let domain = service.domain(&actor, group.domain).await.map_err(fail)?.row;
    let lists = service.group_senders(&actor, id).await.map_err(fail)?;
    let first = After { cursor: None, limit: MEMBERS };
    let members = service.group_members_after(&actor, id, &first).await.map_err(fail)?.rows;
    Ok(GroupDetail {
        domain: Named { id: domain.id.0, name: domain.name },
        position: u64::try_from(group.position).unwrap_or_default() + 1,
        of: lines(&service, &actor, group.domain).await.map_err(fail)?.len() as u64,
        created: group.created,
        members: members.into_iter().map(|(id, a)| Named { id: id.0, name: a.to_string() }).collect(),
        senders: super::senders::texts(&lists.friends, &lists.enemies),
        may: May {
            edit: permits(actor.role, UseCase::EditGroup),
            delete: permits(actor.role, UseCase::DeleteGroup),
            move_it: false,
        },
        line: line(group),
        settings: place::read(&service, &actor, SettingsOf::Group(id)).await.map_err(fail)?,
    })
}

/// `position`: from 1. An empty `ldap_group`: members are not taken from the directory.
#[server(name = ChangeGroup, prefix = "/fn", endpoint = "group_change")]
pub async fn change_group(
    form_token: String,
    id: i64,
    #[server(default)] name: Option<String>,
    #[server(default)] ldap_group: Option<String>,
    #[server(default)] position: Option<String>,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    use model::UserError;
    let (service, actor) = writer(&form_token)?;
    let position = position.filter(|p| !p.trim().is_empty()).map(|p| p.trim().parse::<usize>()).transpose();
    let position = position.map_err(|_| fail(UserError::field("position", "Give the place as a number from 1.")))?;
    let change = service::GroupChange {
        name,
        ldap_group: ldap_group.map(|g| Some(g.trim().to_owned()).filter(|g| !g.is_empty())),
        position: position.map(|p| p.saturating_sub(1)),
    };
    service.change_group(&actor, id, &change).await.map_err(fail)?;
    Ok(Notice::new("Group saved."))
}

/// Adds or takes out members: addresses or the parts before @, one a line or separated by commas.
#[server(name = ChangeMembers, prefix = "/fn", endpoint = "group_members")]
pub async fn change_members(
    form_token: String,
    id: i64,
    #[server(default)] members: String,
    act: String,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    use model::UserError;
    use service::{MemberChange, MemberRef};
    let (service, actor) = writer(&form_token)?;
    let names = members.split([',', '\n']).map(str::trim).filter(|m| !m.is_empty());
    let named: Vec<MemberRef> = names.map(|m| MemberRef::Address(m.to_owned())).collect();
    if named.is_empty() {
        return Err(fail(UserError::field("members", "Name at least one mailbox.")));
    }
    let change = if act == "remove" { MemberChange::Remove } else { MemberChange::Add };
    let changed = service.change_group_members(&actor, id, change, &named).await;
    let (come, gone) = changed.map_err(|e| {
        // The box is one field of the form.
        let mut error = UserError::from(e);
        for field in &mut error.fields {
            field.field = "members".into();
        }
        fail(error)
    })?;
    Ok(Notice::new(format!("{come} added, {gone} taken out.")))
}
