use crate::common::peer::{Peer, Script};
use crate::common::{Fixture, Letter, address, eventually};
use delivery::Plan;
use std::sync::atomic::Ordering;

/// The message log may be slow or away for hours; what a host took meanwhile is not sent again by the next process, and
/// is in the log in the end.
#[tokio::test]
async fn what_was_taken_while_the_message_log_was_away_is_not_sent_again_after_a_kill() {
    let f = Fixture::new();
    let peer = Peer::start(Script::answer("RCPT TO:<later", "450 4.2.0 Later")).await;
    f.gateway("up.test", &[peer.at]);
    f.outcomes.away.store(true, Ordering::Release);
    for n in 0..20 {
        f.post(Letter::to(&[&format!("a{n}@up.test")])).await;
    }
    f.post(Letter::to(&["now@up.test", "later@up.test"])).await;
    eventually("the host has all that it takes", || peer.count() == 21).await;
    // Whatever the message log does: soon all is noted.
    let mut next = None;
    eventually("what was taken is noted", || {
        let found = f.killed();
        let open = |e: &spool::Entry| Plan::decode(&e.state).unwrap().deliveries.iter().map(open_in).sum::<usize>();
        let left: usize = found.recovered.iter().map(open).sum();
        let all = found.recovered.len();
        next = Some(found);
        (all, left) == (21, 1)
    })
    .await;
    assert_eq!(f.outcomes.delivered(), 0);

    let mut next = next.unwrap();
    let entries = std::mem::take(&mut next.recovered);
    drop(peer);
    let peer = Peer::start(Script::default()).await;
    next.gateway("up.test", &[peer.at]);
    for entry in entries {
        next.queue.resume(entry).unwrap();
    }
    next.empty().await;
    assert_eq!(peer.messages().iter().map(|m| m.rcpt.clone()).collect::<Vec<_>>(), [["RCPT TO:<later@up.test>"]]);
    let outcomes = next.outcomes.outcomes.lock().clone();
    let told = |to: &str| outcomes.iter().any(|o| o.recipient == address(to));
    assert!((0..20).all(|n| told(&format!("a{n}@up.test"))) && told("now@up.test") && told("later@up.test"));
    assert_eq!(next.outcomes.delivered(), 22);
}

fn open_in(delivery: &delivery::Delivery) -> usize {
    delivery.recipients.iter().filter(|t| !t.done).count()
}

/// Outcomes that were noted before the log could take them are told once where nothing is killed.
#[tokio::test]
async fn when_the_message_log_is_back_it_gets_each_outcome_once() {
    let f = Fixture::new();
    let peer = Peer::start(Script::default()).await;
    f.gateway("up.test", &[peer.at]);
    f.outcomes.away.store(true, Ordering::Release);
    for n in 0..50 {
        f.post(Letter::to(&[&format!("a{n}@up.test"), &format!("b{n}@up.test")])).await;
    }
    eventually("the host has all", || peer.count() == 50).await;
    assert_eq!(f.queue.waiting(), 50, "nothing is let go of before it is reported");
    f.outcomes.away.store(false, Ordering::Release);
    f.empty().await;
    assert_eq!(f.outcomes.delivered(), 100);
}
