//! Where a verification server is, and how it is spoken to.

use crate::DomainName;
use crate::words::words;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

words! {
    /// How the connection is secured.
    Ssl {
        TryStartTls = "try_start_tls", "Try StartTLS";
        StartTls = "start_tls", "StartTLS";
        True = "true", "True";
        False = "false", "False";
    }
}
words! {
    /// Which of several servers is asked.
    Priority {
        OrderedList = "ordered_list", "Ordered list";
        Random = "random", "Random";
    }
}

/// A host name or address, with a port where it is not the service's own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ServerAddress {
    pub host: String,
    pub port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a host, host:port, IP or IP:port")]
pub struct ServerAddressError(String);

impl FromStr for ServerAddress {
    type Err = ServerAddressError;
    fn from_str(text: &str) -> Result<Self, ServerAddressError> {
        let wrong = || ServerAddressError(text.chars().take(100).collect());
        let plain = |host: &str| match host.parse::<IpAddr>() {
            Ok(ip) => Some(ip.to_string()),
            Err(_) => DomainName::parse(host).ok().map(|d| d.as_str().to_owned()),
        };
        let t = text.trim();
        if let Some(host) = plain(t) {
            return Ok(ServerAddress { host, port: None });
        }
        let (host, port) = t.rsplit_once(':').ok_or_else(wrong)?;
        let host = match host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
            Some(six) => six.parse::<std::net::Ipv6Addr>().ok().map(|ip| ip.to_string()),
            None if host.contains(':') => None,
            None => plain(host),
        };
        let port = port.parse::<u16>().ok().filter(|p| *p > 0).ok_or_else(wrong)?;
        Ok(ServerAddress { host: host.ok_or_else(wrong)?, port: Some(port) })
    }
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            None => f.write_str(&self.host),
            Some(port) if self.host.contains(':') => write!(f, "[{}]:{port}", self.host),
            Some(port) => write!(f, "{}:{port}", self.host),
        }
    }
}
impl Serialize for ServerAddress {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for ServerAddress {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<'de, str>::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A verification server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = VerifierServer))]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Host or IP address; a port after a colon where it is not the service's own.
    #[cfg_attr(feature = "schema", schema(value_type = String, example = "ldap.example.com:3268"))]
    pub address: ServerAddress,
    /// How the connection is secured: `true` TLS at once; `start_tls` or no connection; `try_start_tls` and go on
    /// without where it fails; `false` never.
    #[serde(default, deserialize_with = "ssl")]
    #[cfg_attr(feature = "schema", schema(inline))]
    pub ssl: Ssl,
}

/// YAML reads `true` and `false` as what they are.
fn ssl<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Ssl, D::Error> {
    struct Word;
    impl serde::de::Visitor<'_> for Word {
        type Value = Ssl;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("one of try_start_tls, start_tls, true, false")
        }
        fn visit_bool<E>(self, on: bool) -> Result<Ssl, E> {
            Ok(if on { Ssl::True } else { Ssl::False })
        }
        fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<Ssl, E> {
            word.parse().map_err(E::custom)
        }
    }
    d.deserialize_any(Word)
}
