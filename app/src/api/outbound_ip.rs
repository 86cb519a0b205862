//! One outbound IP (guide chapter 7).

use super::{ApiError, Notice};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use model::view::detail::OutboundDetail;

#[server(name = GetOutboundIp, prefix = "/fn", endpoint = "outbound_ip", input = GetUrl)]
pub async fn outbound_ip(id: i64) -> Result<OutboundDetail, ApiError> {
    use super::context::{fail, reader};
    use super::settings::place;
    use model::view::ListQuery;
    use model::view::detail::{May, Named};
    use service::{Member, SettingsOf, UseCase, permits};
    let (service, actor) = reader()?;
    let ip = service.outbound_ip(&actor, id).await.map_err(fail)?;
    let members = service.outbound_members(&actor, id).await.map_err(fail)?.into_iter().map(|m| match m {
        Member::Domain(_, name) | Member::External(name) => name.to_string(),
    });
    let move_it = permits(actor.role, UseCase::MoveOutbound);
    let first = ListQuery { sort: "name".into(), per_page: 500, ..ListQuery::default() };
    let accounts = if move_it { service.accounts(&actor, &first).await.map_err(fail)?.rows } else { Vec::new() };
    let others = accounts.into_iter().filter(|a| a.id != ip.account);
    let accounts = others.map(|a| Named { id: a.id.0, name: a.name }).collect();
    Ok(OutboundDetail {
        id,
        range: ip.range.to_string(),
        nickname: ip.nickname,
        account: Named {
            id: ip.account.0,
            name: service.account(&actor, ip.account).await.map(|a| a.name).unwrap_or_default(),
        },
        members: members.collect::<Vec<_>>().join("\n"),
        accounts,
        may: May {
            edit: permits(actor.role, UseCase::EditOutbound),
            delete: permits(actor.role, UseCase::DeleteOutbound),
            move_it,
        },
        settings: place::read(&service, &actor, SettingsOf::OutboundIp(id)).await.map_err(fail)?,
    })
}

/// What is left out stays as it is. `members`: domains, one a line.
#[server(name = ChangeOutboundIp, prefix = "/fn", endpoint = "outbound_ip_change")]
pub async fn change_outbound_ip(
    form_token: String,
    id: i64,
    #[server(default)] nickname: Option<String>,
    #[server(default)] members: Option<String>,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    use model::{DomainName, UserError};
    let (service, actor) = writer(&form_token)?;
    if let Some(members) = members {
        let mut names = Vec::new();
        for line in members.split([',', '\n']).map(str::trim).filter(|l| !l.is_empty()) {
            let name =
                DomainName::parse(line).map_err(|e| fail(UserError::field("members", format!("{line}: {e}"))))?;
            names.push(name);
        }
        let set = service.set_outbound_members(&actor, id, &names).await;
        set.map_err(|e| {
            let mut error = UserError::from(e);
            for field in &mut error.fields {
                field.field = "members".into();
            }
            fail(error)
        })?;
    }
    if let Some(nickname) = nickname {
        service.name_outbound_ip(&actor, id, nickname.trim()).await.map_err(fail)?;
    }
    Ok(Notice::new("Outbound IP saved."))
}

/// Gives it to another account (guide chapter 7 "Moving Outbound IPs Between Accounts").
#[server(name = MoveOutboundIp, prefix = "/fn", endpoint = "outbound_ip_move")]
pub async fn move_outbound_ip(
    form_token: String,
    id: i64,
    #[server(default)] account: String,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    use model::{AccountId, UserError};
    let (service, actor) = writer(&form_token)?;
    let to: AccountId = account.parse().map_err(|_| fail(UserError::field("account", "Choose an account.")))?;
    service.move_outbound_ip(&actor, id, to).await.map_err(fail)?;
    Ok(Notice::new("The outbound IP was moved."))
}
