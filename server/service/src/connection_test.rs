//! Trying the way to a domain's gateways, or from an outbound network to a domain (guide chapters 6 and 7 "Test
//! Connection"): nothing is sent, and what each host says and shows is shown.

use crate::domain_change::domain_in;
use crate::outbound::outbound_in;
use crate::{Error, Service, UseCase};
use model::view::HostTest;
use model::{Actor, DomainId, DomainName};

/// Whose way to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// To the gateways of a domain of ours.
    Gateways(DomainName),
    /// From an outbound network, by its id, to a domain, with its delivery exceptions.
    Onward(i64, DomainName),
    /// From an outbound network, for a message to the domain that is routed specially (guide chapter 7 "Custom Routing").
    Special(i64, DomainName),
}

impl Service {
    /// Tries each gateway of the domain with its boundary encryption.
    pub async fn test_gateways(&self, actor: &Actor, id: DomainId) -> Result<Vec<HostTest>, Error> {
        let scope = self.permit(actor, UseCase::EditDomain)?;
        let mut c = self.inner.store.read().await?;
        let domain = domain_in(&mut c, scope, id).await?;
        drop(c);
        Ok(self.network()?.try_way(Way::Gateways(domain.name)).await)
    }

    /// Tries the hosts that mail of the network for a domain would go to.
    pub async fn test_onward(&self, actor: &Actor, network: i64, domain: &str) -> Result<Vec<HostTest>, Error> {
        self.test_from(actor, network, domain, Way::Onward).await
    }

    /// Tries the hosts that mail with special routing would go to.
    pub async fn test_special(&self, actor: &Actor, network: i64, domain: &str) -> Result<Vec<HostTest>, Error> {
        self.test_from(actor, network, domain, Way::Special).await
    }

    async fn test_from(
        &self,
        actor: &Actor,
        network: i64,
        domain: &str,
        way: fn(i64, DomainName) -> Way,
    ) -> Result<Vec<HostTest>, Error> {
        let scope = self.permit(actor, UseCase::EditOutbound)?;
        let domain = DomainName::parse(domain.trim()).map_err(|e| Error::field("domain", e.to_string()))?;
        let mut c = self.inner.store.read().await?;
        let found = outbound_in(&mut c, scope, network).await?;
        drop(c);
        Ok(self.network()?.try_way(way(found.id, domain)).await)
    }
}
