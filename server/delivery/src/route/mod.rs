//! Where a delivery goes: from a [`Route`](crate::Route) to hosts, from a host to addresses.

mod resolve;

pub(crate) use resolve::{NoAddress, NoHosts, addresses, hosts};

use crate::Route;
use model::settings::{BoundaryEncryption, GatewayOrder};
use model::{DomainName, EmailAddress, HostPort};

/// The mail gateways of a domain as they are configured now (guide chapter 6 "Mail Gateways").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gateway {
    pub hosts: Vec<HostPort>,
    pub order: GatewayOrder,
    pub encryption: BoundaryEncryption,
}

/// Asked at each attempt, so that a changed gateway holds for mail that already waits. Answers come from memory.
pub trait Routing: Send + Sync {
    /// None: the domain is not (or no longer) ours.
    fn gateway(&self, domain: &DomainName) -> Option<Gateway>;
    /// How a notice to this address leaves.
    fn route(&self, to: &EmailAddress) -> Route;
}

/// Hosts to try, in order, and how to speak to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hosts {
    pub hosts: Vec<HostPort>,
    pub encryption: BoundaryEncryption,
}
