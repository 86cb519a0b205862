//! Where mail of an outbound network goes (guide chapter 7 "Routing", "Delivery Exceptions"), and gateways at random.

use crate::common::peer::{Peer, Script, Tls};
use crate::common::{Fixture, Letter, dns, domain, eventually, host, quick_options};
use delivery::{Encryption, Gateway, Onward, Route};
use model::settings::GatewayOrder;

fn letter(to: &str) -> Letter {
    let route = Route::Outbound { network: 1, domain: domain(to.split_once('@').unwrap().1), special: false };
    Letter { route, ..Letter::to(&[to]) }
}

#[tokio::test]
async fn an_exception_s_host_and_encryption_hold_and_the_rest_goes_by_mx() {
    let (mx, relay) = (Peer::start(Script::default()).await, Peer::start(Script::default()).await);
    let mut zone = dns::Zone::default();
    for name in ["plain.test", "strict.test", "never.test"] {
        zone.mx.insert(name, vec![(10, "mx.plain.test")]);
    }
    zone.mx.insert("null.test", vec![(0, ".")]);
    zone.a.insert("mx.plain.test", "127.0.0.1".parse().unwrap());
    let resolver = Some(dns::resolver(zone).await);
    let f = Fixture::with(delivery::Options { mx_port: mx.at.port(), resolver, ..quick_options() });
    let onward = |name: &str, onward: Onward| f.routes.onward.lock().insert(domain(name), onward);
    onward("relayed.test", Onward { host: Some(host(relay.at)), encryption: Encryption::Attempt, external_dns: false });
    onward("strict.test", Onward { host: None, encryption: Encryption::Trusted, external_dns: false });

    f.post(letter("a@plain.test")).await;
    f.post(letter("b@relayed.test")).await;
    eventually("both arrive", || mx.count() == 1 && relay.count() == 1).await;
    assert_eq!(mx.messages()[0].rcpt, ["RCPT TO:<a@plain.test>"]);
    assert_eq!(relay.messages()[0].rcpt, ["RCPT TO:<b@relayed.test>"]);

    f.post(letter("c@strict.test")).await;
    eventually("it waits", || f.outcomes.deferred() > 0).await;
    assert!(f.outcomes.last().reply.contains("TLS is required"), "{}", f.outcomes.last().reply);
    // What waits goes by the exception as it is changed.
    onward("strict.test", Onward { host: Some(host(relay.at)), encryption: Encryption::Never, external_dns: false });
    eventually("it goes", || relay.count() == 2).await;

    f.post(letter("d@null.test")).await;
    eventually("null MX bounces", || f.outcomes.bounced() == 1).await;
    assert!(f.outcomes.last().reply.contains("RFC 7505"), "{}", f.outcomes.last().reply);
}

#[tokio::test]
async fn a_session_under_the_old_encryption_is_not_used_for_mail_under_the_new_one() {
    let relay = Peer::start(Script { tls: Tls::SelfSigned, ..Script::default() }).await;
    let f = Fixture::new();
    let onward = |encryption| {
        f.routes
            .onward
            .lock()
            .insert(domain("a.test"), Onward { host: Some(host(relay.at)), encryption, external_dns: false });
    };
    onward(Encryption::Never);
    f.post(letter("x@a.test")).await;
    eventually("in clear text", || relay.count() == 1).await;
    onward(Encryption::Any);
    f.post(letter("x@a.test")).await;
    eventually("encrypted", || relay.count() == 2).await;
    assert_eq!(relay.messages().iter().map(|m| m.tls).collect::<Vec<_>>(), [false, true]);
}

#[tokio::test]
async fn random_gateways_share_the_mail_and_one_that_is_down_costs_nothing() {
    let (one, two) = (Peer::start(Script::default()).await, Peer::start(Script::default()).await);
    let f = Fixture::with(delivery::Options { max_idle: std::time::Duration::ZERO, ..quick_options() });
    let hosts = vec![host(one.at), host(Peer::nowhere()), host(two.at)];
    let gateway = Gateway { hosts, order: GatewayOrder::Random, encryption: Encryption::Never };
    f.routes.gateways.lock().insert(domain("acme.test"), gateway);
    for n in 1..=40 {
        f.post(Letter::to(&["bob@acme.test"])).await;
        eventually("it arrives", || one.count() + two.count() == n).await;
        // The session ends with the worker, so that the next message chooses anew.
        eventually("the session ends", || one.open() + two.open() == 0).await;
    }
    // Each is chosen for half; that one gets less than 8 of 40 happens once in ten thousand runs.
    assert!(one.count() >= 8 && two.count() >= 8, "{} and {}", one.count(), two.count());
    assert_eq!(f.outcomes.deferred(), 0);
}
