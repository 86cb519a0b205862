//! Where mail goes, from the snapshot at the time of each attempt: a corrected gateway helps mail that waits already.

use crate::gate::Turns;
use delivery::{Encryption, Gateway, Onward, Route, Routing};
use model::settings::{DeliveryException, SpecialRoute};
use model::{DomainName, EmailAddress, HostPort, Values};
use service::SnapshotStore;
use std::sync::Arc;

pub struct SnapshotRouting {
    snapshots: SnapshotStore,
    turns: Arc<Turns>,
}

impl SnapshotRouting {
    /// `turns`: mail servers that call us for their mail.
    pub fn new(snapshots: SnapshotStore, turns: Arc<Turns>) -> SnapshotRouting {
        SnapshotRouting { snapshots, turns }
    }
}

impl Routing for SnapshotRouting {
    fn gateway(&self, domain: &DomainName) -> Option<Gateway> {
        let snapshot = self.snapshots.get();
        let domain = snapshot.domain(domain.as_str())?;
        let routing = &domain.values().routing;
        if routing.odmr {
            return Some(self.turns.gateway(&domain.name));
        }
        Some(Gateway {
            hosts: domain.gateways.clone(),
            order: routing.gateway_order,
            encryption: routing.encryption.into(),
        })
    }

    fn onward(&self, network: i64, domain: &DomainName, special: bool) -> Option<Onward> {
        self.snapshots.get().outbound_by_id(network).map(|o| onward(&o.values, domain, special))
    }

    /// Our own domains by their gateway, all others by their mail exchangers.
    fn route(&self, to: &EmailAddress) -> Route {
        let domain = to.domain();
        if self.snapshots.get().protects(domain.as_str()) { Route::Gateway(domain) } else { Route::Mx(domain) }
    }
}

/// How mail of a network with these settings goes to a domain. Special routing comes before a delivery exception, unless
/// the exception exempts the domain from it; the Encryption Service's portal takes what it takes by other ways.
fn onward(values: &Values, domain: &DomainName, special: bool) -> Onward {
    let exception = exception(values, domain);
    let exempt = exception.is_some_and(|e| e.exempt_from_special_routing);
    let external_dns = values.outbound_routing.external_dns;
    let usual = match exception {
        Some(e) => Onward { host: host(&e.route), encryption: Encryption::from(e), external_dns },
        None => Onward {
            host: host(&values.outbound_routing.route),
            encryption: values.outbound_encryption.to_internet.into(),
            external_dns,
        },
    };
    let routing = &values.special_routing;
    if !special || exempt || routing.method != SpecialRoute::Custom {
        return usual;
    }
    Onward { host: host(&routing.route_to).or(usual.host), encryption: routing.encryption.into(), external_dns }
}

/// The domain's own exception, else that of the nearest `*.` above it, which covers subdomains only.
fn exception<'a>(values: &'a Values, domain: &DomainName) -> Option<&'a DeliveryException> {
    let all = &values.outbound_routing.delivery_exceptions;
    if all.is_empty() {
        return None;
    }
    let above = std::iter::successors(domain.as_str().split_once('.'), |(_, rest)| rest.split_once('.'));
    all.get(domain.as_str()).or_else(|| above.into_iter().find_map(|(_, rest)| all.get(&format!("*.{rest}"))))
}

fn host(text: &str) -> Option<HostPort> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use model::settings::{ExceptionEncryption, Layered, Level, SpecialEncryption};
    use model::{Direction, Settings};

    fn values() -> Values {
        let mut values = Layered::of(Level::OutboundIp, &Settings::default()).resolve(Direction::Outbound);
        let exception = |route: &str, encryption, exempt| DeliveryException {
            route: route.into(),
            encryption,
            exempt_from_special_routing: exempt,
            ..DeliveryException::default()
        };
        let all = &mut values.outbound_routing.delivery_exceptions;
        all.insert("*.bank.test".into(), exception("relay.test:26", ExceptionEncryption::AlwaysTrusted, false));
        all.insert("own.bank.test".into(), exception("", ExceptionEncryption::CheckHostname, true));
        all.insert("*.deep.bank.test".into(), exception("192.0.2.9", ExceptionEncryption::Never, false));
        values
    }

    fn went(values: &Values, domain: &str, special: bool) -> (String, Encryption) {
        let to = onward(values, &DomainName::parse(domain).unwrap(), special);
        (to.host.map(|h| h.to_string()).unwrap_or_default(), to.encryption)
    }

    #[test]
    fn the_nearest_exception_holds_and_a_star_covers_subdomains_only() {
        let mut v = values();
        assert_eq!(went(&v, "bank.test", false), (String::new(), Encryption::Attempt));
        assert_eq!(went(&v, "a.bank.test", false), ("relay.test:26".into(), Encryption::Trusted));
        assert_eq!(went(&v, "a.b.bank.test", false), ("relay.test:26".into(), Encryption::Trusted));
        assert_eq!(went(&v, "own.bank.test", false), (String::new(), Encryption::Named(String::new())));
        assert_eq!(went(&v, "x.deep.bank.test", false), ("192.0.2.9:25".into(), Encryption::Never));
        assert_eq!(went(&v, "notbank.test", false), (String::new(), Encryption::Attempt));
        v.outbound_routing.route = "smart.test".into();
        assert_eq!(went(&v, "bank.test", false), ("smart.test:25".into(), Encryption::Attempt));
        assert_eq!(went(&v, "own.bank.test", false).0, "", "an exception by MX is by MX");
    }

    #[test]
    fn special_routing_goes_before_exceptions_that_do_not_exempt_from_it() {
        let mut v = values();
        v.special_routing.method = SpecialRoute::Custom;
        v.special_routing.encryption = SpecialEncryption::AlwaysValid;
        v.special_routing.route_to = "vault.test".into();
        assert_eq!(went(&v, "a.bank.test", true), ("vault.test:25".into(), Encryption::Valid));
        assert_eq!(went(&v, "other.test", true), ("vault.test:25".into(), Encryption::Valid));
        assert_eq!(went(&v, "other.test", false), (String::new(), Encryption::Attempt));
        assert_eq!(went(&v, "own.bank.test", true), (String::new(), Encryption::Named(String::new())));
        v.special_routing.route_to = String::new();
        assert_eq!(went(&v, "a.bank.test", true), ("relay.test:26".into(), Encryption::Valid));
    }
}
