//! Accounts (guide chapter 4).

use super::{ApiError, Notice};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use model::view::{AccountRow, ListQuery, Page};

#[server(name = ListAccounts, prefix = "/fn", endpoint = "accounts", input = GetUrl)]
pub async fn accounts(query: ListQuery) -> Result<Page<AccountRow>, ApiError> {
    use super::context::{fail, reader};
    let (service, actor) = reader()?;
    service.accounts(&actor, &query).await.map_err(fail)
}

/// `wizard`: `1` goes on with Getting Started.
#[server(name = AddAccount, prefix = "/fn", endpoint = "account_add")]
pub async fn add_account(
    form_token: String,
    name: String,
    #[server(default)] wizard: String,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    let (service, actor) = writer(&form_token)?;
    let id = service.add_account(&actor, name.trim()).await.map_err(fail)?;
    let to = if wizard == "1" { format!("/admin/start?account={id}") } else { "/admin/accounts".to_owned() };
    Ok(Notice::new(format!("Account {} added", name.trim())).to(to))
}
