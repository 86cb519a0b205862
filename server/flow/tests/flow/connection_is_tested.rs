use crate::house::{House, exchangers, system};
use crate::peer::{Peer, Script, Tls};

#[tokio::test(flavor = "multi_thread")]
async fn a_test_shows_the_certificate_and_a_certificate_that_is_trusted_by_hand_is_taken() {
    let peer = Peer::start(Script { tls: Tls::SelfSigned, ..Script::default() }).await;
    let document = |exception: &str| {
        format!(
            "
accounts:
  - name: acme
    domains:
      - {{ name: acme.test, gateways: ['127.0.0.1:9'], mailboxes: [{{ name: bob }}] }}
    outbound_ips:
      - range: 127.0.0.9/32
        settings: {{ outbound_routing: {{ delivery_exceptions: {{ partner.test: {{ {exception} }} }} }} }}
"
        )
    };
    let house =
        House::open(&document("encryption: always_trusted"), exchangers(&["partner.test"]), peer.at.port()).await;
    let s = &house.service;
    let network = house.snapshots.get().outbound("127.0.0.9".parse().unwrap()).unwrap().id;

    let tests = s.test_onward(&system(), network, "partner.test").await.unwrap();
    assert_eq!(tests.len(), 1);
    assert!(tests[0].problem.contains("not of a trusted authority"), "{tests:?}");
    let certificate = tests[0].certificate.clone().unwrap();
    assert_eq!(certificate.names, ["gateway.acme.test"]);
    assert!(!peer.commands().iter().any(|c| c.starts_with("MAIL")), "nothing is sent");

    s.apply(&system(), &document(&format!("encryption: manual, certificate: '{}'", certificate.fingerprint)), false)
        .await
        .unwrap();
    house.snapshots.refresh_if_changed().await.unwrap();
    let tests = s.test_onward(&system(), network, "partner.test").await.unwrap();
    assert_eq!((tests[0].problem.as_str(), tests[0].tls.as_str()), ("", "TLSv1.3 TLS13_AES_256_GCM_SHA384"));

    let tests = s.test_gateways(&system(), house.domain("acme.test").await).await.unwrap();
    assert!(tests[0].host == "127.0.0.1:9" && tests[0].problem.contains("connection"), "{tests:?}");
}
