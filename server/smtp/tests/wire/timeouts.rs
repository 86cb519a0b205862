//! Clients that keep us waiting.

use crate::world::{World, options};
use std::time::Duration;

/// Long enough for a busy machine to get to the point, short enough to wait for.
const SHORT: Duration = Duration::from_millis(300);

#[tokio::test]
async fn a_silent_client_is_told_and_let_go() {
    let mut o = options();
    o.timeouts.command = SHORT;
    let world = World::with(o);
    let mut c = world.greeted().await;
    assert_eq!(c.rest().await, "421 4.4.2 Idle for too long\r\n");
}

#[tokio::test]
async fn a_client_that_stops_within_its_message_is_let_go_and_the_message_dropped() {
    let mut o = options();
    o.timeouts.data_block = SHORT;
    let world = World::with(o);
    let mut c = world.ready().await;
    c.script(&[("DATA", "354")]).await;
    c.send("Subject: x\r\n").await;
    assert_eq!(c.rest().await, "421 4.4.2 Idle for too long\r\n");
    assert_eq!(world.recorder.mails(), []);
}

#[tokio::test]
async fn a_message_that_trickles_in_is_cut_off_at_last() {
    let mut o = options();
    o.timeouts.message = SHORT * 3;
    let world = World::with(o);
    let mut c = world.ready().await;
    c.script(&[("DATA", "354")]).await;
    for _ in 0..4 {
        c.send("x\r\n").await;
        tokio::time::sleep(SHORT).await;
    }
    assert_eq!(c.rest().await, "421 4.4.2 Idle for too long\r\n");
}

#[tokio::test]
async fn octets_that_trickle_in_do_not_prolong_a_command() {
    let mut o = options();
    o.timeouts.command = SHORT * 3;
    let world = World::with(o);
    let mut c = world.greeted().await;
    for _ in 0..4 {
        c.send("N").await;
        tokio::time::sleep(SHORT).await;
    }
    assert_eq!(c.rest().await, "421 4.4.2 Idle for too long\r\n");
}

#[tokio::test]
async fn a_session_has_an_end_but_not_within_a_transaction() {
    let mut o = options();
    o.timeouts.session = SHORT * 3;
    let world = World::with(o);
    let mut c = world.ready().await;
    tokio::time::sleep(SHORT * 4).await;
    c.script(&[("DATA", "354")]).await;
    c.send("x\r\n.\r\n").await;
    let rest = c.rest().await;
    assert!(rest.starts_with("250 2.0.0") && rest.ends_with("421 4.4.2 Idle for too long\r\n"), "{rest}");
}

#[tokio::test]
async fn a_transaction_cannot_keep_a_session_for_ever() {
    let mut o = options();
    (o.timeouts.session, o.timeouts.message) = (SHORT * 3, SHORT * 4);
    let world = World::with(o);
    let mut c = world.ready().await;
    for _ in 0..5 {
        c.send("NOOP\r\n").await;
        tokio::time::sleep(SHORT).await;
    }
    assert!(c.rest().await.ends_with("250 2.0.0 Ok\r\n421 4.4.2 Idle for too long\r\n"));
}

#[tokio::test]
async fn a_client_that_speaks_before_the_banner_is_sent_away() {
    let mut o = options();
    o.timeouts.banner_delay = SHORT;
    let world = World::with(o);
    let mut early = world.connect().await;
    early.send("EHLO spam.test\r\n").await;
    assert_eq!(early.rest().await, "554 5.5.0 You spoke before the greeting\r\n");
    let mut patient = world.client().await;
    assert!(patient.say("EHLO x.test").await.starts_with("250"));
}
