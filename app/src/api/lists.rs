//! The lists of the administrator dashboard, and what is done with chosen rows of them.

use super::{ApiError, Notice};
use crate::lists::{ListAsk, ListKind, ListView};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

#[server(name = GetList, prefix = "/fn", endpoint = "list", input = GetUrl)]
pub async fn list(kind: ListKind, #[server(default)] ask: ListAsk) -> Result<ListView, ApiError> {
    use super::context::{fail, reader};
    let (service, actor) = reader()?;
    crate::lists::rows::view(&service, &actor, kind, &ask).await.map_err(fail)
}

/// `list`: the last part of the list's path. `act`: `activate`, `deactivate`, `unprotect`, `invite`, `delete`,
/// `delete_confirmed`. A deletion that was not confirmed leads to the page that asks; `back` is the list to return to, a
/// path of our own.
#[server(name = ActOnRows, prefix = "/fn", endpoint = "list_act")]
pub async fn act_on_rows(
    form_token: String,
    list: String,
    #[server(default)] act: String,
    #[server(default)] ids: Vec<i64>,
    #[server(default)] back: String,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    use super::quarantine::told;
    use crate::lists::Act;
    use model::view::ActResult;
    use model::{ErrorCode, UserError};
    let (service, actor) = writer(&form_token)?;
    let invalid = |text: &str| fail(UserError::new(ErrorCode::Invalid, text));
    let kind = ListKind::by_slug(&list).ok_or_else(|| invalid("There is no such list."))?;
    let (_, edit, delete) = crate::lists::rows::use_cases(kind);
    let wanted = if act.starts_with("delete") { delete } else { edit };
    if !wanted.is_some_and(|what| service::permits(actor.role, what)) {
        return Err(fail(UserError::new(ErrorCode::Forbidden, "Your role does not permit this.")));
    }
    if ids.is_empty() {
        return Err(invalid("Nothing is selected. Tick the rows first."));
    }
    if ids.len() > service::ACT_MAX {
        return Err(invalid("So many at once are changed by a bulk operation."));
    }
    let path = kind.spec().path;
    let back = if back == path || back.starts_with(&format!("{path}?")) { back } else { path.to_owned() };
    if act == "delete" {
        let list = ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        let encode = crate::query::encode;
        return Ok(Notice::default().to(format!(
            "/admin/delete?list={}&ids={list}&back={}",
            kind.slug(),
            encode(&back)
        )));
    }
    let act = Act::ALL
        .into_iter()
        .find(|a| a.word() == act || (*a == Act::Delete && act == "delete_confirmed"))
        .ok_or_else(|| invalid("Choose what to do with the selected rows."))?;
    let mut result = ActResult::default();
    for id in ids {
        match acts::one(&service, &actor, kind, act, id).await {
            Ok(()) => result.done += 1,
            Err(error) => result.failed.push((format!("No. {id}"), error.message)),
        }
    }
    Ok(Notice { to: Some(back), ..told(&result, act.done()) })
}

#[cfg(feature = "ssr")]
mod acts {
    use crate::lists::{Act, ListKind};
    use model::UserError;
    use model::definition::{ContentFilter, Notification, Verifier};
    use model::view::MailboxState;
    use model::{AccountId, Actor, AdministratorId, DomainId, ErrorCode, MailboxId};
    use service::{AdministratorChange, MailboxChange, Service};

    /// Does it to one row.
    pub async fn one(s: &Service, actor: &Actor, kind: ListKind, act: Act, id: i64) -> Result<(), UserError> {
        let state = |state| MailboxChange { state: Some(state), ..MailboxChange::default() };
        let active = |on| AdministratorChange { active: Some(on), ..AdministratorChange::default() };
        let done = match (kind, act) {
            (ListKind::Accounts, Act::Delete) => s.delete_account(actor, AccountId(id)).await,
            (ListKind::Domains, Act::Delete) => s.delete_domain(actor, DomainId(id)).await,
            (ListKind::Groups, Act::Delete) => s.delete_group(actor, id).await,
            (ListKind::OutboundIps, Act::Delete) => s.delete_outbound_ip(actor, id).await,
            (ListKind::ContentFilters, Act::Delete) => s.delete_definition::<ContentFilter>(actor, id).await,
            (ListKind::Verifiers, Act::Delete) => s.delete_definition::<Verifier>(actor, id).await,
            (ListKind::Notifications, Act::Delete) => s.delete_definition::<Notification>(actor, id).await,
            (ListKind::Brands, Act::Delete) => s.delete_brand(actor, id).await,
            (ListKind::Mailboxes, Act::Delete) => s.delete_mailbox(actor, MailboxId(id)).await.map(drop),
            (ListKind::Mailboxes, Act::Activate) => {
                s.change_mailbox(actor, MailboxId(id), &state(MailboxState::Active)).await
            }
            (ListKind::Mailboxes, Act::Deactivate) => {
                s.change_mailbox(actor, MailboxId(id), &state(MailboxState::Inactive)).await
            }
            (ListKind::Mailboxes, Act::Unprotect) => {
                s.change_mailbox(actor, MailboxId(id), &state(MailboxState::Unprotected)).await
            }
            (ListKind::Administrators, Act::Activate) => {
                s.change_administrator(actor, AdministratorId(id), &active(true)).await
            }
            (ListKind::Administrators, Act::Deactivate) => {
                s.change_administrator(actor, AdministratorId(id), &active(false)).await
            }
            (ListKind::Administrators, Act::Invite) => s.resend_activation(actor, AdministratorId(id)).await,
            (ListKind::Administrators, Act::Delete) => s.delete_administrator(actor, AdministratorId(id)).await,
            _ => return Err(UserError::new(ErrorCode::Invalid, "This cannot be done with these.")),
        };
        done.map_err(UserError::from)
    }
}
