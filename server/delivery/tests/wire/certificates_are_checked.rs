//! Each level of boundary encryption against servers with each kind of certificate (guide chapters 6 and 7).

use crate::common::authority::Authority;
use crate::common::peer::{Certificate, Peer, Script, Tls};
use crate::common::{Fixture, Letter, dns, domain, eventually, quick_options};
use delivery::client::{Authorities, certificate_view};
use delivery::{Encryption, Gateway};
use model::HostPort;
use model::settings::GatewayOrder;
use sha2::{Digest, Sha256};
use std::sync::Arc;

const HOST: &str = "mx.acme.test";

fn self_signed() -> Certificate {
    let made = rcgen::generate_simple_self_signed(vec![HOST.to_owned()]).unwrap();
    Certificate { chain: vec![made.cert.der().clone()], key: made.signing_key.serialize_der() }
}

/// Whether a message went, encrypted; or the reason why it waits.
async fn tried(
    level: Encryption,
    host: &str,
    certificate: &Arc<Certificate>,
    trusted: &Authorities,
) -> Result<(), String> {
    let script = Script { tls: Tls::SelfSigned, certificate: Some(certificate.clone()), ..Script::default() };
    let peer = Peer::start(script).await;
    let mut zone = dns::Zone::default();
    zone.a.insert(HOST, "127.0.0.1".parse().unwrap());
    let options = delivery::Options {
        authorities: trusted.clone(),
        resolver: Some(dns::resolver(zone).await),
        ..quick_options()
    };
    let f = Fixture::with(options);
    let hosts = vec![HostPort { host: host.into(), port: peer.at.port() }];
    let gateway = Gateway { hosts, order: GatewayOrder::Failover, encryption: level };
    f.routes.gateways.lock().insert(domain("acme.test"), gateway);
    f.post(Letter::to(&["bob@acme.test"])).await;
    eventually("it is tried", || f.outcomes.delivered() + f.outcomes.deferred() > 0).await;
    if f.outcomes.delivered() == 1 {
        assert!(peer.messages()[0].tls);
        return Ok(());
    }
    assert!(!peer.commands().iter().any(|c| c.starts_with("MAIL")), "nothing of the message was sent");
    f.queue.stop().await;
    Err(f.outcomes.last().reply)
}

#[tokio::test]
async fn every_level_takes_the_certificates_that_the_guide_says_and_no_others() {
    let (ours, foreign) = (Authority::new(), Authority::new());
    let trusted = Authorities::of([ours.0.der().clone()]).unwrap();
    let good = Arc::new(ours.issue(HOST, 2090));
    let expired = Arc::new(ours.issue(HOST, 2021));
    let wrong_host = Arc::new(ours.issue("mx.other.test", 2090));
    let untrusted = Arc::new(foreign.issue(HOST, 2090));
    let own = Arc::new(self_signed());
    let named = || Encryption::Named(String::new());
    let other_name = || Encryption::Named("mx.other.test".into());
    let pinned = Encryption::Pinned(Sha256::digest(&own.chain[0]).into());

    // The certificate, and by level what is wrong with it; empty: it is taken.
    let rows = [
        (&good, ["", "", "", "", "not of mx.other.test", "another one"]),
        (&expired, ["", "has expired", "has expired", "has expired", "has expired", "another one"]),
        (&wrong_host, ["", "", "", "not of mx.acme.test", "", "another one"]),
        (&untrusted, ["", "", "trusted authority", "trusted authority", "trusted authority", "another one"]),
        (&own, ["", "", "trusted authority", "trusted authority", "trusted authority", ""]),
    ];
    for (row, (certificate, expected)) in rows.into_iter().enumerate() {
        let levels = [Encryption::Any, Encryption::Valid, Encryption::Trusted, named(), other_name(), pinned.clone()];
        for (level, wrong) in levels.into_iter().zip(expected) {
            let result = tried(level.clone(), HOST, certificate, &trusted).await;
            match (&result, wrong) {
                (Ok(()), "") => {}
                (Err(why), wrong) if !wrong.is_empty() => {
                    assert!(why.contains("TLS is required") && why.contains(wrong), "row {row}, {level:?}: {why}");
                }
                _ => panic!("row {row}, {level:?}: {result:?}, expected {wrong:?}"),
            }
        }
    }
}

#[tokio::test]
async fn a_trusted_certificate_needs_a_host_with_a_name() {
    let ours = Authority::new();
    let trusted = Authorities::of([ours.0.der().clone()]).unwrap();
    let good = Arc::new(ours.issue(HOST, 2090));
    let why = tried(Encryption::Trusted, "127.0.0.1", &good, &trusted).await.unwrap_err();
    assert!(why.contains("the host is an address"), "{why}");
    assert_eq!(tried(Encryption::Named(HOST.into()), "127.0.0.1", &good, &trusted).await, Ok(()));
}

#[tokio::test]
async fn an_authority_is_read_from_a_file_and_a_file_that_is_none_does_no_harm() {
    let ours = Authority::new();
    let good = Arc::new(ours.issue(HOST, 2090));
    let dir = tempfile::tempdir().unwrap();
    let trusted = Authorities::default();
    trusted.read(&dir.path().join("absent"));
    let why = tried(Encryption::Trusted, HOST, &good, &trusted).await.unwrap_err();
    assert!(why.contains("trusted authority"), "{why}");
    std::fs::write(dir.path().join("broken.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        .unwrap();
    std::fs::write(dir.path().join("ours.pem"), ours.0.pem()).unwrap();
    trusted.read(dir.path());
    assert_eq!(tried(Encryption::Trusted, HOST, &good, &trusted).await, Ok(()));
}

#[test]
fn a_certificate_is_shown_with_its_names_and_fingerprint() {
    let shown = certificate_view(&Authority::new().issue(HOST, 2090).chain[0]).unwrap();
    assert_eq!((shown.names.as_slice(), shown.not_before), ([HOST.to_owned()].as_slice(), 1_577_836_800));
    assert_eq!(shown.fingerprint.split(':').count(), 32);
    assert!(certificate_view(&b"no certificate"[..].into()).is_none());
}
