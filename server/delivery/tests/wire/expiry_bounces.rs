use crate::common::peer::{Peer, Script};
use crate::common::{Fixture, Letter, eventually, host};
use model::Timestamp;
use std::time::Duration;

#[tokio::test]
async fn mail_that_waits_too_long_for_its_gateway_is_returned() {
    let (f, sender) = (Fixture::new(), Peer::start(Script::default()).await);
    f.gateway("acme.test", &[Peer::nowhere()]);
    *f.routes.notices.lock() = Some(host(sender.at));
    f.post(Letter { lifetime: Duration::from_millis(150), ..Letter::to(&["bob@acme.test"]) }).await;
    f.empty().await;
    assert_eq!(f.outcomes.bounced(), 1);
    let text = sender.messages()[0].text();
    assert!(text.contains("Status: 5.4.7"), "{text}");
    assert!(f.outcomes.last().reply.contains("refused"), "{}", f.outcomes.last().reply);
}

#[tokio::test]
async fn mail_that_is_deferred_too_long_is_returned_with_the_host_s_words() {
    let (f, sender) = (Fixture::new(), Peer::start(Script::default()).await);
    let peer = Peer::start(Script::answer("RCPT", "451 4.7.1 Not today")).await;
    f.gateway("acme.test", &[peer.at]);
    *f.routes.notices.lock() = Some(host(sender.at));
    f.post(Letter { lifetime: Duration::from_millis(100), ..Letter::to(&["bob@acme.test"]) }).await;
    f.empty().await;
    assert!(f.outcomes.deferred() >= 1 && f.outcomes.bounced() == 1);
    assert!(sender.messages()[0].text().replace("\r\n    ", " ").contains("451 4.7.1 Not today"));
}

#[tokio::test]
async fn mail_that_expired_while_the_program_was_down_is_tried_once_more() {
    let (f, peer) = (Fixture::new(), Peer::start(Script::default()).await);
    f.queue.stop().await;
    let old = Letter {
        received: Timestamp::now().plus(-10_000),
        lifetime: Duration::from_secs(1),
        ..Letter::to(&["bob@acme.test"])
    };
    f.post(old).await;
    f.gateway("acme.test", &[peer.at]);
    let mut f = f.restart().await;
    for entry in std::mem::take(&mut f.recovered) {
        f.queue.resume(entry).unwrap();
    }
    f.empty().await;
    assert_eq!((peer.count(), f.outcomes.bounced()), (1, 0));
}

#[tokio::test]
async fn a_notice_that_cannot_be_delivered_is_dropped_in_the_end() {
    let mut options = crate::common::quick_options();
    options.notice_lifetime = Duration::from_millis(100);
    let f = Fixture::with(options);
    let peer = Peer::start(Script::answer("RCPT", "550 5.1.1 No")).await;
    f.gateway("acme.test", &[peer.at]);
    *f.routes.notices.lock() = Some(host(Peer::nowhere()));
    f.post(Letter::to(&["bob@acme.test"])).await;
    eventually("the failure is recorded", || f.outcomes.bounced() == 1).await;
    f.empty().await;
    assert_eq!(f.outcomes.outcomes.lock().len(), 1, "a notice is not tracked and makes no notice");
}
