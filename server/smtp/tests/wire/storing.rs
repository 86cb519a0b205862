//! What the sender is told when a message cannot be kept.

use crate::world::World;
use smtp::AcceptError;
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_full_disk_and_other_trouble_put_the_sender_off() {
    let world = World::new();
    for (error, expected) in [
        (AcceptError::Full, "452 4.3.1 Insufficient system storage"),
        (AcceptError::Unavailable("spool stopped".to_owned()), "451 4.3.0 spool stopped"),
    ] {
        *world.recorder.failure.lock() = Some(error);
        let mut c = world.ready().await;
        c.script(&[("DATA", "354")]).await;
        assert_eq!(c.say("x\r\n.").await, expected);
    }
    *world.recorder.failure.lock() = None;
    assert_eq!(world.recorder.mails(), []);
}

#[tokio::test]
async fn nothing_is_promised_before_the_message_is_safe() {
    let world = World::new();
    *world.recorder.delay.lock() = Duration::from_millis(200);
    let mut c = world.ready().await;
    c.script(&[("DATA", "354")]).await;
    let begin = Instant::now();
    assert!(c.say("x\r\n.").await.starts_with("250"));
    assert!(begin.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn a_client_that_vanishes_within_its_message_leaves_nothing() {
    let world = World::new();
    let mut c = world.ready().await;
    c.script(&[("DATA", "354")]).await;
    c.send("Subject: half\r\n").await;
    drop(c);
    while world.server.sessions() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(world.recorder.mails(), []);
}
