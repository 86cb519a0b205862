//! No notice leaves for a domain of the Bounce Suspension List (guide chapter 2).

use crate::common::peer::{Peer, Script};
use crate::common::{Fixture, Letter, address, dns, eventually, host, quick_options};

/// How many notices reach the sender's host when mail from this address is refused under this list.
async fn notices(list: &[&str], from: &str) -> usize {
    let mut zone = dns::Zone::default();
    for (domain, exchanger) in
        [("listed.test", "mx.listed.test"), ("hosted.test", "mx.listed.test"), ("free.test", "mx.free.test")]
    {
        zone.mx.insert(domain, vec![(10, exchanger)]);
    }
    zone.a.insert("mx.listed.test", "192.0.2.1".parse().unwrap());
    zone.a.insert("mx.free.test", "192.0.2.2".parse().unwrap());
    zone.a.insert("free.test", "192.0.2.1".parse().unwrap());
    let options = delivery::Options {
        bounce_suspension: list.iter().map(|e| e.parse().unwrap()).collect(),
        resolver: Some(dns::resolver(zone).await),
        ..quick_options()
    };
    let f = Fixture::with(options);
    let gateway = Peer::start(Script::answer("RCPT", "550 5.1.1 Nobody")).await;
    let sender = Peer::start(Script::default()).await;
    f.gateway("acme.test", &[gateway.at]);
    *f.routes.notices.lock() = Some(host(sender.at));
    f.post(Letter { from: Some(address(from)), ..Letter::to(&["gone@acme.test"]) }).await;
    eventually("it is given up", || f.outcomes.bounced() == 1).await;
    f.empty().await;
    sender.count()
}

#[tokio::test]
async fn a_listed_domain_gets_no_notice_and_others_do() {
    assert_eq!(notices(&[], "ann@listed.test").await, 1);
    assert_eq!(notices(&["listed.test"], "ann@listed.test").await, 0);
    assert_eq!(notices(&["listed.test"], "ann@hosted.test").await, 1);
    assert_eq!(notices(&["listed.test"], "ann@sub.listed.test").await, 1);
}

#[tokio::test]
async fn a_suffix_covers_domains_whose_mail_goes_to_the_same_addresses() {
    assert_eq!(notices(&["listed.test:MX"], "ann@hosted.test").await, 0);
    assert_eq!(notices(&["listed.test:MX"], "ann@free.test").await, 1);
    assert_eq!(notices(&["free.test:A"], "ann@hosted.test").await, 0);
    assert_eq!(notices(&["free.test:AAAA"], "ann@hosted.test").await, 1, "it has no IPv6 address");
    assert_eq!(notices(&["unknown.test:MX"], "ann@unknown2.test").await, 1, "what is not found suspends nothing");
}
