use crate::common::peer::{Peer, Say, Script};
use crate::common::{Fixture, Letter, eventually};
use std::time::{Duration, Instant};

#[tokio::test]
async fn stopping_waits_for_the_running_transaction_and_records_it() {
    let script = Script { slow: Duration::from_millis(30), ..Script::default() };
    let (f, peer) = (Fixture::new(), Peer::start(script).await);
    f.gateway("acme.test", &[peer.at]);
    f.post(Letter::to(&["bob@acme.test"])).await;
    eventually("it has begun", || peer.commands().iter().any(|c| c.starts_with("MAIL"))).await;
    f.queue.stop().await;
    assert_eq!((peer.count(), f.outcomes.delivered(), f.spool.stats().messages), (1, 1, 0));
}

#[tokio::test]
async fn stopping_gives_up_a_transaction_that_does_not_end() {
    let (f, peer) = (Fixture::new(), Peer::start(Script::rule(|l| (l == "DATA").then_some(Say::Silence))).await);
    f.gateway("acme.test", &[peer.at]);
    f.post(Letter::to(&["bob@acme.test"])).await;
    eventually("it hangs", || peer.commands().contains(&"DATA".to_owned())).await;
    let begin = Instant::now();
    f.queue.stop().await;
    assert!(begin.elapsed() < Duration::from_secs(2));
    assert_eq!((f.spool.stats().messages, f.outcomes.outcomes.lock().len()), (1, 0));
}

#[tokio::test]
async fn mail_that_comes_while_stopping_is_kept_for_the_next_start() {
    let (f, peer) = (Fixture::new(), Peer::start(Script::default()).await);
    f.gateway("acme.test", &[peer.at]);
    f.queue.stop().await;
    f.post(Letter::to(&["bob@acme.test"])).await;
    let letter = Letter::to(&["eve@acme.test"]);
    f.queue.send(letter.envelope(), letter.body.clone(), letter.plan()).await.unwrap();
    assert_eq!((f.spool.stats().messages, peer.sessions()), (2, 0));
    let mut f = f.restart().await;
    for entry in std::mem::take(&mut f.recovered) {
        f.queue.resume(entry).unwrap();
    }
    f.empty().await;
    assert_eq!(peer.count(), 2);
}
