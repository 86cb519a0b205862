//! What a client may use.

use crate::world::{World, options};
use std::sync::atomic::Ordering;

#[tokio::test]
async fn a_message_over_the_smallest_limit_is_read_to_its_end_and_refused_with_both_sizes() {
    let world = World::new();
    let mut c = world.ready().await;
    c.script(&[("RCPT TO:<small@bar.test>", "250"), ("DATA", "354")]).await;
    let text = "0123456789\r\n".repeat(100_000);
    assert_eq!(c.say(&format!("{text}.")).await, "552 5.3.4 Size {1200000} > {1000}");
    assert_eq!(c.say("NOOP").await, "250 2.0.0 Ok");
    assert_eq!(world.recorder.mails(), []);
}

#[tokio::test]
async fn a_message_at_the_limit_is_taken_and_dots_do_not_count() {
    let world = World::new();
    let mut c = world.greeted().await;
    let text = |n: usize| format!("..{}\r\n.", "x".repeat(n - 3));
    for (n, expected) in [(1_000, "250"), (1_001, "552 5.3.4 Size {1001} > {1000}")] {
        c.script(&[
            ("MAIL FROM:<a@partner.test>", "250"),
            ("RCPT TO:<small@bar.test>", "250"),
            ("DATA", "354"),
            (&text(n), expected),
        ])
        .await;
    }
    assert_eq!(world.recorder.mails()[0].text().len(), 1_000);
}

#[tokio::test]
async fn an_oversized_message_in_chunks_is_refused_at_the_chunk_that_is_too_much() {
    let world = World::new();
    let mut c = world.greeted().await;
    c.script(&[("MAIL FROM:<a@partner.test>", "250"), ("RCPT TO:<small@bar.test>", "250")]).await;
    c.send(format!("BDAT 1200\r\n{}", "x".repeat(1_200))).await;
    assert_eq!(c.reply().await, "552 5.3.4 Size {1200} > {1000}");
}

#[tokio::test]
async fn a_message_that_goes_in_circles_is_refused() {
    let world = World::new();
    for (hops, expected) in [(50, "250"), (51, "554 5.4.6")] {
        let mut c = world.ready().await;
        let text = format!("{}\r\nReceived: in the body\r\n.", "Received: by x.test\r\n".repeat(hops));
        c.script(&[("DATA", "354"), (&text, expected)]).await;
    }
}

#[tokio::test]
async fn a_line_without_end_is_refused_but_long_ones_pass() {
    let mut o = options();
    o.limits.text_line = 5_000;
    let world = World::with(o);
    for (n, expected) in [(5_000, "250"), (5_001, "550 5.6.0 line too long")] {
        let mut c = world.ready().await;
        c.script(&[("DATA", "354"), (&format!("{}\r\n.", "x".repeat(n)), expected)]).await;
    }
}

#[tokio::test]
async fn more_recipients_than_allowed_are_put_off() {
    let mut o = options();
    o.limits.recipients = 3;
    let world = World::with(o);
    let mut c = world.greeted().await;
    c.script(&[
        ("MAIL FROM:<a@partner.test>", "250"),
        ("RCPT TO:<r1@bar.test>", "250"),
        ("RCPT TO:<r2@bar.test>", "250"),
        ("RCPT TO:<r3@bar.test>", "250"),
        ("RCPT TO:<r4@bar.test>", "452 4.5.3 Too many recipients"),
        ("RCPT TO:<r2@bar.test>", "250"),
        ("DATA", "354"),
        ("x\r\n.", "250"),
    ])
    .await;
    assert_eq!(world.recorder.mails()[0].recipients(), ["r1@bar.test", "r2@bar.test", "r3@bar.test"]);
}

#[tokio::test]
async fn too_many_errors_end_the_session() {
    let world = World::new();
    let mut c = world.client().await;
    for _ in 0..19 {
        assert_eq!(c.say("XYZZY").await, "500 5.5.1 Command unknown");
    }
    c.send("XYZZY\r\n").await;
    assert_eq!(c.rest().await, "500 5.5.1 Command unknown\r\n421 4.7.0 Too many errors\r\n");
}

#[tokio::test]
async fn guessing_recipients_ends_the_session() {
    let mut o = options();
    o.limits.rejections = 3;
    let world = World::with(o);
    let mut c = world.greeted().await;
    c.script(&[("MAIL FROM:<>", "250"), ("RCPT TO:<unknown@bar.test>", "550"), ("RCPT TO:<unknown@bar.test>", "550")])
        .await;
    c.send("RCPT TO:<unknown@bar.test>\r\n").await;
    assert_eq!(c.rest().await, "550 5.1.1 Rejected\r\n421 4.7.0 Too many errors\r\n");
}

#[tokio::test]
async fn a_command_line_has_at_most_4096_octets_and_a_longer_one_is_thrown_away() {
    let world = World::new();
    let mut c = world.greeted().await;
    assert_eq!(c.say(&format!("NOOP {}", "x".repeat(4_089))).await, "250 2.0.0 Ok");
    assert_eq!(c.say(&format!("NOOP {}", "x".repeat(4_090))).await, "500 5.5.2 Line too long");
    assert_eq!(c.say(&format!("NOOP {}", "x".repeat(3_000_000))).await, "500 5.5.2 Line too long");
    assert_eq!(c.say("NOOP").await, "250 2.0.0 Ok");
}

#[tokio::test]
async fn sessions_are_bounded_in_all_and_per_client() {
    for (all, own, expected) in [
        (2, 9, "421 4.3.2 Too many sessions, try again later\r\n"),
        (9, 2, "421 4.7.0 Too many sessions from your address\r\n"),
    ] {
        let mut o = options();
        (o.limits.sessions, o.limits.sessions_per_client) = (all, own);
        let world = World::with(o);
        let mut a = world.client().await;
        let _b = world.client().await;
        assert_eq!(world.connect().await.rest().await, expected);
        assert_eq!(a.say("QUIT").await, "221 2.0.0 Bye");
        assert_eq!(a.rest().await, "");
        while world.server.sessions() > 1 {
            tokio::task::yield_now().await;
        }
        world.client().await;
    }
}

#[tokio::test]
async fn a_large_message_arrives_unchanged() {
    let world = World::new();
    let mut c = world.ready().await;
    c.script(&[("DATA", "354")]).await;
    let text: String = (0..120_000).map(|n| format!("{n:060}\r\n")).collect();
    assert!(text.len() > 7_000_000);
    assert!(c.say(&format!("{text}.")).await.starts_with("250"));
    assert!(world.recorder.mails()[0].text() == text);
    assert_eq!(world.recorder.count.load(Ordering::Relaxed), 1);
}
