//! Administrators (guide chapter 4 "Managing Administrators").

use super::{ApiError, Notice};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use model::{Role, Timestamp};
use serde::{Deserialize, Serialize};

/// Roles of administrators, as a form's values.
pub const ROLES: [(&str, Role); 4] = [
    ("dashboard", Role::Dashboard),
    ("operator", Role::Operator),
    ("account", Role::Account),
    ("system", Role::System),
];

/// An administrator as their page shows them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AdministratorView {
    pub id: i64,
    pub email: String,
    pub role: Role,
    /// None: of the whole system.
    pub account: Option<String>,
    pub active: bool,
    /// Has set a password.
    pub activated: bool,
    pub created: Timestamp,
}

#[server(name = GetAdministrator, prefix = "/fn", endpoint = "administrator", input = GetUrl)]
pub async fn administrator(id: i64) -> Result<AdministratorView, ApiError> {
    use super::context::{fail, reader};
    let (service, actor) = reader()?;
    let a = service.administrator(&actor, model::AdministratorId(id)).await.map_err(fail)?;
    let account = match a.account {
        Some(account) => Some(service.account(&actor, account).await.map_err(fail)?.name),
        None => None,
    };
    Ok(AdministratorView {
        id,
        email: a.email.to_string(),
        role: a.role,
        account,
        active: a.active,
        activated: a.password_hash.is_some(),
        created: a.created,
    })
}

#[cfg(feature = "ssr")]
fn role_of(word: &str) -> Result<Role, ApiError> {
    let found = ROLES.iter().find(|(w, _)| *w == word).map(|(_, r)| *r);
    found.ok_or_else(|| super::context::fail(model::UserError::field("role", "Choose a role.")))
}

/// Sends the activation mail, by which the administrator chooses a password. `account` is an id; empty for a system
/// administrator.
#[server(name = AddAdministrator, prefix = "/fn", endpoint = "administrator_add")]
pub async fn add_administrator(
    form_token: String,
    email: String,
    #[server(default)] role: String,
    #[server(default)] account: String,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    let (service, actor) = writer(&form_token)?;
    let role = role_of(&role)?;
    let account = if role == Role::System { None } else { account.parse().ok() };
    let new = service::NewAdministrator { email: email.trim().to_owned(), role, account, password: None };
    service.add_administrator(&actor, &new).await.map_err(fail)?;
    let text = format!("Administrator {} added; the activation mail is on its way", email.trim());
    Ok(Notice::new(text).to("/admin/administrators"))
}

/// `active`: `1` or empty.
#[server(name = EditAdministrator, prefix = "/fn", endpoint = "administrator_edit")]
pub async fn edit_administrator(
    form_token: String,
    id: i64,
    #[server(default)] role: String,
    #[server(default)] active: String,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    let (service, actor) = writer(&form_token)?;
    let role = if role.is_empty() { None } else { Some(role_of(&role)?) };
    let change = service::AdministratorChange { role, active: Some(active == "1"), ..Default::default() };
    service.change_administrator(&actor, model::AdministratorId(id), &change).await.map_err(fail)?;
    Ok(Notice::new("Administrator saved"))
}
