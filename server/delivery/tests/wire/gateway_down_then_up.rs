use crate::common::peer::{Peer, Script};
use crate::common::{Fixture, Letter, eventually};
use std::time::Duration;

#[tokio::test]
async fn a_gateway_that_is_down_is_probed_and_gets_all_its_mail_when_it_is_up() {
    let (f, at) = (Fixture::new(), Peer::nowhere());
    f.gateway("acme.test", &[at]);
    for _ in 0..200 {
        f.post(Letter::to(&["bob@acme.test"])).await;
    }
    eventually("all are known to wait", || f.outcomes.deferred() >= 200).await;
    let view = f.queue.view();
    assert_eq!((view.len(), view[0].waiting, view[0].down), (1, 200, true));
    assert!(view[0].last_error.contains("refused"), "{}", view[0].last_error);
    let peer = Peer::start_at(at, Script::default()).await;
    f.empty().await;
    assert_eq!((peer.count(), f.outcomes.delivered()), (200, 200));
    assert!(f.queue.view().is_empty());
}

#[tokio::test]
async fn messages_that_wait_do_not_each_knock() {
    let mut options = crate::common::quick_options();
    options.retry = vec![Duration::from_millis(100)];
    options.connections_per_destination = 4;
    let (f, peer) = (Fixture::with(options), Peer::start(Script::answer("CONNECT", "421 4.3.2 Closed")).await);
    f.gateway("acme.test", &[peer.at]);
    let begin = std::time::Instant::now();
    for _ in 0..300 {
        f.post(Letter::to(&["bob@acme.test"])).await;
    }
    tokio::time::sleep(Duration::from_millis(400)).await;
    // At first up to four at once, then one probe each 100 ms.
    let most = 4 + begin.elapsed().as_millis() as usize / 100;
    assert!((2..=most).contains(&peer.sessions()), "{} {most}", peer.sessions());
    assert_eq!(f.queue.waiting(), 300);
}

#[tokio::test]
async fn a_gateway_that_is_down_holds_up_no_other() {
    let (f, peer) = (Fixture::new(), Peer::start(Script::default()).await);
    f.gateway("down.test", &[Peer::nowhere()]);
    f.gateway("acme.test", &[peer.at]);
    for _ in 0..50 {
        f.post(Letter::to(&["x@down.test"])).await;
        f.post(Letter::to(&["bob@acme.test"])).await;
    }
    eventually("the others are delivered", || f.outcomes.delivered() == 50).await;
    eventually("the rest waits", || f.queue.waiting() == 50).await;
    assert_eq!(peer.count(), 50);
}

#[tokio::test]
async fn a_domain_without_gateway_waits_for_one() {
    let (f, peer) = (Fixture::new(), Peer::start(Script::default()).await);
    f.post(Letter::to(&["bob@acme.test"])).await;
    eventually("it is deferred", || f.outcomes.deferred() == 1).await;
    assert_eq!(f.outcomes.last().reply, "no mail gateway is configured for acme.test");
    f.gateway("acme.test", &[peer.at]);
    f.empty().await;
    assert_eq!(peer.count(), 1);
}
