//! A set of IP networks in which the longest prefix that holds an address is found without looking at every network.

use model::Cidr;
use std::collections::HashMap;
use std::net::IpAddr;

/// One hash map for each prefix length that occurs: a lookup probes each length once, at most 33 or 129 times.
#[derive(Debug, Clone, Default)]
pub struct NetworkMap<T> {
    /// (is IPv6, prefix length, networks by their masked bits), longest prefix first.
    levels: Vec<(bool, u8, HashMap<u128, T>)>,
}

fn bits(ip: IpAddr) -> (bool, u128) {
    match ip.to_canonical() {
        IpAddr::V4(v4) => (false, u128::from(u32::from(v4))),
        IpAddr::V6(v6) => (true, u128::from(v6)),
    }
}

fn masked(v6: bool, value: u128, prefix: u8) -> u128 {
    let width: u8 = if v6 { 128 } else { 32 };
    value.checked_shr(u32::from(width - prefix.min(width))).unwrap_or(0)
}

impl<T> NetworkMap<T> {
    pub fn insert(&mut self, network: Cidr, value: T) {
        let (v6, address) = bits(network.address());
        let prefix = network.prefix();
        let at = match self.levels.iter().position(|(six, length, _)| (*six, *length) == (v6, prefix)) {
            Some(at) => at,
            None => {
                let at = self.levels.iter().take_while(|(_, length, _)| *length > prefix).count();
                self.levels.insert(at, (v6, prefix, HashMap::new()));
                at
            }
        };
        self.levels[at].2.entry(masked(v6, address, prefix)).or_insert(value);
    }

    /// The most specific network that holds the address, with its prefix length.
    pub fn find(&self, ip: IpAddr) -> Option<(u8, &T)> {
        let (v6, address) = bits(ip);
        self.levels
            .iter()
            .filter(|(six, _, _)| *six == v6)
            .find_map(|(_, prefix, map)| map.get(&masked(v6, address, *prefix)).map(|value| (*prefix, value)))
    }

    pub fn is_empty(&self) -> bool {
        self.levels.is_empty()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn map(networks: &[&str]) -> NetworkMap<String> {
        let mut out = NetworkMap::default();
        for n in networks {
            out.insert(n.parse().unwrap(), (*n).to_owned());
        }
        out
    }

    #[test]
    fn the_longest_prefix_is_found_and_families_are_kept_apart() {
        let m = map(&["10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/0", "2001:db8::/32"]);
        let find = |ip: &str| m.find(ip.parse().unwrap()).map(|(_, v)| v.as_str());
        assert_eq!(find("10.1.2.3"), Some("10.1.0.0/16"));
        assert_eq!(find("10.2.2.3"), Some("10.0.0.0/8"));
        assert_eq!(find("::ffff:10.2.2.3"), Some("10.0.0.0/8"));
        assert_eq!(find("8.8.8.8"), Some("0.0.0.0/0"));
        assert_eq!(find("2001:db8::1"), Some("2001:db8::/32"));
        assert_eq!(find("::1"), None);
    }

    proptest! {
        #[test]
        fn a_lookup_agrees_with_asking_every_network(nets in proptest::collection::vec((any::<u32>(), 0u8..=32), 0..30), ip in any::<u32>()) {
            let mut m = NetworkMap::default();
            let mut list: Vec<Cidr> = Vec::new();
            for (a, p) in nets {
                // Half of the networks are made to hold the address, or hardly any would.
                let a = if p % 2 == 0 { ip } else { a };
                let c: Cidr = format!("{}/{p}", std::net::Ipv4Addr::from(a)).parse().unwrap();
                m.insert(c, ());
                list.push(c);
            }
            let ip = IpAddr::V4(ip.into());
            let expected = list.iter().filter(|c| c.contains(ip)).map(Cidr::prefix).max();
            prop_assert_eq!(m.find(ip).map(|(p, ())| p), expected);
        }
    }
}
