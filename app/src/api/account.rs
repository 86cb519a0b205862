//! One account (guide chapters 4 and 5).
// A form has as many arguments as fields; what the macro makes of it has them too.
#![allow(clippy::too_many_arguments)]

use super::{ApiError, Notice};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use model::AccountId;
use model::view::detail::AccountDetail;

#[server(name = GetAccount, prefix = "/fn", endpoint = "account", input = GetUrl)]
pub async fn account(id: AccountId) -> Result<AccountDetail, ApiError> {
    use super::context::{fail, reader};
    use super::settings::place;
    use model::view::detail::{May, Named};
    use service::{SettingsOf, UseCase, permits};
    let (service, actor) = reader()?;
    let row = service.account(&actor, id).await.map_err(fail)?;
    // Licences and brands are the system's administrators' alone.
    let licenses = actor.role == model::Role::System;
    let brands = if licenses { service.brands(&actor).await.map_err(fail)? } else { Vec::new() };
    Ok(AccountDetail {
        row,
        brands: brands.into_iter().map(|b| Named { id: b.id, name: b.name }).collect(),
        licenses,
        may: May {
            edit: permits(actor.role, UseCase::EditAccount),
            delete: permits(actor.role, UseCase::DeleteAccount),
            move_it: false,
        },
        settings: place::read(&service, &actor, SettingsOf::Account(id)).await.map_err(fail)?,
    })
}

/// `licensed`: present where features, brand and default are said too.
#[server(name = ChangeAccount, prefix = "/fn", endpoint = "account_change")]
pub async fn change_account(
    form_token: String,
    id: AccountId,
    #[server(default)] name: Option<String>,
    #[server(default)] email: Option<String>,
    #[server(default)] time_zone: Option<String>,
    #[server(default)] licensed: Option<String>,
    #[server(default)] features: Vec<String>,
    #[server(default)] brand: Option<String>,
    #[server(default)] make_default: Option<String>,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    let (service, actor) = writer(&form_token)?;
    let change = service::AccountChange {
        name,
        email,
        time_zone: time_zone.map(|z| z.trim().to_owned()),
        features: licensed.is_some().then(|| features.iter().filter_map(|f| f.parse().ok()).collect()),
        brand: licensed.is_some().then(|| brand.and_then(|b| b.parse().ok())),
        make_default: make_default.as_deref() == Some("on"),
    };
    service.change_account(&actor, id, &change).await.map_err(fail)?;
    Ok(Notice::new("Account saved."))
}
