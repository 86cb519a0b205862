use crate::house::{House, eventually, exchangers, host};
use crate::peer::{Peer, Script};

const FROM_INSIDE: &str = "Received: from pc (10.0.0.5) by exchange.inside.test; Tue, 24 Nov 2026 10:00:00 +0000\r\n\
    Received: from client.test by mx.postern.test with ESMTP; Tue, 24 Nov 2026 10:00:00 +0000\r\n\
    From: <bob@acme.test>\r\nTo: x@partner.test\r\nSubject: hi\r\n\r\nHello\r\n";

fn document(routing: &str) -> String {
    format!(
        "
accounts:
  - name: acme
    domains:
      - name: acme.test
        gateways: ['127.0.0.1:9']
        mailboxes: [{{ name: bob }}, {{ name: boss, settings: {{ outbound_annotation: {{ enabled: false }} }} }}]
    outbound_ips:
      - range: 127.0.0.9/32
        settings:
          outbound_annotation: {{ text: 'Only for you.', html: false, strip_received: true }}
          {routing}
"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_disclaimer_is_added_but_for_exempt_senders_and_internal_hops_are_taken_out() {
    let peer = Peer::start(Script::default()).await;
    let house = House::open(&document(""), exchangers(&["partner.test"]), peer.at.port()).await;
    house.send("bob@acme.test", &["x@partner.test"], FROM_INSIDE).await;
    eventually("bob's message", || peer.count() == 1).await;
    let text = peer.messages()[0].text();
    assert!(text.ends_with("\r\n\r\nHello\r\n\r\nOnly for you.\r\n"), "{text}");
    assert!(!text.contains("exchange.inside.test") && text.contains("by mx.postern.test"), "{text}");
    house.send("boss@acme.test", &["x@partner.test"], FROM_INSIDE).await;
    eventually("the boss's message", || peer.count() == 2).await;
    assert!(peer.messages()[1].text().ends_with("\r\n\r\nHello\r\n"), "{}", peer.messages()[1].text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_exception_and_the_network_s_host_decide_where_mail_goes() {
    let (mx, relay, smart) = (
        Peer::start(Script::default()).await,
        Peer::start(Script::default()).await,
        Peer::start(Script::default()).await,
    );
    let routing = format!(
        "outbound_routing: {{ route: '{}', delivery_exceptions: {{ '*.bank.test': {{ route: '{}', encryption: never }}, \
         partner.test: {{ encryption: attempt }} }} }}",
        host(&smart),
        host(&relay)
    );
    let house = House::open(&document(&routing), exchangers(&["partner.test"]), mx.at.port()).await;
    house.send("bob@acme.test", &["a@x.bank.test", "b@partner.test", "c@other.test"], FROM_INSIDE).await;
    eventually("each", || mx.count() == 1 && relay.count() == 1 && smart.count() == 1).await;
    let rcpt = |p: &Peer| p.messages()[0].rcpt.clone();
    assert_eq!(rcpt(&relay), ["RCPT TO:<a@x.bank.test>"]);
    assert_eq!(rcpt(&mx), ["RCPT TO:<b@partner.test>"]);
    assert_eq!(rcpt(&smart), ["RCPT TO:<c@other.test>"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_what_is_delivered_goes_to_the_collector_once_for_each_message() {
    let (mx, gateway) = (Peer::start(Script::default()).await, Peer::start(Script::default()).await);
    let document = format!(
        "
accounts:
  - name: acme
    domains:
      - name: acme.test
        gateways: ['{}']
        settings: {{ routing: {{ copy_to: archive@acme.test }} }}
        mailboxes: [{{ name: bob }}, {{ name: ann }}]
    outbound_ips:
      - {{ range: 127.0.0.9/32, settings: {{ outbound_routing: {{ copy_to: archive@partner.test }} }} }}
",
        host(&gateway)
    );
    let house = House::open(&document, exchangers(&["partner.test"]), mx.at.port()).await;
    house.send("bob@acme.test", &["x@partner.test", "y@partner.test"], FROM_INSIDE).await;
    eventually("the message and its copy", || mx.count() == 2).await;
    let copy = mx.messages().into_iter().find(|m| m.rcpt[0].contains("archive")).unwrap();
    assert!(copy.mail.starts_with("MAIL FROM:<>") && copy.rcpt.len() == 1, "{copy:?}");
    assert!(copy.text().ends_with("\r\n\r\nHello\r\n"), "{}", copy.text());
    house
        .take(model::Direction::Inbound, "x@partner.test", &["bob@acme.test", "ann@acme.test"], FROM_INSIDE.as_bytes())
        .await;
    eventually("the inbound one and its copy", || gateway.messages().iter().flat_map(|m| m.rcpt.clone()).count() == 3)
        .await;
    let copies =
        gateway.messages().iter().flat_map(|m| m.rcpt.clone()).filter(|r| r.contains("archive@acme.test")).count();
    assert_eq!(copies, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_of_relay_users_leaves_as_the_settings_of_the_relay_say() {
    let (mx, smart, exception) = (
        Peer::start(Script::default()).await,
        Peer::start(Script::default()).await,
        Peer::start(Script::default()).await,
    );
    let document = format!(
        "
accounts:
  - name: acme
    default_relay:
      outbound_routing:
        route: '{}'
        delivery_exceptions: {{ bank.test: {{ route: '{}', encryption: attempt }} }}
    domains: [{{ name: acme.test, gateways: ['127.0.0.1:9'], mailboxes: [{{ name: bob }}] }}]
    outbound_ips: [{{ range: 127.0.0.9/32 }}]
  - {{ name: other }}
",
        host(&smart),
        host(&exception)
    );
    let house = House::open(&document, exchangers(&["partner.test", "bank.test"]), mx.at.port()).await;
    let account = house.snapshots.get().domain("acme.test").unwrap().account;
    let relay = Some(model::Sending::Relay(account));
    for to in ["x@partner.test", "x@bank.test"] {
        house.take_by(relay, model::Direction::Outbound, "bob@acme.test", &[to], FROM_INSIDE.as_bytes()).await;
    }
    eventually("by the relay's routes", || smart.count() == 1 && exception.count() == 1).await;
    // The outbound IP has no such route, nor has the relay of another account.
    house.send("bob@acme.test", &["x@partner.test"], FROM_INSIDE).await;
    eventually("by the exchangers", || mx.count() == 1).await;
    let other = Some(model::Sending::Relay(model::AccountId(account.0 + 1)));
    house.take_by(other, model::Direction::Outbound, "joe@x.test", &["x@partner.test"], FROM_INSIDE.as_bytes()).await;
    eventually("by the exchangers too", || mx.count() == 2).await;
    assert_eq!((smart.count(), exception.count()), (1, 1));
}
