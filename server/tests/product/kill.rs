//! kill -9 at random moments under load, both directions: every accepted message is delivered or held, once.
//!
//! Slow on purpose: 15 kills here (the spool's own test does 200); `make kills KILLS=1000` does more and prints the account.

use crate::load::{Load, document};
use crate::running::{Running, sink};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn no_accepted_message_is_lost_by_kills_at_random_moments() {
    let kills: u64 = std::env::var("POSTERN_KILLS").ok().and_then(|k| k.parse().ok()).unwrap_or(15);
    let sink = sink().await;
    let mut server = Running::with_outbound("");
    server.apply(&document(sink.address(), &sink.address().to_string()));
    // Many kills are about moments, not about load.
    let pause = if kills > 50 { Duration::from_millis(10) } else { Duration::ZERO };
    let load = Load::start(&server, pause);
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    for _ in 0..kills {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        tokio::time::sleep(Duration::from_millis(100 + random % 500)).await;
        server.kill();
        server.launch();
    }
    println!("kills                 {kills:>8}");
    let account = load.stop(&server, &sink).await;
    assert!(account.accepted as u64 > kills, "only {} messages were accepted", account.accepted);
    // Each kill can catch what is on the wire at that moment, one for each of 20 connections, and what was being noted.
    account.check(kills * 30);
}
