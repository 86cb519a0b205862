//! A day of TLS towards a domain that asks for reports (RFC 8460).

use crate::house::{House, eventually, exchangers, system};
use crate::peer;
use crate::peer::{Peer, Script, acceptor};
use delivery::client::Authorities;
use delivery::security::{FailureKind, PolicyKind, TlsResult, TlsResults};
use filter::auth::Zone;
use flow::{Signer, Tally, TlsReporter};
use mail_auth::report::tlsrpt::{ResultType, TlsReport};
use model::time::DAY;
use model::{DkimAlgorithm, Timestamp};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::sync::Arc;
use store::tls_result::TlsResultRow;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const DOCUMENT: &str = "
accounts:
  - name: acme
    domains:
      - { name: postern.test, gateways: ['127.0.0.1:9'], settings: { dkim: { sign: true } } }
";

fn row(day: i64, domain: &str, failure: &str, sessions: i64) -> TlsResultRow {
    TlsResultRow {
        day,
        domain: domain.into(),
        policy_key: "p".into(),
        kind: "sts".into(),
        policy: "version: STSv1\nmode: enforce".into(),
        mx: "mx.partner.test".into(),
        host: if failure.is_empty() { String::new() } else { "mx.partner.test".into() },
        address: if failure.is_empty() { String::new() } else { "192.0.2.7".into() },
        failure: failure.into(),
        detail: "why".into(),
        sessions,
    }
}

fn reporter(house: &House, zone: Zone) -> TlsReporter {
    TlsReporter {
        tally: Arc::new(Tally::default()),
        service: house.service.clone(),
        queue: house.queue.clone(),
        routing: house.routing.clone(),
        signer: Signer::new(house.vault.clone()),
        snapshots: house.snapshots.clone(),
        dns: Arc::new(zone),
        hostname: "mx.postern.test".into(),
        authorities: Authorities::default(),
        https_port: 443,
    }
}

fn yesterday() -> i64 {
    Timestamp::now().0.div_euclid(DAY) - 1
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_is_over_is_reported_once_by_signed_mail_to_who_asks_for_it() {
    let peer = Peer::start(Script::default()).await;
    let house = House::open(DOCUMENT, exchangers(&["partner.test"]), peer.at.port()).await;
    let s = &house.service;
    let domain = house.domain("postern.test").await;
    let key = s.add_dkim_key(&system(), domain, DkimAlgorithm::Ed25519, None).await.unwrap();
    s.set_dkim_key_active(&system(), key, true).await.unwrap();
    house.snapshots.refresh_if_changed().await.unwrap();
    let zone = Zone::default().with_txt("_smtp._tls.partner.test", "v=TLSRPTv1; rua=mailto:tls@partner.test");
    let r = reporter(&house, zone);
    let day = yesterday();
    let rows = [
        row(day, "partner.test", "", 5),
        row(day, "partner.test", "certificate-expired", 2),
        row(day, "silent.test", "", 9),
        row(day + 1, "partner.test", "", 1),
    ];
    s.note_tls_results(&system(), &rows).await.unwrap();
    // Another node counts, too.
    s.note_tls_results(&system(), &rows[..1]).await.unwrap();
    assert_eq!(r.send_due(&system()).await.unwrap(), 1);
    assert_eq!(r.send_due(&system()).await.unwrap(), 0, "once");
    eventually("the report arrives", || peer.count() == 1).await;
    let message = peer.messages()[0].clone();
    assert!(message.mail.starts_with("MAIL FROM:<> "), "{}", message.mail);
    assert!(message.rcpt[0].starts_with("RCPT TO:<tls@partner.test>"), "{}", message.rcpt[0]);
    let text = message.text();
    assert!(text.contains("DKIM-Signature: ") && text.contains("d=postern.test"), "{text}");
    for line in ["TLS-Required: No", "TLS-Report-Domain: partner.test", "TLS-Report-Submitter: mx.postern.test"] {
        assert!(text.contains(line), "{line}: {text}");
    }
    let report = TlsReport::parse_rfc5322(text.as_bytes(), 1 << 20).unwrap();
    assert_eq!(report.policies.len(), 1);
    let policy = &report.policies[0];
    assert_eq!((policy.summary.total_success, policy.summary.total_failure), (10, 2));
    assert_eq!(policy.policy.policy_string, ["version: STSv1", "mode: enforce"]);
    assert_eq!(policy.failure_details[0].result_type, ResultType::CertificateExpired);
    assert_eq!(policy.failure_details[0].failed_session_count, 2);

    let told = s.tls_reports(&system()).await.unwrap();
    let shown: Vec<_> = told.iter().map(|t| (t.domain.as_str(), t.successes, t.failures, t.sent_to.as_str())).collect();
    assert_eq!(shown, [("partner.test", 10, 2, "tls@partner.test"), ("silent.test", 9, 0, "")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_over_https_goes_to_a_server_that_proves_its_name() {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let made =
        CertificateParams::new(vec!["reports.partner.test".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let certificate = peer::Certificate { chain: vec![made.der().clone()], key: key.serialize_der() };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = acceptor(Some(&certificate));
    let served = tokio::spawn(async move {
        let (tcp, _) = listener.accept().await.unwrap();
        let mut stream = acceptor.accept(tcp).await.unwrap();
        let mut text = Vec::new();
        let complete = |text: &[u8]| {
            let at = text.windows(4).position(|w| w == b"\r\n\r\n")?;
            let head = String::from_utf8_lossy(&text[..at]).into_owned();
            let length = head.lines().find_map(|l| l.strip_prefix("Content-Length: "))?.parse::<usize>().ok()?;
            (text.len() >= at + 4 + length).then(|| (head, text[at + 4..].to_vec()))
        };
        loop {
            stream.read_buf(&mut text).await.unwrap();
            if let Some(found) = complete(&text) {
                stream.write_all(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n").await.unwrap();
                stream.shutdown().await.unwrap();
                return found;
            }
        }
    });
    let house = House::open(DOCUMENT, exchangers(&[]), 9).await;
    let mut zone = Zone::default();
    zone = zone.with_txt("_smtp._tls.partner.test", "v=TLSRPTv1; rua=https://reports.partner.test/v1?x=y");
    zone.add("reports.partner.test", filter::auth::dns::Record::A("127.0.0.1".parse().unwrap()));
    let mut r = reporter(&house, zone);
    r.authorities = Authorities::of([authority.der().clone()]).unwrap();
    r.https_port = port;
    house.service.note_tls_results(&system(), &[row(yesterday(), "partner.test", "", 3)]).await.unwrap();
    assert_eq!(r.send_due(&system()).await.unwrap(), 1);
    let (head, body) = served.await.unwrap();
    assert!(head.starts_with("POST /v1?x=y HTTP/1.1\r\nHost: reports.partner.test\r\n"), "{head}");
    assert!(head.contains("Content-Type: application/tlsrpt+gzip"), "{head}");
    assert!(body.starts_with(&[0x1f, 0x8b]));
    let told = house.service.tls_reports(&system()).await.unwrap();
    assert_eq!((told[0].sent_to.as_str(), told[0].problem.as_str()), ("https://reports.partner.test/v1?x=y", ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_queue_tells_is_counted_by_day_domain_and_result() {
    let house = House::open(DOCUMENT, exchangers(&[]), 9).await;
    let r = reporter(&house, Zone::default());
    let good = TlsResult {
        domain: "partner.test".into(),
        kind: PolicyKind::Sts,
        policy: vec!["mode: enforce".into()],
        mx: vec!["mx.partner.test".into()],
        host: "mx.partner.test".into(),
        address: Some("192.0.2.7".parse().unwrap()),
        failure: None,
    };
    let bad = TlsResult { failure: Some((FailureKind::CertificateExpired, "old".into())), ..good.clone() };
    (0..3).for_each(|_| r.tally.note(good.clone()));
    r.tally.note(bad);
    r.flush(&system()).await.unwrap();
    r.tally.note(good);
    r.flush(&system()).await.unwrap();
    let rows = house.service.tls_results(&system(), yesterday() + 1, "partner.test").await.unwrap();
    let counted: Vec<_> = rows.iter().map(|r| (r.failure.as_str(), r.host.as_str(), r.sessions)).collect();
    assert_eq!(counted, [("", "", 4), ("certificate-expired", "mx.partner.test", 1)]);
    assert_eq!(r.send_due(&system()).await.unwrap(), 0, "a day that is not over is not reported");
}
