//! One mailbox (guide chapter 8).
// A form has as many arguments as fields; what the macro makes of it has them too.
#![allow(clippy::too_many_arguments)]

use super::{ApiError, Notice};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use model::MailboxId;
use model::view::detail::MailboxDetail;

#[server(name = GetMailbox, prefix = "/fn", endpoint = "mailbox", input = GetUrl)]
pub async fn mailbox(id: MailboxId) -> Result<MailboxDetail, ApiError> {
    use super::context::{fail, reader};
    use super::settings::place;
    use model::view::detail::{May, Named};
    use service::{SendersOf, SettingsOf, UseCase, permits};
    let (service, actor) = reader()?;
    let row = service.mailbox(&actor, id).await.map_err(fail)?;
    let settings = place::read(&service, &actor, SettingsOf::Mailbox(id)).await.map_err(fail)?;
    let (friends, enemies) = service.senders(&actor, SendersOf::Mailbox(id)).await.map_err(fail)?;
    let of: Vec<i64> = service.mailbox_groups(&actor, id).await.map_err(fail)?.iter().map(|g| g.id).collect();
    let groups = super::group::lines(&service, &actor, row.domain).await.map_err(fail)?;
    Ok(MailboxDetail {
        domain: service.domain(&actor, row.domain).await.map_err(fail)?.row.name,
        senders: super::senders::texts(&friends, &enemies),
        groups: groups.into_iter().map(|g| (Named { id: g.id, name: g.name }, of.contains(&g.id))).collect(),
        may: May {
            edit: permits(actor.role, UseCase::EditMailbox),
            delete: permits(actor.role, UseCase::DeleteMailbox),
            move_it: false,
        },
        row,
        settings,
    })
}

/// `has_keep`: the form has the box `keep`. `aliases`: all of them from now on, one a line or separated by commas. `password`: empty keeps the one that is.
#[server(name = ChangeMailbox, prefix = "/fn", endpoint = "mailbox_change")]
pub async fn change_mailbox(
    form_token: String,
    id: MailboxId,
    #[server(default)] state: Option<String>,
    #[server(default)] access: Option<String>,
    #[server(default)] full_name: Option<String>,
    #[server(default)] keep: Option<String>,
    #[server(default)] has_keep: Option<String>,
    #[server(default)] aliases: Option<String>,
    #[server(default)] password: Option<String>,
    #[server(default)] must_change: Option<String>,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    use model::view::MailboxState;
    let (service, actor) = writer(&form_token)?;
    let password = password.filter(|p| !p.is_empty());
    let change = service::MailboxChange {
        state: match state.as_deref() {
            Some("active") => Some(MailboxState::Active),
            Some("inactive") => Some(MailboxState::Inactive),
            Some("unprotected") => Some(MailboxState::Unprotected),
            _ => None,
        },
        access: access.and_then(|a| a.parse().ok()),
        keep: has_keep.is_some().then(|| keep.as_deref() == Some("on")),
        full_name: full_name.map(|n| n.trim().to_owned()),
        aliases: aliases
            .map(|a| a.split([',', '\n']).map(str::trim).filter(|a| !a.is_empty()).map(str::to_owned).collect()),
        must_change: password.is_some().then(|| must_change.as_deref() == Some("on")),
        password: password.map(Some),
    };
    service.change_mailbox(&actor, id, &change).await.map_err(fail)?;
    Ok(Notice::new("Mailbox saved."))
}

/// Makes the mailbox a member of exactly these groups.
#[server(name = SetMailboxGroups, prefix = "/fn", endpoint = "mailbox_groups")]
pub async fn set_mailbox_groups(
    form_token: String,
    id: MailboxId,
    #[server(default)] groups: Vec<i64>,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    let (service, actor) = writer(&form_token)?;
    service.set_mailbox_groups(&actor, id, &groups).await.map_err(fail)?;
    Ok(Notice::new("Groups saved."))
}

/// Sends a digest of the last days to the mailbox at once (guide chapter 13 "Instant Spam Digest").
#[server(name = SendMailboxDigest, prefix = "/fn", endpoint = "mailbox_digest")]
pub async fn send_mailbox_digest(form_token: String, id: MailboxId, days: i64) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    use model::{Timestamp, UserError, time::DAY};
    let (service, actor) = writer(&form_token)?;
    if !(1..=service::INSTANT_DAYS_MAX).contains(&days) {
        let message = format!("1 to {} days are accepted.", service::INSTANT_DAYS_MAX);
        return Err(fail(UserError::field("days", message)));
    }
    let now = Timestamp::now();
    let n = service.send_instant_digest(&actor, id, now.plus(-days * DAY), now).await.map_err(fail)?;
    Ok(Notice::new(format!("A digest with {} is on its way", crate::ui::format::count(n, "message", "messages"))))
}
