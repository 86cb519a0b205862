use crate::common::peer::{Peer, Say, Script};
use crate::common::{Fixture, Letter};
use std::sync::atomic::{AtomicUsize, Ordering};

fn crowd(n: usize) -> Vec<String> {
    (0..n).map(|i| format!("r{i}@acme.test")).collect()
}
fn letter(crowd: &[String]) -> Letter {
    Letter::to(&crowd.iter().map(String::as_str).collect::<Vec<_>>())
}

#[tokio::test]
async fn more_recipients_than_fit_go_in_several_transactions_of_one_session() {
    let (f, peer) = (Fixture::new(), Peer::start(Script::default()).await);
    f.gateway("acme.test", &[peer.at]);
    f.post(letter(&crowd(250))).await;
    f.empty().await;
    assert_eq!(peer.messages().iter().map(|m| m.rcpt.len()).collect::<Vec<_>>(), [100, 100, 50]);
    assert_eq!((peer.sessions(), f.outcomes.delivered()), (1, 250));
}

#[tokio::test]
async fn recipients_that_the_host_finds_too_many_are_sent_at_once_in_another_transaction() {
    let count = AtomicUsize::new(0);
    let script = Script::rule(move |line| match line {
        l if l.starts_with("MAIL") => {
            count.store(0, Ordering::SeqCst);
            None
        }
        l if l.starts_with("RCPT") && count.fetch_add(1, Ordering::SeqCst) >= 3 => {
            Some(Say::Reply("452 4.5.3 Too many recipients".into()))
        }
        _ => None,
    });
    let (f, peer) = (Fixture::new(), Peer::start(script).await);
    f.gateway("acme.test", &[peer.at]);
    f.post(letter(&crowd(8))).await;
    f.empty().await;
    assert_eq!(peer.messages().iter().map(|m| m.rcpt.len()).collect::<Vec<_>>(), [3, 3, 2]);
    assert_eq!((f.outcomes.deferred(), f.outcomes.delivered()), (0, 8));
}
