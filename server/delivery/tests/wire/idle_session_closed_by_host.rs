use crate::common::peer::{Peer, Say, Script};
use crate::common::{Fixture, Letter};
use std::sync::atomic::{AtomicUsize, Ordering};

#[tokio::test]
async fn a_session_that_the_host_ends_between_messages_counts_as_no_failure() {
    // Every second MAIL finds the host gone.
    let mails = AtomicUsize::new(0);
    let script = Script::rule(move |line| {
        (line.starts_with("MAIL") && mails.fetch_add(1, Ordering::SeqCst) % 2 == 1).then_some(Say::Drop)
    });
    let (f, peer) = (Fixture::new(), Peer::start(script).await);
    f.gateway("acme.test", &[peer.at]);
    for _ in 0..6 {
        f.post(Letter::to(&["bob@acme.test"])).await;
        f.empty().await;
    }
    assert_eq!((f.outcomes.delivered(), f.outcomes.deferred()), (6, 0));
}

#[tokio::test]
async fn a_421_between_messages_counts_as_no_failure() {
    let mails = AtomicUsize::new(0);
    let script = Script::rule(move |line| {
        let late = line.starts_with("MAIL") && mails.fetch_add(1, Ordering::SeqCst) % 2 == 1;
        late.then(|| Say::Last("421 4.4.2 One message a session, please".into()))
    });
    let (f, peer) = (Fixture::new(), Peer::start(script).await);
    f.gateway("acme.test", &[peer.at]);
    for _ in 0..6 {
        f.post(Letter::to(&["bob@acme.test"])).await;
        f.empty().await;
    }
    assert_eq!((f.outcomes.delivered(), f.outcomes.deferred()), (6, 0));
}
