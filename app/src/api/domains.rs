//! Domains (guide chapter 6).

use super::{ApiError, Notice};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use model::DomainId;
use model::view::{DomainRow, ListQuery, Page, StartCheck};

#[server(name = ListDomains, prefix = "/fn", endpoint = "domains", input = GetUrl)]
pub async fn domains(query: ListQuery) -> Result<Page<DomainRow>, ApiError> {
    use super::context::{fail, reader};
    let (service, actor) = reader()?;
    service.domains(&actor, &query).await.map_err(fail)
}

/// Asks its gateways and the DNS now.
#[server(name = CheckDomain, prefix = "/fn", endpoint = "domain_check", input = GetUrl)]
pub async fn check_domain(id: DomainId) -> Result<StartCheck, ApiError> {
    use super::context::{fail, reader};
    let (service, actor) = reader()?;
    service.check_domain(&actor, id).await.map_err(fail)
}

/// `account` is an id, or empty where nothing was chosen. `wizard`: `1` goes on with Getting Started.
#[server(name = AddDomain, prefix = "/fn", endpoint = "domain_add")]
pub async fn add_domain(
    form_token: String,
    #[server(default)] account: String,
    name: String,
    gateways: String,
    unrecognized: String,
    #[server(default)] wizard: String,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    use model::UserError;
    use model::view::{DomainForm, Unrecognized};
    let (service, actor) = writer(&form_token)?;
    let account = account
        .parse()
        .map_err(|_| fail(UserError::field("account", "Choose the account that the domain belongs to.")))?;
    let unrecognized = match unrecognized.as_str() {
        "accept" => Unrecognized::Accept,
        "discard" => Unrecognized::Discard,
        _ => Unrecognized::Reject,
    };
    let name = name.trim().to_owned();
    let form = DomainForm { account, name: name.clone(), gateways, unrecognized };
    let id = service.add_domain(&actor, &form).await.map_err(fail)?;
    let to = if wizard == "1" { format!("/admin/start?domain={id}") } else { format!("/admin/domains/{id}") };
    Ok(Notice::new(format!("Domain {name} added")).to(to))
}
