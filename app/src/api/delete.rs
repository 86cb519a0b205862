//! Deleting an object, from its own page.

use super::{ApiError, Notice};
use leptos::prelude::*;

/// `place`: `domain:5`. `sure`: the box that says so is ticked.
#[server(name = DeleteObject, prefix = "/fn", endpoint = "delete")]
pub async fn delete(form_token: String, place: String, #[server(default)] sure: String) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    use model::{ErrorCode, UserError};
    use service::SettingsOf;
    let (service, actor) = writer(&form_token)?;
    let of = super::settings::place::parse(&place).map_err(fail)?;
    if sure != "on" {
        return Err(fail(UserError::field("sure", "Say that you are sure: tick the box.")));
    }
    // Looked at before for the notice; whether it may go, the service says.
    let notice = match of {
        SettingsOf::Domain(id) => {
            let name = service.domain(&actor, id).await.map(|d| d.row.name);
            service.delete_domain(&actor, id).await.map_err(fail)?;
            let name = name.unwrap_or_default();
            Notice::new(format!("Domain {name} deleted")).to("/admin/domains")
        }
        SettingsOf::Mailbox(id) => {
            let row = service.mailbox(&actor, id).await;
            let aliases = service.delete_mailbox(&actor, id).await.map_err(fail)?;
            let row = row.map_err(fail)?;
            let with = crate::ui::format::count(aliases.len() as u64, "alias", "aliases");
            let text = if aliases.is_empty() {
                format!("Mailbox {} deleted", row.address)
            } else {
                format!("Mailbox {} deleted with {with}", row.address)
            };
            Notice::new(text).to(format!("/admin/mailboxes?domain={}", row.domain))
        }
        SettingsOf::Group(id) => {
            let group = service.group(&actor, id).await;
            service.delete_group(&actor, id).await.map_err(fail)?;
            let group = group.map_err(fail)?;
            Notice::new(format!("Group {} deleted", group.name)).to(format!("/admin/domains/{}#groups", group.domain))
        }
        SettingsOf::OutboundIp(id) => {
            let ip = service.outbound_ip(&actor, id).await;
            service.delete_outbound_ip(&actor, id).await.map_err(fail)?;
            let range = ip.map_err(fail)?.range;
            Notice::new(format!("Outbound IP {range} deleted")).to("/admin/outbound-ips")
        }
        SettingsOf::Account(id) => {
            let name = service.account(&actor, id).await.map(|a| a.name);
            service.delete_account(&actor, id).await.map_err(fail)?;
            let name = name.unwrap_or_default();
            Notice::new(format!("Account {name} deleted")).to("/admin/accounts")
        }
        SettingsOf::Brand(id) => {
            let name = service.brand(&actor, id).await.map(|b| b.name);
            service.delete_brand(&actor, id).await.map_err(fail)?;
            let name = name.unwrap_or_default();
            Notice::new(format!("Brand {name} deleted")).to("/admin/brands")
        }
        _ => return Err(fail(UserError::new(ErrorCode::Invalid, "This cannot be deleted."))),
    };
    Ok(notice)
}
