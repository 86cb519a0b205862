use crate::common::peer::{Peer, Script};
use crate::common::{Fixture, Letter, eventually};

#[tokio::test]
async fn what_was_not_delivered_is_delivered_after_a_restart_and_nothing_twice() {
    let (f, at) = (Fixture::new(), Peer::nowhere());
    let up = Peer::start(Script::answer("RCPT TO:<later", "450 4.2.0 Later")).await;
    f.gateway("up.test", &[up.at]);
    f.gateway("down.test", &[at]);
    f.post(Letter::to(&["a@up.test"])).await;
    f.post(Letter::to(&["now@up.test", "later@up.test"])).await;
    f.post(Letter::to(&["b@down.test"])).await;
    eventually("what can go has gone", || f.outcomes.delivered() == 2 && f.outcomes.deferred() >= 2).await;
    let mut f = f.restart().await;
    assert_eq!(f.recovered.len(), 2);
    drop(up);
    let (up, down) = (Peer::start(Script::default()).await, Peer::start_at(at, Script::default()).await);
    f.gateway("up.test", &[up.at]);
    for entry in std::mem::take(&mut f.recovered) {
        f.queue.resume(entry).unwrap();
    }
    f.empty().await;
    assert_eq!(up.messages().iter().map(|m| m.rcpt.clone()).collect::<Vec<_>>(), [["RCPT TO:<later@up.test>"]]);
    assert_eq!((down.count(), f.outcomes.delivered()), (1, 4));
}

#[tokio::test]
async fn an_entry_without_a_readable_plan_stays() {
    let f = Fixture::new();
    let mut entry = f.accept(&Letter::to(&["bob@acme.test"])).await;
    entry.state = vec![99, 1, 2];
    let error = f.queue.resume(entry).unwrap_err();
    assert!(error.to_string().contains("version 99"), "{error}");
    assert_eq!(f.spool.stats().messages, 1);
}
