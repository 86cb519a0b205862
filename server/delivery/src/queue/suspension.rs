//! Domains that get no notices (guide chapter 2 "Bounce Suspension List").

use crate::{Options, route};
use model::DomainName;
use std::collections::HashSet;
use std::net::IpAddr;
use std::str::FromStr;

/// Entries with a suffix that are resolved for one notice; the others count by name only.
const RESOLVED_MAX: usize = 50;

/// An entry of the list: `domain.test`, or with what its addresses are found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspension {
    pub domain: DomainName,
    /// Other domains whose mail goes to the addresses found so are meant too.
    pub by: Option<AddressBy>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressBy {
    /// `:MX`: those of its mail exchangers.
    Mx,
    /// `:A`: its own, of IPv4.
    A,
    /// `:AAAA`: its own, of IPv6.
    Aaaa,
}

impl FromStr for Suspension {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, by) = match text.trim().split_once(':') {
            None => (text.trim(), None),
            Some((name, suffix)) => match suffix.to_ascii_uppercase().as_str() {
                "MX" => (name, Some(AddressBy::Mx)),
                "A" => (name, Some(AddressBy::A)),
                "AAAA" => (name, Some(AddressBy::Aaaa)),
                other => return Err(format!(":{other} is none of :MX, :A and :AAAA")),
            },
        };
        let domain = DomainName::parse(name).map_err(|e| format!("{name}: {e}"))?;
        Ok(Suspension { domain, by })
    }
}

/// Whether nobody at the domain is to get a notice. What DNS does not answer suspends nothing.
pub(super) async fn suspended(to: &DomainName, o: &Options) -> bool {
    if o.bounce_suspension.iter().any(|s| s.domain == *to) {
        return true;
    }
    let resolved: Vec<&Suspension> = o.bounce_suspension.iter().filter(|s| s.by.is_some()).take(RESOLVED_MAX).collect();
    if resolved.is_empty() {
        return false;
    }
    let destination = addresses(to, AddressBy::Mx, o).await;
    if destination.is_empty() {
        return false;
    }
    let listed = resolved.iter().map(|s| addresses(&s.domain, s.by.unwrap_or(AddressBy::Mx), o));
    futures::future::join_all(listed).await.iter().any(|found| !found.is_disjoint(&destination))
}

async fn addresses(domain: &DomainName, by: AddressBy, o: &Options) -> HashSet<IpAddr> {
    let names = o.names(false);
    let hosts = match by {
        AddressBy::Mx => {
            let found = route::exchangers(domain, &names, o).await.map(|(hosts, _)| hosts).unwrap_or_default();
            found.into_iter().map(|h| h.host).collect()
        }
        AddressBy::A | AddressBy::Aaaa => vec![domain.as_str().to_owned()],
    };
    let mut out = HashSet::new();
    for host in hosts {
        out.extend(route::addresses(&host, true, &names, o).await.map(|found| found.ips).unwrap_or_default());
    }
    out.retain(|ip| match by {
        AddressBy::Mx => true,
        AddressBy::A => ip.is_ipv4(),
        AddressBy::Aaaa => ip.is_ipv6(),
    });
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn entries_are_a_domain_with_one_of_three_suffixes_or_none() {
        let read = |t: &str| t.parse::<Suspension>().map(|s| (s.domain.to_string(), s.by));
        assert_eq!(read(" Any.test "), Ok(("any.test".into(), None)));
        assert_eq!(read("any.test:mx"), Ok(("any.test".into(), Some(AddressBy::Mx))));
        assert_eq!(read("any.test:A"), Ok(("any.test".into(), Some(AddressBy::A))));
        assert_eq!(read("any.test:AAAA"), Ok(("any.test".into(), Some(AddressBy::Aaaa))));
        for wrong in ["any.test:25", "any.test:", ":MX", "a b:MX"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
