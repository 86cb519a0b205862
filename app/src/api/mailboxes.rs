//! Mailboxes (guide chapter 8).

use super::{ApiError, Notice};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use model::DomainId;
use model::view::{ListQuery, MailboxRow, Page};

/// Of one domain, or of all that the caller may see.
#[server(name = ListMailboxes, prefix = "/fn", endpoint = "mailboxes", input = GetUrl)]
pub async fn mailboxes(
    #[server(default)] domain: Option<DomainId>,
    query: ListQuery,
) -> Result<Page<MailboxRow>, ApiError> {
    use super::context::{fail, reader};
    let (service, actor) = reader()?;
    service.mailboxes(&actor, domain, &query).await.map_err(fail)
}

/// `domain` is an id, or empty where nothing was chosen.
#[server(name = AddMailbox, prefix = "/fn", endpoint = "mailbox_add")]
pub async fn add_mailbox(
    form_token: String,
    #[server(default)] domain: String,
    name: String,
    #[server(default)] aliases: String,
    #[server(default)] password: String,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    use model::UserError;
    use model::view::MailboxForm;
    let (service, actor) = writer(&form_token)?;
    let domain: DomainId =
        domain.parse().map_err(|_| fail(UserError::field("domain", "Choose the domain of the mailbox.")))?;
    let name = name.trim().to_owned();
    let form = MailboxForm { domain, name: name.clone(), aliases, password };
    service.add_mailbox(&actor, &form).await.map_err(fail)?;
    let address = if name.contains('@') {
        name
    } else {
        format!("{name}@{}", service.domain(&actor, domain).await.map_err(fail)?.row.name)
    };
    Ok(Notice::new(format!("Mailbox {address} added")).to(format!("/admin/mailboxes?domain={domain}")))
}
