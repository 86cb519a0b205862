//! Networks, hosts and countries.

use serde::{Deserialize, Serialize};
use std::{fmt, net::IpAddr, str::FromStr};

/// An IP network in CIDR form; a plain address is a network of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cidr {
    address: IpAddr,
    prefix: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an IP address or network such as 192.0.2.0/24")]
pub struct CidrError;

fn bits(ip: IpAddr) -> (u128, u8) {
    match ip.to_canonical() {
        IpAddr::V4(v4) => (u128::from(u32::from(v4)), 32),
        IpAddr::V6(v6) => (u128::from(v6), 128),
    }
}

fn masked(value: u128, width: u8, prefix: u8) -> u128 {
    let drop = u32::from(width - prefix.min(width));
    value.checked_shr(drop).unwrap_or(0)
}

impl Cidr {
    pub fn contains(&self, ip: IpAddr) -> bool {
        let ((a, aw), (b, bw)) = (bits(self.address), bits(ip));
        aw == bw && masked(a, aw, self.prefix) == masked(b, bw, self.prefix)
    }
    pub fn prefix(&self) -> u8 {
        self.prefix
    }
    pub fn address(&self) -> IpAddr {
        self.address
    }
    pub fn is_single(&self) -> bool {
        self.prefix == bits(self.address).1
    }
}
impl FromStr for Cidr {
    type Err = CidrError;
    fn from_str(s: &str) -> Result<Self, CidrError> {
        let (ip, prefix) = s.split_once('/').map_or((s, None), |(a, p)| (a, Some(p)));
        let address: IpAddr = ip.trim().parse::<IpAddr>().map_err(|_| CidrError)?.to_canonical();
        let width = bits(address).1;
        let prefix = match prefix {
            None => width,
            Some(p) => p.trim().parse::<u8>().ok().filter(|p| *p <= width).ok_or(CidrError)?,
        };
        Ok(Cidr { address, prefix })
    }
}
impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_single() { write!(f, "{}", self.address) } else { write!(f, "{}/{}", self.address, self.prefix) }
    }
}

/// Where mail is handed over: a host name or address, and a port (25 unless written), guide chapter 6 "Mail Gateways".
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HostPort {
    pub host: String,
    pub port: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected host, host:port, IP or IP:port")]
pub struct HostPortError;

impl FromStr for HostPort {
    type Err = HostPortError;
    fn from_str(s: &str) -> Result<Self, HostPortError> {
        let s = s.trim();
        let port = |p: &str| p.parse::<u16>().ok().filter(|p| *p > 0).ok_or(HostPortError);
        if let Ok(ip) = s.parse::<IpAddr>() {
            return Ok(HostPort { host: ip.to_string(), port: 25 });
        }
        if let Some(rest) = s.strip_prefix('[') {
            let (ip, after) = rest.split_once(']').ok_or(HostPortError)?;
            let ip: std::net::Ipv6Addr = ip.parse().map_err(|_| HostPortError)?;
            let port = after.strip_prefix(':').map_or(Ok(25), port)?;
            return Ok(HostPort { host: ip.to_string(), port });
        }
        let (host, p) = match s.split_once(':') {
            Some((host, p)) => (host, port(p)?),
            None => (s, 25),
        };
        if host.parse::<IpAddr>().is_err() {
            crate::DomainName::parse(host).map_err(|_| HostPortError)?;
        }
        Ok(HostPort { host: host.to_ascii_lowercase(), port: p })
    }
}
impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// ISO 3166-1 alpha-2, upper case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CountryCode([u8; 2]);

impl FromStr for CountryCode {
    type Err = CidrError;
    fn from_str(s: &str) -> Result<Self, CidrError> {
        match s.as_bytes() {
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Ok(CountryCode([a.to_ascii_uppercase(), b.to_ascii_uppercase()]))
            }
            _ => Err(CidrError),
        }
    }
}
impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", char::from(self.0[0]), char::from(self.0[1]))
    }
}

macro_rules! serde_text {
    ($($name:ident),*) => { $(
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.collect_str(self) }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )* };
}
serde_text!(Cidr, HostPort, CountryCode);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_contain_their_addresses() {
        let net: Cidr = "192.0.2.0/24".parse().expect("valid");
        assert!(
            net.contains("192.0.2.200".parse().expect("ip")) && net.contains("::ffff:192.0.2.1".parse().expect("ip"))
        );
        assert!(!net.contains("192.0.3.1".parse().expect("ip")) && !net.contains("::1".parse().expect("ip")));
        assert!("0.0.0.0/0".parse::<Cidr>().expect("valid").contains("8.8.8.8".parse().expect("ip")));
        assert!("1.2.3.4/33".parse::<Cidr>().is_err());
    }
    #[test]
    fn gateways_are_read_in_the_four_forms_of_the_guide() {
        let p = |s: &str| s.parse::<HostPort>().map(|h| h.to_string());
        assert_eq!(p("mail.acme.test"), Ok("mail.acme.test:25".into()));
        assert_eq!(p("mail.acme.test:2525"), Ok("mail.acme.test:2525".into()));
        assert_eq!(p("192.0.2.1"), Ok("192.0.2.1:25".into()));
        assert_eq!(p("[2001:db8::1]:26"), Ok("[2001:db8::1]:26".into()));
        assert!(p("mail:0").is_err() && p("a b").is_err() && p("").is_err());
    }
}
