#![allow(clippy::unwrap_used)]
use super::dns::{Answer, Record};
use super::*;
use base64::Engine;
use mail_auth::common::crypto::Ed25519Key;
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::DkimSigner;
use model::Direction;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const DAY: i64 = model::time::DAY;

fn at(now: Timestamp) -> Clock {
    Arc::new(move || now)
}
fn session(from: &str) -> Session {
    Session {
        direction: Direction::Inbound,
        client_ip: "192.0.2.10".parse().unwrap(),
        helo: "mail.sender.test".into(),
        hostname: "mx.acme.test".into(),
        return_path: from.parse().ok(),
        recipients: vec!["bob@acme.test".parse().unwrap()],
        received: Timestamp::now(),
    }
}
/// A message from `from` signed by `domain`, and the TXT record of the key.
fn signed(from: &str, domain: &str) -> (Vec<u8>, String) {
    let key = Ed25519Key::from_pkcs8_der(&Ed25519Key::generate_pkcs8().unwrap()).unwrap();
    let record = format!("v=DKIM1; k=ed25519; p={}", base64::prelude::BASE64_STANDARD.encode(key.public_key()));
    let body = format!("From: Ann <{from}>\r\nTo: bob@acme.test\r\nSubject: hello\r\n\r\nHi Bob\r\n");
    let signer =
        DkimSigner::from_key(key).domain(domain).selector("s1").headers(["From", "Subject"]).expiration(86_400);
    let signature = signer.sign(body.as_bytes()).unwrap();
    (format!("{}{body}", signature.to_header()).into_bytes(), record)
}
fn zone(key: &str) -> Zone {
    Zone::default()
        .with_txt("sender.test", "v=spf1 ip4:192.0.2.0/28 -all")
        .with_txt("mail.sender.test", "v=spf1 a -all")
        .with_txt("s1._domainkey.sender.test", key)
        .with_txt("_dmarc.sender.test", "v=DMARC1; p=reject; sp=quarantine")
}
async fn verify(zone: Zone, now: Timestamp, raw: &[u8], envelope: &str, from: &str) -> Authentication {
    Authenticator::with_zone(zone, at(now)).verify(raw, &session(envelope), from.parse().ok().as_ref()).await
}

#[tokio::test]
async fn an_honest_message_passes_all_three() {
    let (raw, key) = signed("ann@sender.test", "sender.test");
    let a = verify(zone(&key), Timestamp::now(), &raw, "ann@sender.test", "ann@sender.test").await;
    assert_eq!((a.spf.result, a.dkim, a.dmarc.result), (AuthResult::Pass, AuthResult::Pass, AuthResult::Pass), "{a:?}");
    assert_eq!(a.dmarc.policy.as_deref(), Some("reject"));
    assert_eq!(a.signatures[0].domain, "sender.test".parse().ok());
    assert_eq!(a.mime, None);
}

#[tokio::test]
async fn a_changed_body_fails_dkim_and_a_strange_host_fails_spf_and_both_fail_dmarc() {
    let (raw, key) = signed("ann@sender.test", "sender.test");
    let text = String::from_utf8(raw).unwrap().replace("Hi Bob", "Pay me");
    let authenticator = Authenticator::with_zone(zone(&key), at(Timestamp::now()));
    let from = "ann@sender.test".parse().ok();
    let mut strange = session("ann@sender.test");
    strange.client_ip = "203.0.113.1".parse().unwrap();
    let a = authenticator.verify(text.as_bytes(), &strange, from.as_ref()).await;
    assert_eq!((a.spf.result, a.dmarc.result), (AuthResult::Fail, AuthResult::Fail));
    assert_ne!(a.dkim, AuthResult::Pass);
    assert_eq!(a.dmarc.policy.as_deref(), Some("reject"));
}

#[tokio::test]
async fn a_signature_expires_by_our_clock() {
    let (raw, key) = signed("ann@sender.test", "sender.test");
    let later = Timestamp::now().plus(3 * DAY);
    let a = verify(zone(&key), later, &raw, "x@other.test", "ann@sender.test").await;
    assert_eq!((a.dkim, a.dmarc.result), (AuthResult::Fail, AuthResult::Fail), "{a:?}");
    assert!(a.signatures[0].reason.contains("expired"));
}

#[tokio::test]
async fn the_policy_of_the_organisation_holds_for_its_subdomains() {
    let raw = b"From: ann@news.sender.test\r\n\r\nhi\r\n";
    let mut zone = zone("");
    zone.add("news.sender.test", Record::A("192.0.2.1".parse().unwrap()));
    let a = verify(zone, Timestamp::now(), raw, "x@other.test", "ann@news.sender.test").await;
    assert_eq!((a.dmarc.result, a.dmarc.policy.as_deref()), (AuthResult::Fail, Some("quarantine")));
    assert_eq!(a.mime.map(|m| m.result), Some(AuthResult::None));
}

#[tokio::test]
async fn a_second_from_address_does_not_hide_a_failing_one() {
    let raw = b"From: ann@sender.test, eve@evil.test\r\n\r\nhi\r\n";
    let a = verify(zone(""), Timestamp::now(), raw, "x@other.test", "ann@sender.test").await;
    assert_eq!((a.dmarc.result, a.dmarc.policy.as_deref()), (AuthResult::Fail, Some("reject")));
}

#[tokio::test]
async fn a_bounce_is_judged_by_its_helo() {
    let mut zone = zone("");
    zone.add("mail.sender.test", Record::A("192.0.2.10".parse().unwrap()));
    let a = verify(zone, Timestamp::now(), b"From: a@sender.test\r\n\r\n", "", "a@sender.test").await;
    assert_eq!((a.spf.result, a.helo), (AuthResult::Pass, AuthResult::Pass));
    assert_eq!(a.spf_domain, "mail.sender.test".parse().ok());
}

#[tokio::test]
async fn only_ten_signatures_are_looked_at() {
    let (raw, key) = signed("ann@sender.test", "sender.test");
    let text = String::from_utf8(raw).unwrap();
    let (header, rest) = text.split_at(text.find("From:").unwrap());
    let many = format!("{}{rest}", header.repeat(50));
    let a = verify(zone(&key), Timestamp::now(), many.as_bytes(), "ann@sender.test", "ann@sender.test").await;
    assert_eq!((a.signatures.len(), a.dkim), (10, AuthResult::Pass));
}

/// A DNS that never answers.
struct Silent;
impl Dns for Silent {
    fn txt<'a>(&'a self, _: &'a str) -> Answer<'a, Vec<u8>> {
        Box::pin(std::future::pending())
    }
    fn a<'a>(&'a self, _: &'a str) -> Answer<'a, Ipv4Addr> {
        Box::pin(std::future::pending())
    }
    fn aaaa<'a>(&'a self, _: &'a str) -> Answer<'a, Ipv6Addr> {
        Box::pin(std::future::pending())
    }
    fn mx<'a>(&'a self, _: &'a str) -> Answer<'a, String> {
        Box::pin(std::future::pending())
    }
    fn ptr(&self, _: IpAddr) -> Answer<'_, String> {
        Box::pin(std::future::pending())
    }
}

/// Takes the five seconds that it is about.
#[tokio::test]
async fn a_dns_that_never_answers_ends_in_temporary_errors_within_five_seconds() {
    let (raw, _) = signed("ann@sender.test", "sender.test");
    let authenticator = Authenticator::with_dns(Arc::new(Silent), at(Timestamp::now()));
    let start = std::time::Instant::now();
    let a = authenticator.verify(&raw, &session("x@other.test"), "ann@sender.test".parse().ok().as_ref()).await;
    assert!(start.elapsed() < TOTAL + Duration::from_millis(500));
    let temp = AuthResult::TempError;
    assert_eq!((a.spf.result, a.helo, a.dkim, a.dmarc.result), (temp, temp, temp, temp));
}

#[tokio::test]
async fn dns_down_is_quick_and_temporary() {
    let (raw, _) = signed("ann@sender.test", "sender.test");
    let config = DnsConfig { servers: vec!["127.0.0.1:9".parse().unwrap()] };
    let authenticator = Authenticator::new(&config, at(Timestamp::now()));
    let start = std::time::Instant::now();
    let a = authenticator.verify(&raw, &session("ann@sender.test"), "ann@sender.test".parse().ok().as_ref()).await;
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    let temp = AuthResult::TempError;
    assert_eq!((a.spf.result, a.dkim, a.dmarc.result), (temp, temp, temp));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_large_message_is_verified_beside_the_runtime() {
    let (raw, key) = signed("ann@sender.test", "sender.test");
    let mut raw = raw;
    raw.resize(LARGE + 100, b'x');
    let a = verify(zone(&key), Timestamp::now(), &raw, "ann@sender.test", "ann@sender.test").await;
    assert_eq!((a.spf.result, a.dmarc.result), (AuthResult::Pass, AuthResult::Pass));
    assert_ne!(a.dkim, AuthResult::Pass, "the body is not what was signed");
}

#[test]
fn any_bytes_are_verified_without_panic() {
    use proptest::prelude::*;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let authenticator = Authenticator::with_zone(zone(""), at(Timestamp(0)));
    let from = "a@sender.test".parse().ok();
    let bytes = proptest::collection::vec(any::<u8>(), 0..300);
    proptest!(|(raw in bytes, tags in "(v|a|d|s|h|b|bh|x|t|l)=[a-z0-9; =:]{0,30}")| {
        let mut text = format!("DKIM-Signature: {tags}\r\nFrom: a@sender.test\r\n").into_bytes();
        text.extend(raw);
        runtime.block_on(authenticator.verify(&text, &session("a@sender.test"), from.as_ref()));
    });
}
