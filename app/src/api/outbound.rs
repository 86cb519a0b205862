//! Outbound IPs (guide chapter 7).

use super::{ApiError, Notice};
use leptos::prelude::*;

/// `account` is an id, or empty where nothing was chosen.
#[server(name = AddOutboundIp, prefix = "/fn", endpoint = "outbound_add")]
pub async fn add_outbound_ip(
    form_token: String,
    #[server(default)] account: String,
    range: String,
    #[server(default)] nickname: String,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    let (service, actor) = writer(&form_token)?;
    let account = account
        .parse()
        .map_err(|_| fail(model::UserError::field("account", "Choose the account that the address belongs to.")))?;
    let id = service.add_outbound_ip(&actor, account, range.trim(), nickname.trim()).await.map_err(fail)?;
    Ok(Notice::new(format!("Outbound IP {} added", range.trim())).to(format!("/admin/outbound-ips/{id}")))
}
