use crate::house::{House, INSIDE, eventually, exchangers, system};
use crate::peer::{Peer, Script};
use filter::Session;
use filter::auth::{Authenticator, Zone};
use model::finding::AuthResult;
use model::{Direction, DkimAlgorithm, Timestamp};
use std::sync::Arc;

const DOCUMENT: &str = "
accounts:
  - name: acme
    domains:
      - { name: acme.test, gateways: ['127.0.0.1:9'], settings: { dkim: { sign: true } }, mailboxes: [{ name: bob }] }
    outbound_ips: [{ range: 127.0.0.9/32 }]
  - name: other
    domains:
      - { name: other.test, gateways: ['127.0.0.1:9'], settings: { dkim: { sign: true } }, mailboxes: [{ name: joe }] }
";

fn message(from: &str) -> String {
    format!(
        "From: <{from}>\r\nTo: x@partner.test\r\nSubject: hi\r\nMessage-ID: <1@x>\r\n\r\nA line.\r\n.A dot.\n\nbare LF\r\n"
    )
}

async fn dkim(message: &[u8], zone: &Zone) -> (AuthResult, usize) {
    let session = Session {
        direction: Direction::Inbound,
        client_ip: INSIDE.parse().unwrap(),
        helo: "mail.test".into(),
        hostname: "mx.test".into(),
        return_path: None,
        recipients: vec![],
        received: Timestamp(0),
    };
    let authenticator = Authenticator::with_zone(zone.clone(), Arc::new(Timestamp::now));
    let found = authenticator.verify(message, &session, None).await;
    assert!(found.signatures.iter().all(|s| s.result == AuthResult::Pass), "{:?}", found.signatures);
    (found.dkim, found.signatures.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_of_the_account_s_domains_is_signed_with_each_active_key_and_verifies_at_the_other_side() {
    let peer = Peer::start(Script::default()).await;
    let house = House::open(DOCUMENT, exchangers(&["partner.test"]), peer.at.port()).await;
    let s = &house.service;
    let mut zone = Zone::default();
    for domain in ["acme.test", "other.test"] {
        let id = house.domain(domain).await;
        for algorithm in [DkimAlgorithm::Rsa, DkimAlgorithm::Ed25519] {
            let key = s.add_dkim_key(&system(), id, algorithm, None).await.unwrap();
            s.set_dkim_key_active(&system(), key, true).await.unwrap();
            let key = s.dkim_key(&system(), key).await.unwrap();
            zone = zone.with_txt(&key.record_name(), &key.record());
        }
        // A key that is not active signs nothing.
        s.add_dkim_key(&system(), id, DkimAlgorithm::Ed25519, None).await.unwrap();
    }
    house.send("bob@acme.test", &["x@partner.test", "y@partner.test"], &message("bob@acme.test")).await;
    eventually("the first message", || peer.count() == 1).await;
    assert_eq!(dkim(&peer.messages()[0].body(), &zone).await, (AuthResult::Pass, 2));

    house.send("bob@acme.test", &["x@partner.test"], &message("bob@sub.acme.test")).await;
    eventually("a subdomain's message", || peer.count() == 2).await;
    let text = peer.messages()[1].text();
    assert!(text.contains("d=acme.test"), "{text}");
    assert_eq!(dkim(text.as_bytes(), &zone).await, (AuthResult::Pass, 2));

    // Whoever sends through acme's network signs for nobody else.
    for from in ["joe@other.test", "x@nowhere.test"] {
        house.send("bob@acme.test", &["x@partner.test"], &message(from)).await;
    }
    eventually("the others' messages", || peer.count() == 4).await;
    for unsigned in &peer.messages()[2..] {
        assert!(!unsigned.text().contains("DKIM-Signature"), "{}", unsigned.text());
    }
}
