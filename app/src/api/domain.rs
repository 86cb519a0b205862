//! One domain (guide chapter 6).

use super::{ApiError, Notice};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use model::DomainId;
use model::view::detail::DomainDetail;

#[server(name = GetDomain, prefix = "/fn", endpoint = "domain", input = GetUrl)]
pub async fn domain(id: DomainId) -> Result<DomainDetail, ApiError> {
    use super::context::{fail, reader};
    use super::senders::texts;
    use super::settings::place;
    use model::view::ListQuery;
    use model::view::detail::{May, Named};
    use service::{SettingsOf, UseCase, permits};
    let (service, actor) = reader()?;
    let view = service.domain(&actor, id).await.map_err(fail)?;
    let settings = place::read(&service, &actor, SettingsOf::Domain(id)).await.map_err(fail)?;
    let may = May {
        edit: permits(actor.role, UseCase::EditDomain),
        delete: permits(actor.role, UseCase::DeleteDomain),
        move_it: permits(actor.role, UseCase::MoveDomain),
    };
    let mut accounts = Vec::new();
    if may.move_it {
        let all = ListQuery { per_page: 500, ..ListQuery::default() };
        let rows = service.accounts(&actor, &all).await.map_err(fail)?.rows;
        accounts =
            rows.into_iter().filter(|a| a.id != view.row.account).map(|a| Named { id: a.id.0, name: a.name }).collect();
    }
    Ok(DomainDetail {
        groups: super::group::lines(&service, &actor, id).await.map_err(fail)?,
        filters: filters(&service, &actor, id).await.map_err(fail)?,
        senders: texts(&view.friends, &view.enemies),
        row: view.row,
        unrecognized: view.unrecognized,
        accounts,
        may,
        settings,
    })
}

/// The content filters that are in force for a domain's mail, in the order in which they are looked at.
#[cfg(feature = "ssr")]
async fn filters(
    service: &service::Service,
    actor: &model::Actor,
    id: DomainId,
) -> Result<Vec<model::view::detail::FilterLine>, service::Error> {
    use crate::admin::settings::words::{origin, words};
    use model::settings::{Level, definition};
    const PATH: &str = "filtering.content_filters";
    let view = service.settings(actor, service::SettingsOf::Domain(id)).await?;
    let own = view.set.get(PATH).unwrap_or_default();
    let found = view.effective.iter().find(|(path, _)| path == PATH);
    let (Some((_, source)), Some(kind)) = (found, definition(PATH).map(|d| d.kind)) else { return Ok(Vec::new()) };
    let model::settings::Kind::Map { value, .. } = kind else { return Ok(Vec::new()) };
    let mut order = Vec::new();
    if service::permits(actor.role, service::UseCase::ListDomains) {
        order = service.filters_of(actor, service::FilterPlace::Domain(id)).await?;
    }
    let place = |name: &str| order.iter().position(|f| f.name.eq_ignore_ascii_case(name)).unwrap_or(usize::MAX);
    let below = view.effective.iter().zip(&view.below).find(|((path, _), _)| path == PATH).and_then(|(_, b)| b.level);
    let line = |(name, action): (&String, &serde_json::Value)| model::view::detail::FilterLine {
        name: name.clone(),
        action: words(value, action),
        from: if own.get(name).is_some() { "Set here".into() } else { origin(below, Level::Domain) },
    };
    let mut lines: Vec<_> = source.value.as_object().into_iter().flatten().map(line).collect();
    lines.sort_by_key(|l| place(&l.name));
    Ok(lines)
}

/// What is left out or empty stays as it is.
#[server(name = ChangeDomain, prefix = "/fn", endpoint = "domain_change")]
pub async fn change_domain(
    form_token: String,
    id: DomainId,
    #[server(default)] gateways: Option<String>,
    #[server(default)] unrecognized: Option<String>,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    use model::view::Unrecognized;
    let (service, actor) = writer(&form_token)?;
    let unrecognized = match unrecognized.as_deref() {
        Some("accept") => Some(Unrecognized::Accept),
        Some("forward") => Some(Unrecognized::Forward),
        Some("discard") => Some(Unrecognized::Discard),
        Some("reject") => Some(Unrecognized::Reject),
        _ => None,
    };
    let what = if gateways.is_some() { "Mail gateways saved." } else { "Unrecognized recipient handling saved." };
    let change = service::DomainChange { gateways, unrecognized };
    service.change_domain(&actor, id, &change).await.map_err(fail)?;
    Ok(Notice::new(what))
}

#[server(name = MoveDomain, prefix = "/fn", endpoint = "domain_move")]
pub async fn move_domain(
    form_token: String,
    id: DomainId,
    #[server(default)] account: String,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    use model::{AccountId, UserError};
    let (service, actor) = writer(&form_token)?;
    let to: AccountId = account.parse().map_err(|_| fail(UserError::field("account", "Choose an account.")))?;
    service.move_domain(&actor, id, to).await.map_err(fail)?;
    Ok(Notice::new("The domain was moved, with its mailboxes."))
}
