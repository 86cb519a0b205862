//! REQUIRETLS (RFC 8689): verified TLS to hosts that offer it too, or a notice.

use crate::common::authority::Authority;
use crate::common::peer::{Peer, Script, Tls};
use crate::common::signed::{Zone, resolver};
use crate::common::{Fixture, Letter, dns, domain, eventually, host, quick_options};
use crate::mta_sts;
use delivery::client::Authorities;
use delivery::{Encryption, Gateway, Options, Route};
use model::settings::GatewayOrder;
use model::{HostPort, TlsWish};
use std::sync::Arc;

const HOST: &str = "mx.far.test";

fn offering(certificate: crate::common::peer::Certificate) -> Script {
    let usual = Script::default();
    let offers = usual.offers.iter().copied().chain(["REQUIRETLS"]).collect();
    Script { offers, tls: Tls::SelfSigned, certificate: Some(Arc::new(certificate)), ..usual }
}

fn letter(route: Route) -> Letter {
    Letter { route, tls_wish: TlsWish::Required, ..Letter::to(&["bob@far.test"]) }
}

/// A queue whose notices go to a peer of their own.
async fn fixture(options: Options, authority: &Authority) -> (Fixture, Peer) {
    let notices = Peer::start(offering(authority.issue("back.test", 2090))).await;
    let f = Fixture::with(Options { authorities: Authorities::of([authority.0.der().clone()]).unwrap(), ..options });
    *f.routes.notices.lock() = Some(HostPort { host: "back.test".into(), port: notices.at.port() });
    (f, notices)
}

async fn zone() -> dns::Zone {
    let mut zone = dns::Zone::default();
    zone.mx.insert("far.test", vec![(10, HOST)]);
    for name in [HOST, "back.test", "gateway.test"] {
        zone.a.insert(name, "127.0.0.1".parse().unwrap());
    }
    zone
}

#[tokio::test]
async fn a_gateway_that_offers_it_and_proves_its_name_gets_the_message_with_the_parameter() {
    let authority = Authority::new();
    let peer = Peer::start(offering(authority.issue("gateway.test", 2090))).await;
    let options = Options { resolver: Some(dns::resolver(zone().await).await), ..quick_options() };
    let (f, _notices) = fixture(options, &authority).await;
    let hosts = vec![HostPort { host: "gateway.test".into(), port: peer.at.port() }];
    let gateway = Gateway { hosts, order: GatewayOrder::Failover, encryption: Encryption::Attempt };
    f.routes.gateways.lock().insert(domain("far.test"), gateway);
    let route = Route::Gateway(domain("far.test"));
    f.post(letter(route.clone())).await;
    eventually("it arrives", || peer.count() == 1).await;
    assert!(peer.messages()[0].tls && peer.messages()[0].mail.contains(" REQUIRETLS"), "{}", peer.messages()[0].mail);
    f.post(Letter { tls_wish: TlsWish::Usual, ..letter(route) }).await;
    eventually("it arrives", || peer.count() == 2).await;
    assert!(!peer.messages()[1].mail.contains("REQUIRETLS"));
}

#[tokio::test]
async fn it_bounces_where_the_host_does_not_offer_it_or_cannot_prove_its_name() {
    let authority = Authority::new();
    for (script, status) in [
        (Script { offers: Script::default().offers, ..offering(authority.issue("gateway.test", 2090)) }, "5.7.30"),
        (offering(authority.issue("other.test", 2090)), "5.7.10"),
        (Script::default(), "5.7.10"),
    ] {
        let peer = Peer::start(script).await;
        let options = Options { resolver: Some(dns::resolver(zone().await).await), ..quick_options() };
        let (f, notices) = fixture(options, &authority).await;
        let hosts = vec![HostPort { host: "gateway.test".into(), port: peer.at.port() }];
        let gateway = Gateway { hosts, order: GatewayOrder::Failover, encryption: Encryption::Attempt };
        f.routes.gateways.lock().insert(domain("far.test"), gateway);
        f.post(letter(Route::Gateway(domain("far.test")))).await;
        eventually("the sender is told", || notices.count() == 1).await;
        let notice = &notices.messages()[0];
        assert!(notice.mail.contains(" REQUIRETLS") && notice.tls, "{}", notice.mail);
        let text = notice.text();
        assert!(text.contains(&format!("Status: {status}")), "{text}");
        assert!(!text.contains("A line.") && text.contains("Subject: hello"), "the header and no more: {text}");
        assert!(!peer.commands().iter().any(|c| c.starts_with("MAIL")));
        f.empty().await;
    }
}

#[tokio::test]
async fn mail_exchangers_need_dnssec_or_mta_sts_to_vouch_for_them() {
    let authority = Authority::new();
    // Nobody does.
    let peer = Peer::start(offering(authority.issue(HOST, 2090))).await;
    let resolver_plain = Some(dns::resolver(zone().await).await);
    let options = Options { resolver: resolver_plain.clone(), mx_port: peer.at.port(), ..quick_options() };
    let (f, notices) = fixture(options.clone(), &authority).await;
    f.post(letter(Route::Mx(domain("far.test")))).await;
    eventually("the sender is told", || notices.count() == 1).await;
    assert!(notices.messages()[0].text().contains("neither DNSSEC nor MTA-STS"), "{}", notices.messages()[0].text());
    f.empty().await;
    // DNSSEC does.
    let signed = Zone::default().mx("far.test", HOST).a(HOST);
    let (f, _notices) = fixture(Options { validating: Some(resolver(signed).await), ..options }, &authority).await;
    f.post(letter(Route::Mx(domain("far.test")))).await;
    eventually("it arrives", || peer.count() == 1).await;
    assert!(peer.messages()[0].mail.contains(" REQUIRETLS"));
}

#[tokio::test]
async fn mta_sts_vouches_for_the_hosts_that_it_names() {
    for mode in ["enforce", "testing"] {
        let text = format!("version: STSv1\nmode: {mode}\nmx: {HOST}\nmax_age: 86400\n");
        let w = mta_sts::world(&text, Some(HOST), Zone::default()).await;
        let peer = Peer::start(offering(w.authority.issue(HOST, 2090))).await;
        let f = Fixture::with(Options { mx_port: peer.at.port(), ..w.options });
        f.post(letter(Route::Mx(domain("far.test")))).await;
        eventually("it arrives", || peer.count() == 1).await;
        assert!(peer.messages()[0].mail.contains(" REQUIRETLS"));
    }
}

#[tokio::test]
async fn a_host_that_is_away_is_waited_for() {
    let authority = Authority::new();
    let options = Options { resolver: Some(dns::resolver(zone().await).await), ..quick_options() };
    let (f, notices) = fixture(options, &authority).await;
    let hosts = vec![host(Peer::nowhere())];
    let gateway = Gateway { hosts, order: GatewayOrder::Failover, encryption: Encryption::Attempt };
    f.routes.gateways.lock().insert(domain("far.test"), gateway);
    f.post(letter(Route::Gateway(domain("far.test")))).await;
    eventually("it waits", || f.outcomes.deferred() > 0).await;
    assert_eq!((f.outcomes.bounced(), notices.count()), (0, 0));
    f.queue.stop().await;
}
