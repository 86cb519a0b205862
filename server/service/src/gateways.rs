//! Where a new domain's clean mail may go without being typed in (guide chapter 6 "Adding a Domain": Automatic, Choose).

use crate::domain_change::domain_in;
use crate::{Error, Service, UseCase};
use filter::auth::dns::Failure;
use model::{Actor, DomainId, DomainName, ErrorCode, HostPort};

/// Where the gateways of a domain are taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatewaySource {
    /// Its mail exchangers in DNS as they are now, in order of preference: "Automatic".
    Dns,
    /// Those of another domain of the same account: "Choose".
    Domain(DomainId),
}

/// Port of servers that DNS names (RFC 5321 §5.1).
const SMTP: u16 = 25;

impl Service {
    /// The gateways that a new domain of this name would have, best first; nothing is changed.
    ///
    /// # Errors
    /// A name that is none, a domain without mail exchangers other than this gateway (its clean mail would come back),
    /// or no answer from DNS: all of them as a problem of the field `gateways` or `name`.
    pub async fn gateways_from(
        &self,
        actor: &Actor,
        name: &str,
        source: GatewaySource,
    ) -> Result<Vec<HostPort>, Error> {
        let scope = self.permit(actor, UseCase::AddDomain)?;
        match source {
            GatewaySource::Domain(id) => {
                let mut c = self.inner.store.read().await?;
                match domain_in(&mut c, scope, id).await {
                    Ok(domain) => Ok(domain.gateways),
                    Err(e) if e.code() == ErrorCode::NotFound => {
                        Err(Error::field("gateways", "There is no such domain to take them from."))
                    }
                    Err(e) => Err(e),
                }
            }
            GatewaySource::Dns => {
                let name = DomainName::parse(name.trim()).map_err(|e| Error::field("name", e.to_string()))?;
                self.exchangers(&name).await
            }
        }
    }

    async fn exchangers(&self, name: &DomainName) -> Result<Vec<HostPort>, Error> {
        let wrong = |message: String| Err(Error::field("gateways", message));
        let answer = match self.network() {
            Ok(network) => network.mx(name.as_str()).await,
            Err(_) => Err(Failure::Temporary("no resolver is at hand".into())),
        };
        let hosts = match answer {
            Ok(hosts) => hosts,
            Err(Failure::NxDomain) => {
                return wrong(format!("{name} does not exist in DNS. Enter its gateways instead."));
            }
            Err(Failure::NoData) => return wrong(format!("{name} has no MX records. Enter its gateways instead.")),
            Err(Failure::Temporary(why)) => {
                return wrong(format!("DNS does not answer for {name} ({why}). Try again, or enter its gateways."));
            }
        };
        let ours = &self.inner.config.hostname;
        let mut found: Vec<HostPort> = Vec::new();
        for host in hosts.iter().map(|h| h.trim_end_matches('.')).filter(|h| !h.eq_ignore_ascii_case(ours)) {
            // A null MX (RFC 7505) and names that are no names lead nowhere.
            if let Ok(host) = DomainName::parse(host) {
                let gateway = HostPort { host: host.to_string(), port: SMTP };
                if !found.contains(&gateway) {
                    found.push(gateway);
                }
            }
        }
        found.truncate(crate::domains::GATEWAYS_MAX);
        if found.is_empty() {
            let ours_only = hosts.iter().any(|h| h.trim_end_matches('.').eq_ignore_ascii_case(ours));
            return wrong(match ours_only {
                true => format!("The MX records of {name} lead to this gateway already. Enter the server behind it."),
                false => format!("{name} says in DNS that it takes no mail (RFC 7505). Enter its gateways instead."),
            });
        }
        Ok(found)
    }
}
