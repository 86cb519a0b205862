//! Several nodes on one PostgreSQL database.

use crate::running::{CHAT, Running, message, sink, wait};
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_serve_one_configuration_and_keep_one_log() {
    let Some(database) = testdb::postgres() else { return };
    let sink = sink().await;
    let (a, b) = (Running::node("a", &database.url), Running::node("b", &database.url));
    assert!(b.send("bob@acme.test", &message("early", CHAT)).await.is_err(), "nobody knows the domain yet");
    // Applied by a command beside the first node; the helper waits a second, within which both must know it.
    a.acme(&[sink.address()]);
    a.send("bob@acme.test", &message("first", CHAT)).await.unwrap();
    b.send("robert@acme.test", &message("second", CHAT)).await.unwrap();
    wait("both messages", || sink.count() == 2).await;
    let target = store::Target::parse(&database.url, a.dir.path()).unwrap();
    let store = store::Store::connect(&target).await.unwrap();
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        let mut c = store.read().await.unwrap();
        let rows = store::log::slice(&mut c, store::Scope::All, &Default::default(), None, 10).await.unwrap().rows;
        if rows.len() == 2 && rows.iter().all(|r| r.disposition == model::Disposition::Delivered) {
            break;
        }
        assert!(Instant::now() < end, "{rows:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
