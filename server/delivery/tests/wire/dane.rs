//! DANE (RFC 7672): TLSA records of a signed zone, and what they ask of hosts.

use crate::common::authority::Authority;
use crate::common::peer::{Certificate, Peer, Script, Tls};
use crate::common::signed::{Zone, name, resolver};
use crate::common::{Fixture, Letter, domain, eventually, quick_options};
use crate::mta_sts::Results;
use delivery::security::{FailureKind, PolicyKind};
use delivery::{Encryption, Options, Route};
use hickory_resolver::proto::rr::RecordType;
use sha2::{Digest, Sha256, Sha512};
use std::sync::Arc;
use x509_parser::prelude::{FromDer, X509Certificate};

const HOST: &str = "mx.far.test";

struct Tried {
    /// Whether it went over TLS; or why it waits.
    went: Result<bool, String>,
    results: Arc<Results>,
}

/// One message to far.test, whose host shows this certificate. The zone is made when its port is known.
async fn tried(certificate: Option<Certificate>, level: Encryption, zone: impl FnOnce(u16) -> Zone) -> Tried {
    let tls = if certificate.is_some() { Tls::SelfSigned } else { Tls::No };
    let peer = Peer::start(Script { tls, certificate: certificate.map(Arc::new), ..Script::default() }).await;
    let results = Arc::new(Results::default());
    let f = Fixture::with(Options {
        validating: Some(resolver(zone(peer.at.port())).await),
        mx_port: peer.at.port(),
        encryption: level,
        tls_results: Some(results.clone()),
        ..quick_options()
    });
    f.post(Letter { route: Route::Mx(domain("far.test")), ..Letter::to(&["bob@far.test"]) }).await;
    eventually("it is tried", || f.outcomes.delivered() + f.outcomes.deferred() + f.outcomes.bounced() > 0).await;
    let went = match peer.messages().first() {
        Some(message) => Ok(message.tls),
        None => Err(f.outcomes.last().reply),
    };
    f.queue.stop().await;
    Tried { went, results }
}

fn far() -> Zone {
    Zone::default().mx("far.test", HOST).a(HOST)
}

fn key(certificate: &Certificate) -> Vec<u8> {
    X509Certificate::from_der(&certificate.chain[0]).unwrap().1.public_key().raw.to_vec()
}

fn rdata(head: [u8; 3], data: &[u8]) -> Vec<u8> {
    [&head[..], data].concat()
}

#[tokio::test]
async fn every_selector_and_matching_type_of_a_host_s_own_certificate_is_taken_whatever_its_name_or_date() {
    let authority = Authority::new();
    for (selector, matching) in [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)] {
        let certificate = authority.issue("other.test", 2021);
        let selected = if selector == 0 { certificate.chain[0].to_vec() } else { key(&certificate) };
        let data = match matching {
            0 => selected,
            1 => Sha256::digest(&selected).to_vec(),
            _ => Sha512::digest(&selected).to_vec(),
        };
        let t = tried(Some(certificate), Encryption::Attempt, |port| {
            far().tlsa(port, HOST, &rdata([3, selector, matching], &data))
        })
        .await;
        assert_eq!(t.went, Ok(true), "3 {selector} {matching}");
        let results = t.results.0.lock();
        assert_eq!((results[0].kind, results[0].failure.is_none()), (PolicyKind::Tlsa, true));
        assert!(results[0].policy[0].starts_with(&format!("3 {selector} {matching} ")));
    }
}

#[tokio::test]
async fn an_authority_s_record_needs_the_chain_the_date_and_the_name_of_host_or_domain() {
    let authority = Authority::new();
    let digest = Sha256::digest(authority.0.der()).to_vec();
    for (named, until, goes) in [
        (HOST, 2090, Ok(true)),
        ("far.test", 2090, Ok(true)),
        ("other.test", 2090, Err("not of mx.far.test or far.test")),
        (HOST, 2021, Err("not of a trusted authority")),
    ] {
        let mut certificate = authority.issue(named, until);
        certificate.chain.push(authority.0.der().clone());
        let t =
            tried(Some(certificate), Encryption::Attempt, |port| far().tlsa(port, HOST, &rdata([2, 0, 1], &digest)));
        let t = t.await;
        match goes {
            Ok(tls) => assert_eq!(t.went, Ok(tls), "{named} {until}"),
            Err(why) => assert!(t.went.clone().unwrap_err().contains(why), "{:?}", t.went),
        }
    }
}

#[tokio::test]
async fn mail_waits_where_the_certificate_does_not_match_or_tls_is_not_offered() {
    let authority = Authority::new();
    let wrong = rdata([3, 1, 1], &[7; 32]);
    for certificate in [Some(authority.issue(HOST, 2090)), None] {
        let offered = certificate.is_some();
        let t = tried(certificate, Encryption::Never, |port| far().tlsa(port, HOST, &wrong)).await;
        let why = t.went.unwrap_err();
        assert!(why.contains("DANE"), "{why}");
        let kind = if offered { FailureKind::ValidationFailure } else { FailureKind::StarttlsNotSupported };
        assert_eq!(t.results.0.lock()[0].failure.as_ref().unwrap().0, kind);
    }
}

#[tokio::test]
async fn records_that_cannot_be_used_ask_for_tls_and_no_more() {
    let unusable = rdata([1, 1, 1], &[7; 32]);
    let authority = Authority::new();
    let with = |port| far().tlsa(port, HOST, &unusable);
    assert_eq!(tried(Some(authority.issue("other.test", 2021)), Encryption::Attempt, with).await.went, Ok(true));
    assert!(tried(None, Encryption::Attempt, with).await.went.is_err());
}

#[tokio::test]
async fn only_what_is_signed_counts_and_what_is_signed_wrongly_is_no_answer() {
    let wrong = rdata([3, 1, 1], &[7; 32]);
    // The zone of the host, or of the domain, is not signed: no DANE.
    for zone in ["far.test", "mx.far.test", "_tcp.mx.far.test"] {
        let t = tried(None, Encryption::Attempt, |port| Zone {
            unsigned: vec![name(zone)],
            ..far().tlsa(port, HOST, &wrong)
        });
        assert_eq!(t.await.went, Ok(false), "{zone} is not signed");
    }
    // Signed without such records: no DANE either.
    assert_eq!(tried(None, Encryption::Attempt, |_| far()).await.went, Ok(false));
    // Whoever forges an answer, or suppresses it, does not get the mail.
    for forged in ["far.test".to_owned(), HOST.to_owned(), "tlsa".to_owned()] {
        let t = tried(None, Encryption::Attempt, |port| {
            let at = if forged == "tlsa" { format!("_{port}._tcp.{HOST}") } else { forged.clone() };
            Zone { forged: vec![name(&at)], ..far().tlsa(port, HOST, &wrong) }
        });
        let why = t.await.went.unwrap_err();
        assert!(why.contains("DNSSEC"), "{forged}: {why}");
    }
    let t = tried(None, Encryption::Attempt, |port| Zone {
        broken: vec![(name(&format!("_{port}._tcp.{HOST}")), RecordType::TLSA)],
        ..far()
    });
    let why = t.await.went.unwrap_err();
    assert!(why.contains("TLSA records"), "{why}");
}

#[tokio::test]
async fn the_records_of_what_a_host_is_an_alias_of_hold() {
    let authority = Authority::new();
    let certificate = authority.issue("any.test", 2090);
    let digest = Sha256::digest(key(&certificate)).to_vec();
    let t = tried(Some(certificate), Encryption::Attempt, |port| {
        let zone = Zone::default().mx("far.test", HOST).cname(HOST, "real.test").a("real.test");
        zone.tlsa(port, "real.test", &rdata([3, 1, 1], &digest))
    });
    let t = t.await;
    assert_eq!(t.went, Ok(true));
    assert_eq!(t.results.0.lock()[0].kind, PolicyKind::Tlsa);
}

#[tokio::test]
async fn a_domain_that_does_not_exist_bounces_also_when_answers_are_validated() {
    let t = tried(None, Encryption::Attempt, |_| Zone::default()).await;
    // Names without records are, in a signed zone of this kind, names that exist: there is no host for the mail.
    assert!(t.went.unwrap_err().contains("neither a mail exchanger nor an address"));
}
