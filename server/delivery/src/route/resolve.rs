use super::{Hosts, Onward, Public, Routing};
use crate::security::Names;
use crate::{Encryption, Options, Route};
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::dnssec::Proof;
use hickory_resolver::proto::rr::{RData, RecordType};
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

/// Where a host can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Addresses {
    pub ips: Vec<IpAddr>,
    /// DNSSEC vouches for them.
    pub secure: bool,
    /// What the host's name is an alias of; else the name itself.
    pub name: String,
}

/// The hosts of a route, best first.
pub(crate) async fn hosts(route: &Route, routing: &dyn Routing, o: &Options) -> Result<Hosts, NoHosts> {
    let own = |hosts, encryption, external| Hosts { hosts, encryption, public: None, names: o.names(external) };
    match route {
        Route::Host(host) => Ok(own(vec![host.clone()], o.encryption.clone(), false)),
        Route::Gateway(domain) => {
            let gateway = routing
                .gateway(domain)
                .filter(|g| !g.hosts.is_empty())
                .ok_or_else(|| NoHosts::Temporary(format!("no mail gateway is configured for {domain}")))?;
            let mut hosts = gateway.hosts;
            if gateway.order == GatewayOrder::Random {
                shuffle(&mut hosts);
            }
            Ok(own(hosts, gateway.encryption, false))
        }
        Route::Mx(domain) => by_mx(domain, o.encryption.clone(), false, o).await,
        Route::Outbound { network, domain, special } => match routing.onward(*network, domain, *special) {
            Some(Onward { host: Some(host), encryption, external_dns }) => {
                Ok(own(vec![host], encryption, external_dns))
            }
            Some(Onward { host: None, encryption, external_dns }) => by_mx(domain, encryption, external_dns, o).await,
            None => by_mx(domain, o.encryption.clone(), false, o).await,
        },
    }
}

async fn by_mx(domain: &DomainName, encryption: Encryption, external: bool, o: &Options) -> Result<Hosts, NoHosts> {
    let names = o.names(external);
    match exchangers(domain, &names, o).await? {
        (hosts, _) if hosts.is_empty() => {
            Err(NoHosts::Permanent("5.4.6", format!("mail for {domain} loops back to {}", o.hostname)))
        }
        (hosts, secure) => {
            Ok(Hosts { hosts, encryption, public: Some(Public { domain: domain.clone(), secure }), names })
        }
    }
}

/// Mail exchangers by preference (RFC 5321 §5.1), without ourselves and whoever comes after us; and whether DNSSEC vouches for
/// them.
pub(crate) async fn exchangers(
    domain: &DomainName,
    names: &Names,
    o: &Options,
) -> Result<(Vec<HostPort>, bool), NoHosts> {
    let at = |host: &str| HostPort { host: host.to_owned(), port: o.mx_port };
    if let Some(ip) = literal(domain.as_str()) {
        return Ok((vec![at(&ip.to_string())], false));
    }
    let lookup = names.look_up(domain.as_str(), RecordType::MX, o.timeouts.dns).await;
    let lookup = lookup.map_err(|e| NoHosts::Temporary(format!("mail exchangers of {domain}: {e}")))?;
    if lookup.no_name {
        return Err(NoHosts::Permanent("5.1.2", format!("the domain {domain} does not exist")));
    }
    let mut found: Vec<(u16, String)> = lookup
        .records
        .iter()
        .filter_map(|record| match &record.data {
            RData::MX(mx) => Some((mx.preference, mx.exchange.to_utf8().trim_end_matches('.').to_lowercase())),
            _ => None,
        })
        .collect();
    // No MX: the domain itself is the host. Whether it has an address is seen when it is resolved.
    if found.is_empty() {
        implicit(domain, names, o).await?;
        return Ok((vec![at(domain.as_str())], lookup.secure));
    }
    if found.iter().all(|(_, host)| host.is_empty()) {
        return Err(NoHosts::Permanent("5.1.10", format!("the domain {domain} does not accept mail (RFC 7505)")));
    }
    found.retain(|(_, host)| !host.is_empty());
    let order: Vec<u32> = found.iter().map(|_| random()).collect();
    let mut keyed: Vec<_> = found.into_iter().zip(order).collect();
    keyed.sort_by_key(|((preference, _), random)| (*preference, *random));
    let us = keyed.iter().find(|((_, host), _)| host.eq_ignore_ascii_case(&o.hostname)).map(|((p, _), _)| *p);
    let before_us = keyed.into_iter().filter(|((p, _), _)| us.is_none_or(|us| *p < us));
    Ok((before_us.map(|((_, host), _)| at(&host)).collect(), lookup.secure))
}

/// A domain without MX must have an address, else it cannot get mail at all.
async fn implicit(domain: &DomainName, names: &Names, o: &Options) -> Result<(), NoHosts> {
    match addresses(domain.as_str(), true, names, o).await {
        Ok(_) => Ok(()),
        Err(NoAddress::NotFound(_)) => {
            Err(NoHosts::Permanent("5.4.4", format!("the domain {domain} has neither a mail exchanger nor an address")))
        }
        Err(NoAddress::Temporary(why)) => Err(NoHosts::Temporary(why)),
    }
}

/// The addresses of a host in the order of the resolver. `public`: the name comes from DNS, so local search domains must not
/// be tried on it, nor the hosts of this machine.
pub(crate) async fn addresses(host: &str, public: bool, names: &Names, o: &Options) -> Result<Addresses, NoAddress> {
    if let Some(ip) = literal(host) {
        return Ok(Addresses { ips: vec![ip], secure: false, name: host.to_owned() });
    }
    let resolver = if public { names.any() } else { names.plain.as_ref().or(names.validating.as_ref()) };
    let Some(resolver) = resolver else {
        return Err(NoAddress::Temporary(format!("{host}: DNS is not available")));
    };
    let name = if public { absolute(host) } else { host.to_owned() };
    let found =
        match tokio::time::timeout(o.timeouts.dns, resolver.lookup_ip(name)).await.unwrap_or(Err(NetError::Timeout)) {
            Ok(found) => found,
            Err(e) if e.is_nx_domain() || e.is_no_records_found() => {
                return Err(NoAddress::NotFound(format!("{host} has no address")));
            }
            // Signed as having none by a zone that is not secure itself.
            Err(NetError::Dns(DnsError::Nsec { proof: Proof::Insecure, .. })) => {
                return Err(NoAddress::NotFound(format!("{host} has no address")));
            }
            Err(e) => return Err(NoAddress::Temporary(format!("address of {host}: {e}"))),
        };
    let records: Vec<_> = found.as_lookup().answers().iter().filter(|r| !matches!(r.data, RData::DNSSEC(_))).collect();
    let validated = public && names.validating.is_some();
    if validated && records.iter().any(|r| matches!(r.proof, Proof::Bogus | Proof::Indeterminate)) {
        return Err(NoAddress::Temporary(format!("address of {host}: its DNSSEC signatures are wrong")));
    }
    let ips: Vec<IpAddr> = found.iter().collect();
    if ips.is_empty() {
        return Err(NoAddress::NotFound(format!("{host} has no address")));
    }
    let last = records.iter().find(|r| matches!(r.data, RData::A(_) | RData::AAAA(_)));
    let name = last.map_or_else(|| host.to_owned(), |r| r.name.to_utf8().trim_end_matches('.').to_lowercase());
    let secure = validated && !records.is_empty() && records.iter().all(|r| r.proof == Proof::Secure);
    Ok(Addresses { ips, secure, name })
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
