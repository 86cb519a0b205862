//! "Use external DNS resolution" (guide chapter 6), and a DNS that is away.

use crate::common::dns::{Zone, resolver};
use crate::common::peer::{Peer, Script};
use crate::common::{Fixture, Letter, domain, eventually, quick_options};
use delivery::security::Names;
use delivery::{Encryption, Onward, Options, Route};
use std::net::Ipv4Addr;

fn zone(host: &'static str) -> Zone {
    Zone { mx: [("far.test", vec![(10, host)])].into(), a: [(host, Ipv4Addr::LOCALHOST)].into(), ..Zone::default() }
}

#[tokio::test]
async fn a_network_that_asks_the_internet_goes_where_that_says() {
    let peer = Peer::start(Script::default()).await;
    let external = Names { plain: Some(resolver(zone("outside.test")).await), validating: None };
    let f = Fixture::with(Options {
        resolver: Some(resolver(zone("inside.test")).await),
        external: Some(external),
        mx_port: peer.at.port(),
        ..quick_options()
    });
    for (external_dns, host) in [(false, "inside.test"), (true, "outside.test")] {
        let onward = Onward { host: None, encryption: Encryption::Attempt, external_dns };
        f.routes.onward.lock().insert(domain("far.test"), onward);
        let route = Route::Outbound { network: i64::from(external_dns), domain: domain("far.test"), special: false };
        f.post(Letter { route, ..Letter::to(&["bob@far.test"]) }).await;
        f.empty().await;
        assert_eq!(f.outcomes.last().host, format!("{host} [127.0.0.1]:{}", peer.at.port()));
    }
}

#[tokio::test]
async fn mail_waits_while_dns_is_away_and_nothing_bounces() {
    // A resolver whose server is gone, both for other domains and for the validation of answers.
    let broken = || Zone { broken: vec!["far.test"], ..zone("mx.test") };
    for validating in [false, true] {
        let away = Some(resolver(broken()).await);
        let options = Options {
            resolver: away.clone(),
            validating: away.filter(|_| validating),
            retry: vec![std::time::Duration::from_millis(30)],
            ..quick_options()
        };
        let f = Fixture::with(options);
        f.post(Letter { route: Route::Mx(domain("far.test")), ..Letter::to(&["bob@far.test"]) }).await;
        eventually("it is tried again and again", || f.queue.view().first().is_some_and(|d| d.down)).await;
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        assert_eq!((f.outcomes.bounced(), f.queue.waiting()), (0, 1));
        f.queue.stop().await;
    }
}
