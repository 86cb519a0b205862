//! A copy of what is delivered goes when it is delivered, and once.

use crate::common::peer::{Peer, Say, Script};
use crate::common::{Fixture, Letter, eventually};
use delivery::Plan;
use model::Timestamp;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Mail for acme.test, with a copy to archive.test.
async fn post(f: &Fixture, to: &[&str]) {
    let letter = Letter { lifetime: Duration::from_secs(30), ..Letter::to(to) };
    let entry = f.accept(&letter).await;
    let copy = Letter::to(&["all@archive.test"]).plan().deliveries.remove(0).asleep();
    let deliveries = letter.plan().deliveries.into_iter().chain([copy]);
    f.queue.submit(&entry, Plan::new(deliveries.collect())).await.unwrap();
}

/// Refuses what begins so, so many times.
fn fails_first(start: &'static str, times: usize, reply: &'static str) -> Script {
    let left = AtomicUsize::new(times);
    Script::rule(move |line| {
        let fails = line.starts_with(start)
            && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok();
        fails.then(|| Say::Reply(reply.into()))
    })
}

#[tokio::test]
async fn what_bounces_is_not_copied() {
    let (f, archive) = (Fixture::new(), Peer::start(Script::default()).await);
    let gateway = Peer::start(Script::answer("RCPT TO:<gone@acme.test>", "550 5.1.1 No")).await;
    f.gateway("acme.test", &[gateway.at]);
    f.gateway("archive.test", &[archive.at]);
    let sender = Peer::start(Script::default()).await;
    *f.routes.notices.lock() = Some(crate::common::host(sender.at));
    post(&f, &["gone@acme.test"]).await;
    f.empty().await;
    assert_eq!((f.outcomes.bounced(), archive.sessions()), (1, 0));
    post(&f, &["gone@acme.test", "bob@acme.test"]).await;
    f.empty().await;
    assert_eq!((f.outcomes.delivered(), archive.count()), (1, 1), "one was delivered");
    let copy = &archive.messages()[0];
    assert!(copy.mail.starts_with("MAIL FROM:<>") && copy.rcpt.len() == 1, "{copy:?}");
}

#[tokio::test]
async fn a_copy_goes_when_the_message_is_delivered_at_last_and_once_for_all_recipients() {
    let (f, archive) = (Fixture::new(), Peer::start(Script::default()).await);
    let gateway = Peer::start(fails_first("RCPT TO:<bob", 2, "451 4.7.1 Later")).await;
    f.gateway("acme.test", &[gateway.at]);
    f.gateway("archive.test", &[archive.at]);
    post(&f, &["bob@acme.test"]).await;
    eventually("it is deferred", || f.outcomes.deferred() == 1).await;
    assert_eq!(archive.sessions(), 0);
    f.empty().await;
    assert_eq!((gateway.count(), archive.count()), (1, 1));

    // Two recipients, one after the other.
    let gateway = Peer::start(fails_first("RCPT TO:<bob", 1, "451 4.7.1 Later")).await;
    f.gateway("acme.test", &[gateway.at]);
    post(&f, &["ann@acme.test", "bob@acme.test"]).await;
    f.empty().await;
    assert_eq!((gateway.count(), archive.count()), (2, 2));
}

#[tokio::test]
async fn a_copy_that_is_owed_survives_a_kill_and_is_sent_once() {
    let f = Fixture::new();
    let gateway = Peer::start(Script::default()).await;
    f.gateway("acme.test", &[gateway.at]);
    f.gateway("archive.test", &[Peer::nowhere()]);
    post(&f, &["bob@acme.test"]).await;
    eventually("it is delivered", || f.outcomes.delivered() == 1).await;
    eventually("the copy waits", || f.queue.waiting() == 1).await;
    let mut killed = f.killed();
    f.queue.stop().await;
    let archive = Peer::start(Script::default()).await;
    killed.gateway("archive.test", &[archive.at]);
    for entry in std::mem::take(&mut killed.recovered) {
        killed.queue.resume(entry).unwrap();
    }
    killed.queue.retry_now(None);
    killed.empty().await;
    assert_eq!((gateway.count(), archive.count()), (1, 1));
}

#[tokio::test]
async fn a_copy_that_cannot_be_delivered_is_given_up_in_silence() {
    let (f, sender) = (Fixture::new(), Peer::start(Script::default()).await);
    let gateway = Peer::start(Script::default()).await;
    let archive = Peer::start(Script::answer("RCPT", "550 5.1.1 No")).await;
    f.gateway("acme.test", &[gateway.at]);
    f.gateway("archive.test", &[archive.at]);
    *f.routes.notices.lock() = Some(crate::common::host(sender.at));
    let before = Timestamp::now();
    post(&f, &["bob@acme.test"]).await;
    f.empty().await;
    assert_eq!((f.outcomes.delivered(), f.outcomes.bounced(), sender.sessions()), (1, 0, 0));
    assert!(f.outcomes.last().at >= before);
}
