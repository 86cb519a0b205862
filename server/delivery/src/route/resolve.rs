use super::{Hosts, Onward, Routing};
use crate::{Encryption, Options, Route};
use hickory_resolver::net::NetError;
use hickory_resolver::proto::rr::RData;
use model::settings::GatewayOrder;
use model::{DomainName, HostPort};
use std::net::IpAddr;

/// Why a route leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoHosts {
    /// It never will: an enhanced status (RFC 3463) and a sentence.
    Permanent(&'static str, String),
    Temporary(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoAddress {
    /// DNS says that there is none.
    NotFound(String),
    Temporary(String),
}

/// The hosts of a route, best first.
pub(crate) async fn hosts(route: &Route, routing: &dyn Routing, o: &Options) -> Result<Hosts, NoHosts> {
    match route {
        Route::Host(host) => Ok(Hosts { hosts: vec![host.clone()], encryption: o.encryption.clone(), public: false }),
        Route::Gateway(domain) => {
            let gateway = routing
                .gateway(domain)
                .filter(|g| !g.hosts.is_empty())
                .ok_or_else(|| NoHosts::Temporary(format!("no mail gateway is configured for {domain}")))?;
            let mut hosts = gateway.hosts;
            if gateway.order == GatewayOrder::Random {
                shuffle(&mut hosts);
            }
            Ok(Hosts { hosts, encryption: gateway.encryption, public: false })
        }
        Route::Mx(domain) => by_mx(domain, o.encryption.clone(), o).await,
        Route::Outbound { network, domain, special } => match routing.onward(*network, domain, *special) {
            Some(Onward { host: Some(host), encryption }) => Ok(Hosts { hosts: vec![host], encryption, public: false }),
            Some(Onward { host: None, encryption }) => by_mx(domain, encryption, o).await,
            None => by_mx(domain, o.encryption.clone(), o).await,
        },
    }
}

async fn by_mx(domain: &DomainName, encryption: Encryption, o: &Options) -> Result<Hosts, NoHosts> {
    match exchangers(domain, o).await? {
        hosts if hosts.is_empty() => {
            Err(NoHosts::Permanent("5.4.6", format!("mail for {domain} loops back to {}", o.hostname)))
        }
        hosts => Ok(Hosts { hosts, encryption, public: true }),
    }
}

/// Mail exchangers by preference (RFC 5321 §5.1), without ourselves and whoever comes after us.
pub(crate) async fn exchangers(domain: &DomainName, o: &Options) -> Result<Vec<HostPort>, NoHosts> {
    let at = |host: &str| HostPort { host: host.to_owned(), port: o.mx_port };
    if let Some(ip) = literal(domain.as_str()) {
        return Ok(vec![at(&ip.to_string())]);
    }
    let Some(resolver) = &o.resolver else {
        return Err(NoHosts::Temporary("DNS is not available".to_owned()));
    };
    let lookup = tokio::time::timeout(o.timeouts.dns, resolver.mx_lookup(absolute(domain.as_str()))).await;
    let lookup = match lookup.unwrap_or(Err(NetError::Timeout)) {
        Ok(lookup) => lookup,
        Err(e) if e.is_nx_domain() => {
            return Err(NoHosts::Permanent("5.1.2", format!("the domain {domain} does not exist")));
        }
        // No MX: the domain itself is the host. Whether it has an address is seen when it is resolved.
        Err(e) if e.is_no_records_found() => return implicit(domain, o).await.map(|()| vec![at(domain.as_str())]),
        Err(e) => return Err(NoHosts::Temporary(format!("mail exchangers of {domain}: {e}"))),
    };
    let mut found: Vec<(u16, String)> = lookup
        .answers()
        .iter()
        .filter_map(|record| match &record.data {
            RData::MX(mx) => Some((mx.preference, mx.exchange.to_utf8().trim_end_matches('.').to_lowercase())),
            _ => None,
        })
        .collect();
    if found.is_empty() {
        return implicit(domain, o).await.map(|()| vec![at(domain.as_str())]);
    }
    if found.iter().all(|(_, host)| host.is_empty()) {
        return Err(NoHosts::Permanent("5.1.10", format!("the domain {domain} does not accept mail (RFC 7505)")));
    }
    found.retain(|(_, host)| !host.is_empty());
    let order: Vec<u32> = found.iter().map(|_| random()).collect();
    let mut keyed: Vec<_> = found.into_iter().zip(order).collect();
    keyed.sort_by_key(|((preference, _), random)| (*preference, *random));
    let us = keyed.iter().find(|((_, host), _)| host.eq_ignore_ascii_case(&o.hostname)).map(|((p, _), _)| *p);
    Ok(keyed.into_iter().filter(|((p, _), _)| us.is_none_or(|us| *p < us)).map(|((_, host), _)| at(&host)).collect())
}

/// A domain without MX must have an address, else it cannot get mail at all.
async fn implicit(domain: &DomainName, o: &Options) -> Result<(), NoHosts> {
    match addresses(domain.as_str(), true, o).await {
        Ok(_) => Ok(()),
        Err(NoAddress::NotFound(_)) => {
            Err(NoHosts::Permanent("5.4.4", format!("the domain {domain} has neither a mail exchanger nor an address")))
        }
        Err(NoAddress::Temporary(why)) => Err(NoHosts::Temporary(why)),
    }
}

/// The addresses of a host in the order of the resolver. `public`: the name comes from DNS, so local search
/// domains must not be tried on it.
pub(crate) async fn addresses(host: &str, public: bool, o: &Options) -> Result<Vec<IpAddr>, NoAddress> {
    if let Some(ip) = literal(host) {
        return Ok(vec![ip]);
    }
    let Some(resolver) = &o.resolver else {
        return Err(NoAddress::Temporary(format!("{host}: DNS is not available")));
    };
    let name = if public { absolute(host) } else { host.to_owned() };
    match tokio::time::timeout(o.timeouts.dns, resolver.lookup_ip(name)).await.unwrap_or(Err(NetError::Timeout)) {
        Ok(found) => {
            let ips: Vec<IpAddr> = found.iter().collect();
            if ips.is_empty() { Err(NoAddress::NotFound(format!("{host} has no address"))) } else { Ok(ips) }
        }
        Err(e) if e.is_nx_domain() || e.is_no_records_found() => {
            Err(NoAddress::NotFound(format!("{host} has no address")))
        }
        Err(e) => Err(NoAddress::Temporary(format!("address of {host}: {e}"))),
    }
}

/// `192.0.2.1`, `[192.0.2.1]` or `[IPv6:2001:db8::1]`.
fn literal(host: &str) -> Option<IpAddr> {
    let inner = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
    let inner = inner.get(..5).filter(|p| p.eq_ignore_ascii_case("IPv6:")).map_or(inner, |p| &inner[p.len()..]);
    inner.parse().ok()
}

fn absolute(name: &str) -> String {
    format!("{}.", name.trim_end_matches('.'))
}

fn random() -> u32 {
    // Without randomness the order is fixed, which is still an order.
    getrandom::u32().unwrap_or(0)
}

fn shuffle(hosts: &mut [HostPort]) {
    for i in (1..hosts.len()).rev() {
        hosts.swap(i, random() as usize % (i + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_literals_need_no_dns() {
        for text in ["192.0.2.1", "[192.0.2.1]"] {
            assert_eq!(literal(text), "192.0.2.1".parse().ok());
        }
        assert_eq!(literal("[ipv6:2001:db8::1]"), "2001:db8::1".parse().ok());
        assert_eq!(literal("mail.acme.test"), None);
        assert_eq!(literal("é"), None);
    }
    #[test]
    fn shuffling_loses_no_host() {
        let mut hosts: Vec<HostPort> = (1..=9).map(|port| HostPort { host: "h".into(), port }).collect();
        shuffle(&mut hosts);
        hosts.sort_by_key(|h| h.port);
        assert_eq!(hosts.iter().map(|h| h.port).collect::<Vec<_>>(), (1..=9).collect::<Vec<_>>());
    }
}
