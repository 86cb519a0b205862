use crate::common::peer::{Peer, Say, Script, Tls};
use crate::common::{Fixture, Letter, eventually};
use model::settings::BoundaryEncryption;

async fn with(encryption: BoundaryEncryption, script: Script) -> (Fixture, Peer) {
    let (f, peer) = (Fixture::new(), Peer::start(script).await);
    f.gateway_with("acme.test", &[peer.at], encryption);
    f.post(Letter::to(&["bob@acme.test"])).await;
    (f, peer)
}

#[tokio::test]
async fn tls_is_used_where_it_is_offered_whoever_signed_the_certificate() {
    for encryption in [BoundaryEncryption::Attempt, BoundaryEncryption::Always] {
        let (f, peer) = with(encryption, Script { tls: Tls::SelfSigned, ..Script::default() }).await;
        f.empty().await;
        assert!(peer.messages()[0].tls);
        assert_eq!(f.outcomes.last().tls.as_deref(), Some("TLSv1.3 TLS13_AES_256_GCM_SHA384"));
    }
}

#[tokio::test]
async fn never_means_never() {
    let (f, peer) = with(BoundaryEncryption::Never, Script { tls: Tls::SelfSigned, ..Script::default() }).await;
    f.empty().await;
    assert!(!peer.messages()[0].tls && !peer.commands().contains(&"STARTTLS".to_owned()));
}

#[tokio::test]
async fn tls_that_fails_is_followed_by_a_fresh_session_in_clear_text() {
    let (f, peer) = with(BoundaryEncryption::Attempt, Script { tls: Tls::Broken, ..Script::default() }).await;
    f.empty().await;
    assert_eq!((peer.messages()[0].tls, peer.sessions()), (false, 2));
    assert_eq!(f.outcomes.deferred(), 0);
}

#[tokio::test]
async fn starttls_that_is_refused_is_followed_by_clear_text_in_the_same_session() {
    let refuses = Script::answer("STARTTLS", "454 4.7.0 No certificate today");
    let (f, peer) = with(BoundaryEncryption::Attempt, Script { tls: Tls::SelfSigned, ..refuses }).await;
    f.empty().await;
    assert_eq!((peer.messages()[0].tls, peer.sessions()), (false, 1));
}

#[tokio::test]
async fn always_sends_nothing_in_clear_text() {
    let refuses = Script::answer("STARTTLS", "454 4.7.0 No certificate today");
    let scripts = [
        (Script::default(), "the host does not offer it"),
        (Script { tls: Tls::Broken, ..Script::default() }, "handshake failed"),
        (Script { tls: Tls::SelfSigned, ..refuses }, "454 4.7.0 No certificate today"),
    ];
    for (script, why) in scripts {
        let (f, peer) = with(BoundaryEncryption::Always, script).await;
        eventually("it is deferred", || f.outcomes.deferred() > 0).await;
        assert!(f.outcomes.last().reply.contains(why), "{}", f.outcomes.last().reply);
        assert!(!peer.commands().iter().any(|c| c.starts_with("MAIL")));
    }
}

#[tokio::test]
async fn words_slipped_in_before_the_handshake_are_not_believed() {
    let slips = Script::rule(|line| (line == "STARTTLS").then(|| Say::Reply("220 Go on\r\n250 Trust me".into())));
    let (f, peer) = with(BoundaryEncryption::Always, Script { tls: Tls::SelfSigned, ..slips }).await;
    eventually("it is deferred", || f.outcomes.deferred() > 0).await;
    assert!(f.outcomes.last().reply.contains("text after its answer to STARTTLS"), "{}", f.outcomes.last().reply);
    assert_eq!(peer.count(), 0);
}
