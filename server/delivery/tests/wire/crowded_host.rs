use crate::common::peer::{Peer, Say, Script};
use crate::common::{Fixture, Letter};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

#[tokio::test]
async fn a_host_that_takes_few_connections_gets_all_its_mail_over_few() {
    let greeted = Arc::new(AtomicUsize::new(0));
    // Two sessions for good; whoever comes after them is sent away.
    let script = Script {
        slow: Duration::from_millis(1),
        ..Script::rule({
            let greeted = greeted.clone();
            move |line| match line {
                "CONNECT" if greeted.fetch_add(1, Ordering::SeqCst) >= 2 => {
                    Some(Say::Last("421 4.7.0 Too many connections".into()))
                }
                _ => None,
            }
        })
    };
    let (f, peer) = (Fixture::new(), Peer::start(script).await);
    f.gateway("acme.test", &[peer.at]);
    for _ in 0..150 {
        f.post(Letter::to(&["bob@acme.test"])).await;
    }
    f.empty().await;
    assert_eq!(f.outcomes.delivered(), 150);
    assert!(peer.sessions() < 40, "{}", peer.sessions());
}
