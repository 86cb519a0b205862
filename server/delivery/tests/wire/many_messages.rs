use crate::common::peer::{Peer, Script};
use crate::common::{Fixture, Letter};
use std::collections::HashSet;
use std::time::Instant;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_of_many_messages_arrives_once_over_twenty_sessions() {
    const MESSAGES: usize = 2_000;
    let (f, peer) = (Fixture::new(), Peer::start(Script::default()).await);
    f.gateway("acme.test", &[peer.at]);
    let mut posts = tokio::task::JoinSet::new();
    let mut letters = Vec::new();
    for i in 0..MESSAGES {
        let mut letter = Letter::to(&["bob@acme.test"]);
        letter.body = format!("Subject: {i}\r\n\r\n{}\r\n", "x".repeat(2_000)).into_bytes();
        letters.push(letter);
    }
    let mut entries = Vec::new();
    for letter in letters {
        let spool = f.spool.clone();
        posts.spawn(async move {
            let mut body = spool.body();
            body.write(&letter.body).await.unwrap();
            (spool.accept(letter.envelope(), body, Vec::new()).await.unwrap(), letter.plan())
        });
    }
    while let Some(entry) = posts.join_next().await {
        entries.push(entry.unwrap());
    }
    let begin = Instant::now();
    let mut submits = tokio::task::JoinSet::new();
    for (entry, plan) in entries {
        let queue = f.queue.clone();
        submits.spawn(async move { queue.submit(&entry, plan).await.unwrap() });
    }
    while submits.join_next().await.is_some() {}
    f.empty().await;
    let rate = MESSAGES as f64 / begin.elapsed().as_secs_f64();
    println!("{rate:.0} messages a second, {} sessions", peer.sessions());
    let subjects: HashSet<Vec<u8>> =
        peer.messages().iter().map(|m| m.wire.split(|b| *b == b'\r').next().unwrap().to_vec()).collect();
    assert_eq!((peer.count(), subjects.len(), f.outcomes.delivered()), (MESSAGES, MESSAGES, MESSAGES));
    assert!(peer.most() <= 20, "{}", peer.most());
}
