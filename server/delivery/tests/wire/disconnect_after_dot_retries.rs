use crate::common::peer::{Peer, Say, Script};
use crate::common::{Fixture, Letter, eventually};
use std::sync::atomic::{AtomicBool, Ordering};

fn once(at: &'static str, say: Say) -> Script {
    let first = AtomicBool::new(true);
    Script::rule(move |line| (line.starts_with(at) && first.swap(false, Ordering::SeqCst)).then(|| say.clone()))
}

#[tokio::test]
async fn a_message_whose_end_was_not_answered_is_sent_again() {
    let (f, peer) = (Fixture::new(), Peer::start(once(".", Say::Drop)).await);
    f.gateway("acme.test", &[peer.at]);
    f.post(Letter::to(&["bob@acme.test"])).await;
    f.empty().await;
    assert_eq!((peer.count(), f.outcomes.deferred(), f.outcomes.delivered()), (1, 1, 1));
    let reply = f.outcomes.outcomes.lock()[0].reply.clone();
    assert!(reply.contains("after the end of the message; it may have been delivered"), "{reply}");
}

#[tokio::test]
async fn a_host_that_never_answers_the_end_is_left_and_tried_again() {
    let mut options = crate::common::quick_options();
    options.timeouts.done = std::time::Duration::from_millis(60);
    let (f, peer) = (Fixture::with(options), Peer::start(once(".", Say::Silence)).await);
    f.gateway("acme.test", &[peer.at]);
    f.post(Letter::to(&["bob@acme.test"])).await;
    f.empty().await;
    assert_eq!((peer.count(), f.outcomes.deferred()), (1, 1));
}

#[tokio::test]
async fn a_connection_lost_at_any_stage_loses_no_mail() {
    for stage in ["EHLO", "MAIL", "RCPT", "DATA", "."] {
        let (f, peer) = (Fixture::new(), Peer::start(once(stage, Say::Drop)).await);
        f.gateway("acme.test", &[peer.at]);
        f.post(Letter::to(&["bob@acme.test"])).await;
        f.empty().await;
        assert_eq!((peer.count(), f.outcomes.delivered()), (1, 1), "{stage}");
    }
}

#[tokio::test]
async fn a_421_after_the_message_was_taken_is_no_failure() {
    let (f, peer) = (Fixture::new(), Peer::start(once("QUIT", Say::Last("421 4.3.2 Bye".into()))).await);
    f.gateway("acme.test", &[peer.at]);
    f.post(Letter::to(&["bob@acme.test"])).await;
    f.empty().await;
    assert_eq!((f.outcomes.delivered(), f.outcomes.deferred()), (1, 0));
}

#[tokio::test]
async fn a_host_that_speaks_nonsense_is_not_believed() {
    let (f, peer) = (Fixture::new(), Peer::start(Script::answer("MAIL", "HTTP/1.1 200 OK")).await);
    f.gateway("acme.test", &[peer.at]);
    f.post(Letter::to(&["bob@acme.test"])).await;
    eventually("it is deferred", || f.outcomes.deferred() > 0).await;
    assert_eq!((peer.count(), f.outcomes.delivered(), f.outcomes.bounced()), (0, 0, 0));
}
