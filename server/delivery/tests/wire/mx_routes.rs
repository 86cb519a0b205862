use crate::common::dns::{Zone, resolver};
use crate::common::peer::{Peer, Script};
use crate::common::{Fixture, Letter, domain, eventually, quick_options};
use delivery::{Options, OutcomeKind, Route};
use std::net::Ipv4Addr;

const HERE: Ipv4Addr = Ipv4Addr::LOCALHOST;

async fn post(zone: Zone, port: u16, to: &str) -> Fixture {
    let f = Fixture::with(Options { resolver: Some(resolver(zone).await), mx_port: port, ..quick_options() });
    let name = to.split_once('@').unwrap().1;
    let route = Route::Mx(domain(name));
    f.post(Letter { from: None, route, ..Letter::to(&[to]) }).await;
    f
}

#[tokio::test]
async fn exchangers_are_tried_in_order_of_preference() {
    let peer = Peer::start(Script::default()).await;
    let zone = Zone {
        // The best has no address, the second does not listen.
        mx: [("far.test", vec![(30, "c.far.test."), (10, "a.far.test."), (20, "b.far.test.")])].into(),
        a: [("b.far.test", Ipv4Addr::new(127, 0, 0, 9)), ("c.far.test", HERE)].into(),
        ..Zone::default()
    };
    let f = post(zone, peer.at.port(), "bob@far.test").await;
    f.empty().await;
    assert_eq!(peer.count(), 1);
    assert_eq!(f.outcomes.last().host, format!("c.far.test [127.0.0.1]:{}", peer.at.port()));
}

#[tokio::test]
async fn a_domain_without_mx_is_its_own_exchanger() {
    let peer = Peer::start(Script::default()).await;
    let f = post(Zone { a: [("far.test", HERE)].into(), ..Zone::default() }, peer.at.port(), "bob@far.test").await;
    f.empty().await;
    assert_eq!(peer.count(), 1);
}

#[tokio::test]
async fn an_address_literal_needs_no_dns() {
    let peer = Peer::start(Script::default()).await;
    let f = post(Zone::default(), peer.at.port(), "bob@[127.0.0.1]").await;
    f.empty().await;
    assert_eq!(peer.count(), 1);
}

#[tokio::test]
async fn what_dns_rules_out_is_returned_at_once() {
    let mx = |name, list| Zone { mx: [(name, list)].into(), ..Zone::default() };
    let ours = Zone {
        a: [("mx.postern.test", HERE)].into(),
        ..mx("far.test", vec![(10, "mx.postern.test."), (20, "b.test.")])
    };
    let cases = [
        (mx("far.test", vec![(0, ".")]), "does not accept mail (RFC 7505)"),
        (Zone::default(), "the domain far.test does not exist"),
        (mx("far.test", vec![]), "neither a mail exchanger nor an address"),
        (mx("far.test", vec![(10, "gone.far.test.")]), "no mail exchanger of far.test has an address"),
        (ours, "mail for far.test loops back to mx.postern.test"),
    ];
    for (zone, why) in cases {
        let f = post(zone, 1, "bob@far.test").await;
        f.empty().await;
        let outcome = f.outcomes.last();
        assert_eq!(outcome.result, OutcomeKind::Bounced, "{why}");
        assert!(outcome.reply.contains(why), "{}", outcome.reply);
    }
}

#[tokio::test]
async fn dns_that_fails_defers() {
    let f = post(Zone { broken: vec!["far.test"], ..Zone::default() }, 1, "bob@far.test").await;
    eventually("it is deferred", || f.outcomes.deferred() > 0).await;
    assert_eq!(f.outcomes.bounced(), 0);
    assert!(f.outcomes.last().reply.contains("far.test"), "{}", f.outcomes.last().reply);
}
