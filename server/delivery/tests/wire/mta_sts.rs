//! MTA-STS (RFC 8461): policies found by DNS and HTTPS, kept, and what they ask of hosts.

use crate::common::authority::Authority;
use crate::common::peer::{Certificate, Peer, Script, Tls};
use crate::common::policy_host::{PolicyHost, policy};
use crate::common::{Fixture, Letter, domain, eventually, quick_options, signed};
use delivery::client::Authorities;
use delivery::security::{FailureKind, PolicyKind, TlsResult, TlsResults};
use delivery::{Options, Route};
use model::TlsWish;
use parking_lot::Mutex;
use std::sync::Arc;

const HOST: &str = "mx.far.test";
const ENFORCE: &str = "version: STSv1\nmode: enforce\nmx: mx.far.test\nmax_age: 86400\n";

#[derive(Default)]
pub struct Results(pub Mutex<Vec<TlsResult>>);

impl TlsResults for Results {
    fn note(&self, result: TlsResult) {
        self.0.lock().push(result);
    }
}

pub struct World {
    pub authority: Authority,
    pub results: Arc<Results>,
    pub web: PolicyHost,
    pub options: Options,
    pub peer: Peer,
}

/// The host shows `certificate`, and its domain publishes this policy.
pub async fn world(policy_text: &str, certificate: Option<&str>, zone: signed::Zone) -> World {
    let authority = Authority::new();
    let web = PolicyHost::start(&authority.issue("mta-sts.far.test", 2090), policy(policy_text)).await;
    let tls = if certificate.is_some() { Tls::SelfSigned } else { Tls::No };
    let certificate = certificate.map(|name| Arc::new(authority.issue(name, 2090)));
    let peer = Peer::start(Script { tls, certificate, ..Script::default() }).await;
    let zone = zone.mx("far.test", HOST).a(HOST).a("mta-sts.far.test").txt("_mta-sts.far.test", "v=STSv1; id=1;");
    let results = Arc::new(Results::default());
    let options = Options {
        authorities: Authorities::of([authority.0.der().clone()]).unwrap(),
        resolver: Some(signed::unsigned(zone).await),
        mx_port: peer.at.port(),
        sts_port: web.at.port(),
        tls_results: Some(results.clone()),
        ..quick_options()
    };
    World { authority, results, web, options, peer }
}

fn letter() -> Letter {
    Letter { route: Route::Mx(domain("far.test")), ..Letter::to(&["bob@far.test"]) }
}

/// Whether a message went, or why it waits.
async fn sent(f: &Fixture, letter: Letter) -> Result<(), String> {
    let (delivered, deferred) = (f.outcomes.delivered(), f.outcomes.deferred());
    f.post(letter).await;
    eventually("it is tried", || f.outcomes.delivered() + f.outcomes.deferred() > delivered + deferred).await;
    if f.outcomes.delivered() > delivered { Ok(()) } else { Err(f.outcomes.last().reply) }
}

#[tokio::test]
async fn a_host_that_the_policy_names_and_a_trusted_certificate_of_its_name_are_taken() {
    let w = world(ENFORCE, Some(HOST), signed::Zone::default()).await;
    let f = Fixture::with(w.options);
    assert_eq!(sent(&f, letter()).await, Ok(()));
    assert!(w.peer.messages()[0].tls);
    assert_eq!(w.web.requests().len(), 1);
    assert!(w.web.requests()[0].starts_with("GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: mta-sts.far.test\r\n"));
    let results = w.results.0.lock();
    assert_eq!((results[0].kind, results[0].domain.as_str()), (PolicyKind::Sts, "far.test"));
    assert!(results[0].failure.is_none() && results[0].policy.contains(&"mode: enforce".to_owned()));
}

#[tokio::test]
async fn mail_waits_where_the_certificate_or_the_host_is_not_as_the_policy_says() {
    for (text, certificate, why, kind) in [
        (ENFORCE, Some("mx.other.test"), "not of mx.far.test", FailureKind::CertificateHostMismatch),
        (ENFORCE, None, "does not offer it", FailureKind::StarttlsNotSupported),
        (
            "version: STSv1\nmode: enforce\nmx: *.else.test\nmax_age: 86400\n",
            Some(HOST),
            "policy of far.test does not name this host",
            FailureKind::ValidationFailure,
        ),
    ] {
        let w = world(text, certificate, signed::Zone::default()).await;
        let f = Fixture::with(w.options);
        let reply = sent(&f, letter()).await.unwrap_err();
        assert!(reply.contains(why), "{reply}");
        assert!(w.peer.messages().is_empty() && !w.peer.commands().iter().any(|c| c.starts_with("MAIL")));
        assert_eq!(w.results.0.lock()[0].failure.as_ref().unwrap().0, kind);
        // Whoever does not care for TLS is not held up, nor by mail that waits (RFC 8689 §5).
        assert_eq!(f.outcomes.delivered(), 0);
        f.post(Letter { tls_wish: TlsWish::Optional, ..letter() }).await;
        eventually("TLS-Required: No goes", || w.peer.count() == 1).await;
        f.queue.stop().await;
    }
}

#[tokio::test]
async fn a_policy_in_testing_is_reported_and_holds_nothing_up() {
    let text = ENFORCE.replace("enforce", "testing");
    for (certificate, kind) in [
        (Some("mx.other.test"), Some(FailureKind::CertificateHostMismatch)),
        (None, Some(FailureKind::StarttlsNotSupported)),
        (Some(HOST), None),
    ] {
        let w = world(&text, certificate, signed::Zone::default()).await;
        let f = Fixture::with(w.options);
        assert_eq!(sent(&f, letter()).await, Ok(()));
        let failure = w.results.0.lock()[0].failure.clone().map(|(kind, _)| kind);
        assert_eq!(failure, kind);
    }
}

#[tokio::test]
async fn what_is_no_policy_holds_nothing_up_and_is_fetched_once_in_a_while() {
    let big = format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n{ENFORCE}{}", "\n".repeat(70_000));
    let html = policy(ENFORCE).replace("text/plain", "text/html");
    let moved =
        "HTTP/1.1 301 Moved\r\nLocation: https://mta-sts.far.test/other\r\nContent-Length: 0\r\n\r\n".to_owned();
    for (answer, kind) in [
        (big, FailureKind::StsPolicyFetchError),
        (html, FailureKind::StsPolicyInvalid),
        (moved, FailureKind::StsPolicyFetchError),
        (policy("version: STSv1\n"), FailureKind::StsPolicyInvalid),
    ] {
        let w = world(ENFORCE, None, signed::Zone::default()).await;
        *w.web.answer.lock() = answer;
        let f = Fixture::with(Options { max_idle: std::time::Duration::ZERO, ..w.options });
        assert_eq!(sent(&f, letter()).await, Ok(()));
        assert_eq!(sent(&f, letter()).await, Ok(()));
        assert_eq!(w.web.requests().len(), 1);
        assert_eq!(w.results.0.lock()[0].failure.as_ref().unwrap().0, kind);
    }
}

#[tokio::test]
async fn a_policy_of_a_host_that_does_not_prove_its_name_is_none() {
    let w = world(ENFORCE, None, signed::Zone::default()).await;
    let stranger: Certificate = w.authority.issue("mta-sts.other.test", 2090);
    let web = PolicyHost::start(&stranger, policy(ENFORCE)).await;
    let f = Fixture::with(Options { sts_port: web.at.port(), ..w.options });
    assert_eq!(sent(&f, letter()).await, Ok(()));
    assert!(web.requests().is_empty());
    assert_eq!(w.results.0.lock()[0].failure.as_ref().unwrap().0, FailureKind::StsWebpkiInvalid);
}

#[tokio::test]
async fn a_policy_holds_until_its_time_is_over_also_when_it_cannot_be_found_any_more() {
    let w = world(ENFORCE, None, signed::Zone::default()).await;
    let kept = tempfile::tempdir().unwrap();
    let options = Options { sts_directory: Some(kept.path().to_owned()), ..w.options };
    let f = Fixture::with(options.clone());
    assert!(sent(&f, letter()).await.is_err());
    f.queue.stop().await;
    drop(w.web);
    // After a restart, and with a record that is gone.
    let zone = signed::Zone::default().mx("far.test", HOST).a(HOST);
    let f = Fixture::with(Options { resolver: Some(signed::unsigned(zone).await), ..options });
    let reply = sent(&f, letter()).await.unwrap_err();
    assert!(reply.contains("MTA-STS"), "{reply}");
    assert!(w.peer.messages().is_empty());
}
