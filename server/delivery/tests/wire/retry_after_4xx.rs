use crate::common::peer::{Peer, Say, Script};
use crate::common::{Fixture, Letter};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

fn fails_first(start: &'static str, times: usize, reply: &'static str) -> Script {
    let left = AtomicUsize::new(times);
    Script::rule(move |line| {
        let fails = line.starts_with(start)
            && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok();
        fails.then(|| Say::Reply(reply.into()))
    })
}

#[tokio::test]
async fn a_deferred_message_is_tried_again_at_growing_pauses() {
    let (f, peer) = (Fixture::new(), Peer::start(fails_first("RCPT", 2, "451 4.7.1 Greylisted")).await);
    f.gateway("acme.test", &[peer.at]);
    let begin = Instant::now();
    f.post(Letter::to(&["bob@acme.test"])).await;
    f.empty().await;
    // 40 ms and 80 ms.
    assert!(begin.elapsed() >= Duration::from_millis(120), "{:?}", begin.elapsed());
    assert_eq!((peer.count(), f.outcomes.deferred(), f.outcomes.delivered()), (1, 2, 1));
}

#[tokio::test]
async fn every_stage_of_a_transaction_can_defer() {
    for stage in ["MAIL", "RCPT", "DATA", "."] {
        let (f, peer) = (Fixture::new(), Peer::start(fails_first(stage, 1, "450 4.0.0 Not now")).await);
        f.gateway("acme.test", &[peer.at]);
        f.post(Letter::to(&["bob@acme.test", "eve@acme.test"])).await;
        f.empty().await;
        assert_eq!(f.outcomes.delivered(), 2, "{stage}");
        let deferred = if stage == "RCPT" { 1 } else { 2 };
        assert_eq!(f.outcomes.deferred(), deferred, "{stage}");
    }
}

#[tokio::test]
async fn a_deferred_message_holds_no_other_up() {
    let peer = Peer::start(Script::answer("RCPT TO:<busy@acme.test>", "450 4.2.1 Busy")).await;
    let f = Fixture::new();
    f.gateway("acme.test", &[peer.at]);
    f.post(Letter::to(&["busy@acme.test"])).await;
    crate::common::eventually("it is deferred", || f.outcomes.deferred() > 0).await;
    f.post(Letter::to(&["bob@acme.test"])).await;
    crate::common::eventually("the other is delivered", || peer.count() == 1).await;
    assert_eq!(f.queue.view()[0].last_error, "450 4.2.1 Busy");
}

#[tokio::test]
async fn what_waits_is_in_the_spool_with_its_attempts_and_error() {
    let mut options = crate::common::quick_options();
    options.retry = vec![Duration::from_secs(60)];
    let (f, peer) = (Fixture::with(options), Peer::start(fails_first("RCPT", 9, "451 4.7.1 Later")).await);
    f.gateway("acme.test", &[peer.at]);
    f.post(Letter::to(&["bob@acme.test"])).await;
    crate::common::eventually("it is deferred", || f.outcomes.deferred() == 1).await;
    let f = f.restart().await;
    let plan = delivery::Plan::decode(&f.recovered[0].state).unwrap();
    let d = &plan.deliveries[0];
    assert_eq!((d.attempts, d.recipients[0].done), (1, false));
    assert_eq!(d.last_error, format!("{}: 451 4.7.1 Later", peer.at));
    assert!(d.next_attempt.since(d.created) >= 60_000);
}

#[tokio::test]
async fn retry_now_does_not_wait() {
    let mut options = crate::common::quick_options();
    options.retry = vec![Duration::from_secs(60)];
    let (f, peer) = (Fixture::with(options), Peer::start(fails_first("RCPT", 1, "451 4.7.1 Later")).await);
    f.gateway("acme.test", &[peer.at]);
    f.post(Letter::to(&["bob@acme.test"])).await;
    let later = model::Timestamp::now().plus(30_000);
    crate::common::eventually("it waits", || f.queue.view()[0].next_attempt > later).await;
    f.queue.retry_now(Some(&crate::common::domain("other.test")));
    assert_eq!(f.queue.waiting(), 1);
    f.queue.retry_now(Some(&crate::common::domain("acme.test")));
    f.empty().await;
    assert_eq!(peer.count(), 1);
}
