//! Each level of encryption with each kind of certificate, where the domain has MTA-STS or DANE: all of it must hold.

use crate::common::authority::Authority;
use crate::common::peer::{Certificate, Peer, Script, Tls};
use crate::common::policy_host::{PolicyHost, policy};
use crate::common::{Fixture, Letter, domain, eventually, quick_options, signed};
use delivery::client::Authorities;
use delivery::{Encryption, Options, Route};
use sha2::{Digest, Sha256};
use std::sync::Arc;

const HOST: &str = "mx.far.test";
const ENFORCE: &str = "version: STSv1\nmode: enforce\nmx: mx.far.test\nmax_age: 86400\n";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Published {
    Sts,
    /// A TLSA record of the host's certificate, or of another.
    Tlsa(bool),
}

/// Whether the message went, which it may over TLS only.
async fn went(level: Encryption, certificate: &Arc<Certificate>, published: Published, ours: &Authority) -> bool {
    let script = Script { tls: Tls::SelfSigned, certificate: Some(certificate.clone()), ..Script::default() };
    let peer = Peer::start(script).await;
    let web = PolicyHost::start(&ours.issue("mta-sts.far.test", 2090), policy(ENFORCE)).await;
    let zone = signed::Zone::default().mx("far.test", HOST).a(HOST);
    let zone = match published {
        Published::Sts => zone.a("mta-sts.far.test").txt("_mta-sts.far.test", "v=STSv1; id=1"),
        Published::Tlsa(ours) => {
            let digest: [u8; 32] = Sha256::digest(&certificate.chain[0]).into();
            let digest = if ours { digest } else { [7; 32] };
            zone.tlsa(peer.at.port(), HOST, &[&[3, 0, 1][..], &digest].concat())
        }
    };
    let f = Fixture::with(Options {
        authorities: Authorities::of([ours.0.der().clone()]).unwrap(),
        validating: Some(signed::resolver(zone).await),
        mx_port: peer.at.port(),
        sts_port: web.at.port(),
        encryption: level,
        ..quick_options()
    });
    f.post(Letter { route: Route::Mx(domain("far.test")), ..Letter::to(&["bob@far.test"]) }).await;
    eventually("it is tried", || f.outcomes.delivered() + f.outcomes.deferred() > 0).await;
    f.queue.stop().await;
    assert!(peer.messages().iter().all(|m| m.tls), "in clear text");
    peer.count() == 1
}

#[tokio::test]
async fn the_strictest_of_level_and_policy_wins() {
    let (ours, foreign) = (Authority::new(), Authority::new());
    let named = || Encryption::Named(String::new());
    // With the levels that each certificate is too little for.
    let certificates = [
        ("good", ours.issue(HOST, 2090), vec![]),
        ("expired", ours.issue(HOST, 2021), vec![Encryption::Valid, Encryption::Trusted, named()]),
        ("of another host", ours.issue("mx.other.test", 2090), vec![named()]),
        ("of an authority that nobody trusts", foreign.issue(HOST, 2090), vec![Encryption::Trusted, named()]),
    ];
    let levels =
        [Encryption::Never, Encryption::Attempt, Encryption::Any, Encryption::Valid, Encryption::Trusted, named()];
    for (kind, certificate, too_little) in certificates {
        let certificate = Arc::new(certificate);
        for published in [Published::Sts, Published::Tlsa(true), Published::Tlsa(false)] {
            let satisfied = match published {
                Published::Sts => kind == "good",
                Published::Tlsa(matches) => matches,
            };
            let tries = levels.iter().map(|level| went(level.clone(), &certificate, published, &ours));
            let found = futures::future::join_all(tries).await;
            let expected: Vec<bool> = levels.iter().map(|l| satisfied && !too_little.contains(l)).collect();
            assert_eq!(found, expected, "{kind}, {published:?}, by level: {levels:?}");
        }
    }
}
