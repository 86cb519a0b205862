use crate::common::peer::{Peer, Say, Script};
use crate::common::{Fixture, Letter};

#[tokio::test]
async fn a_gateway_that_refuses_the_connection_is_followed_by_the_next() {
    let (f, second) = (Fixture::new(), Peer::start(Script::default()).await);
    f.gateway("acme.test", &[Peer::nowhere(), second.at]);
    f.post(Letter::to(&["bob@acme.test"])).await;
    f.empty().await;
    assert_eq!((second.count(), f.outcomes.deferred()), (1, 0));
}

#[tokio::test]
async fn a_gateway_that_greets_with_4xx_is_followed_by_the_next() {
    let (f, first) = (Fixture::new(), Peer::start(Script::answer("CONNECT", "421 4.3.2 Later")).await);
    let second = Peer::start(Script::default()).await;
    f.gateway("acme.test", &[first.at, second.at]);
    f.post(Letter::to(&["bob@acme.test"])).await;
    f.empty().await;
    assert_eq!((first.sessions(), second.count(), f.outcomes.deferred()), (1, 1, 0));
}

#[tokio::test]
async fn a_gateway_that_says_nothing_is_followed_by_the_next() {
    let mut options = crate::common::quick_options();
    options.timeouts.greeting = std::time::Duration::from_millis(50);
    let (f, first) = (Fixture::with(options), Peer::start(Script::rule(|_| Some(Say::Silence))).await);
    let second = Peer::start(Script::default()).await;
    f.gateway("acme.test", &[first.at, second.at]);
    f.post(Letter::to(&["bob@acme.test"])).await;
    f.empty().await;
    assert_eq!(second.count(), 1);
}

#[tokio::test]
async fn the_first_gateway_is_used_while_it_works() {
    let (f, first, second) =
        (Fixture::new(), Peer::start(Script::default()).await, Peer::start(Script::default()).await);
    f.gateway("acme.test", &[first.at, second.at]);
    f.post(Letter::to(&["bob@acme.test"])).await;
    f.empty().await;
    assert_eq!((first.count(), second.sessions()), (1, 0));
}

#[tokio::test]
async fn a_recipient_that_the_first_gateway_refuses_is_not_taken_to_the_second() {
    let (f, first) = (Fixture::new(), Peer::start(Script::answer("RCPT", "550 5.1.1 Unknown")).await);
    let second = Peer::start(Script::default()).await;
    f.gateway("acme.test", &[first.at, second.at]);
    let letter = Letter { from: None, ..Letter::to(&["bob@acme.test"]) };
    f.post(letter).await;
    f.empty().await;
    assert_eq!((second.sessions(), f.outcomes.bounced()), (0, 1));
}
