//! The questions that authentication asks the DNS, and a zone in memory that answers them in tests.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::pin::Pin;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The name does not exist.
    NxDomain,
    /// The name exists but has no record of this type.
    NoData,
    /// Nobody answered, or the answer was an error: it may be different later.
    Temporary(String),
}

pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<Vec<T>, Failure>> + Send + 'a>>;

/// Names are given without a trailing dot; an answer is never empty (that is [`Failure::NoData`]).
pub trait Dns: Send + Sync {
    /// The strings of each TXT record, joined (RFC 7208 §3.3).
    fn txt<'a>(&'a self, name: &'a str) -> Answer<'a, Vec<u8>>;
    fn a<'a>(&'a self, name: &'a str) -> Answer<'a, Ipv4Addr>;
    fn aaaa<'a>(&'a self, name: &'a str) -> Answer<'a, Ipv6Addr>;
    /// Hosts by preference, lowest first.
    fn mx<'a>(&'a self, name: &'a str) -> Answer<'a, String>;
    fn ptr(&self, ip: IpAddr) -> Answer<'_, String>;
}

/// A record of a [`Zone`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    Txt(Vec<u8>),
    A(Ipv4Addr),
    Aaaa(Ipv6Addr),
    Mx(u16, String),
    Ptr(String),
    Cname(String),
    /// Questions that the records before do not answer are never answered.
    Timeout,
}

/// A few names with their records, as if the whole DNS were these.
#[derive(Debug, Clone, Default)]
pub struct Zone {
    names: HashMap<String, Vec<Record>>,
}

impl Zone {
    pub fn add(&mut self, name: &str, record: Record) -> &mut Self {
        self.names.entry(normal(name)).or_default().push(record);
        self
    }

    pub fn with_txt(mut self, name: &str, text: &str) -> Self {
        self.add(name, Record::Txt(text.as_bytes().to_vec()));
        self
    }

    fn find<T>(&self, name: &str, pick: impl Fn(&Record) -> Option<T>) -> Result<Vec<T>, Failure> {
        let mut name = normal(name);
        for _ in 0..8 {
            let Some(records) = self.names.get(&name) else { return Err(Failure::NxDomain) };
            let found: Vec<T> = records.iter().filter_map(&pick).collect();
            if !found.is_empty() {
                return Ok(found);
            }
            let alias = records.iter().find_map(|r| if let Record::Cname(to) = r { Some(normal(to)) } else { None });
            match alias {
                Some(to) => name = to,
                None if records.contains(&Record::Timeout) => return Err(Failure::Temporary("timed out".into())),
                None => return Err(Failure::NoData),
            }
        }
        Err(Failure::Temporary("aliases go in a circle".into()))
    }
}

fn normal(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

/// `1.2.0.192.in-addr.arpa` (RFC 1035 §3.5), or nibbles under `ip6.arpa` (RFC 3596 §2.5).
pub fn reverse_name(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, d] = v4.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(v6) => {
            let hex = format!("{:032x}", u128::from(v6));
            hex.chars().rev().flat_map(|c| [c, '.']).chain("ip6.arpa".chars()).collect()
        }
    }
}

impl Dns for Zone {
    fn txt<'a>(&'a self, name: &'a str) -> Answer<'a, Vec<u8>> {
        let found = self.find(name, |r| if let Record::Txt(t) = r { Some(t.clone()) } else { None });
        Box::pin(std::future::ready(found))
    }
    fn a<'a>(&'a self, name: &'a str) -> Answer<'a, Ipv4Addr> {
        Box::pin(std::future::ready(self.find(name, |r| if let Record::A(a) = r { Some(*a) } else { None })))
    }
    fn aaaa<'a>(&'a self, name: &'a str) -> Answer<'a, Ipv6Addr> {
        Box::pin(std::future::ready(self.find(name, |r| if let Record::Aaaa(a) = r { Some(*a) } else { None })))
    }
    fn mx<'a>(&'a self, name: &'a str) -> Answer<'a, String> {
        let found = self.find(name, |r| if let Record::Mx(p, host) = r { Some((*p, host.clone())) } else { None });
        let found = found.map(|mut list| {
            list.sort();
            list.into_iter().map(|(_, host)| host).collect()
        });
        Box::pin(std::future::ready(found))
    }
    fn ptr(&self, ip: IpAddr) -> Answer<'_, String> {
        let found = self.find(&reverse_name(ip), |r| if let Record::Ptr(name) = r { Some(name.clone()) } else { None });
        Box::pin(std::future::ready(found))
    }
}
