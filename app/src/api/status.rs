//! What the DNS says of domains and outbound IPs now, and trying the way to their hosts (guide chapters 6 and 7).

use super::{ApiError, Notice};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use model::DomainId;
use model::view::HostTest;
use model::view::status::{DomainStatus, OutboundStatus};

#[server(name = GetDomainStatus, prefix = "/fn", endpoint = "domain_status", input = GetUrl)]
pub async fn domain_status(id: DomainId) -> Result<DomainStatus, ApiError> {
    use super::context::{fail, reader};
    let (service, actor) = reader()?;
    service.domain_status(&actor, id).await.map_err(fail)
}

#[server(name = GetOutboundStatus, prefix = "/fn", endpoint = "outbound_status", input = GetUrl)]
pub async fn outbound_status(id: i64) -> Result<OutboundStatus, ApiError> {
    use super::context::{fail, reader};
    let (service, actor) = reader()?;
    service.outbound_status(&actor, id).await.map_err(fail)
}

/// The domain's name, and what each of its gateways said. Nothing is sent.
#[server(name = TestGateways, prefix = "/fn", endpoint = "test_gateways", input = GetUrl)]
pub async fn test_gateways(id: DomainId) -> Result<(String, Vec<HostTest>), ApiError> {
    use super::context::{fail, reader};
    let (service, actor) = reader()?;
    let tests = service.test_gateways(&actor, id).await.map_err(fail)?;
    Ok((service.domain(&actor, id).await.map_err(fail)?.row.name, tests))
}

/// The network, and what each host said that its mail for `domain` would go to; none where no domain is named. `special`:
/// `1` as mail with special routing.
#[server(name = TestOnward, prefix = "/fn", endpoint = "test_onward", input = GetUrl)]
pub async fn test_onward(
    id: i64,
    #[server(default)] domain: String,
    #[server(default)] special: String,
) -> Result<(String, Vec<HostTest>), ApiError> {
    use super::context::{fail, reader};
    let (service, actor) = reader()?;
    let tests = match (domain.trim(), special.as_str()) {
        ("", _) => Vec::new(),
        (domain, "1") => service.test_special(&actor, id, domain).await.map_err(fail)?,
        (domain, _) => service.test_onward(&actor, id, domain).await.map_err(fail)?,
    };
    let network = service.outbound_ip(&actor, id).await.map_err(fail)?;
    let name = match network.nickname.as_str() {
        "" => network.range.to_string(),
        nickname => nickname.to_owned(),
    };
    Ok((name, tests))
}

/// The delivery exception of the domain takes this certificate from now on, and no other.
#[server(name = TrustCertificate, prefix = "/fn", endpoint = "trust_certificate")]
pub async fn trust_certificate(
    form_token: String,
    id: i64,
    domain: String,
    fingerprint: String,
) -> Result<Notice, ApiError> {
    use super::context::{fail, writer};
    let (service, actor) = writer(&form_token)?;
    service.trust_certificate(&actor, id, &domain, &fingerprint).await.map_err(fail)?;
    let to = format!("/admin/outbound-ips/{id}/test?domain={}", crate::query::encode(domain.trim()));
    Ok(Notice::new(format!("Mail to {} goes to the host with this certificate only.", domain.trim())).to(to))
}
