//! Where a delivery goes: from a [`Route`](crate::Route) to hosts, from a host to addresses.

mod resolve;

pub(crate) use resolve::{NoAddress, NoHosts, addresses, exchangers, hosts};

use crate::security::Names;
use crate::{Encryption, Route};
use model::settings::GatewayOrder;
use model::{DomainName, EmailAddress, HostPort};

/// The mail gateways of a domain as they are configured now (guide chapter 6 "Mail Gateways").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gateway {
    pub hosts: Vec<HostPort>,
    pub order: GatewayOrder,
    pub encryption: Encryption,
}

/// How an outbound network sends to a domain (guide chapter 7 "Routing", "Delivery Exceptions", "Special Routing").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Onward {
    /// None: the domain's mail exchangers.
    pub host: Option<HostPort>,
    pub encryption: Encryption,
    /// The DNS of the Internet is asked rather than that of the own network.
    pub external_dns: bool,
}

/// Asked at each attempt, so that a changed gateway holds for mail that already waits. Answers come from memory.
pub trait Routing: Send + Sync {
    /// None: the domain is not (or no longer) ours.
    fn gateway(&self, domain: &DomainName) -> Option<Gateway>;
    /// None: the network may no longer send; what it has sent goes by MX.
    fn onward(&self, network: i64, domain: &DomainName, special: bool) -> Option<Onward>;
    /// How a notice to this address leaves.
    fn route(&self, to: &EmailAddress) -> Route;
}

/// Hosts to try, in order, and how to speak to them.
#[derive(Clone)]
pub(crate) struct Hosts {
    pub hosts: Vec<HostPort>,
    pub encryption: Encryption,
    /// They are mail exchangers by DNS.
    pub public: Option<Public>,
    pub names: Names,
}

/// Where mail exchangers come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Public {
    pub domain: DomainName,
    /// DNSSEC vouches for their names.
    pub secure: bool,
}
