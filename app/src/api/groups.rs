//! Groups (guide chapter 5).

use super::{ApiError, Notice};
use leptos::prelude::*;

/// `domain` is an id, or empty where nothing was chosen.
#[server(name = AddGroup, prefix = "/fn", endpoint = "group_add")]
pub async fn add_group(
    form_token: String,
    #[server(default)] domain: String,
    name: String,
    #[server(default)] ldap_group: String,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    let (service, actor) = writer(&form_token)?;
    let domain =
        domain.parse().map_err(|_| fail(model::UserError::field("domain", "Choose the domain of the group.")))?;
    let ldap = Some(ldap_group.trim()).filter(|g| !g.is_empty());
    let id = service.add_group(&actor, domain, &name, ldap).await.map_err(fail)?;
    Ok(Notice::new(format!("Group {} added", name.trim())).to(format!("/admin/groups/{id}")))
}
