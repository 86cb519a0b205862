//! BDAT (RFC 3030).

use crate::world::World;

#[tokio::test]
async fn chunks_make_one_message_with_their_dots_as_they_are() {
    let world = World::new();
    let mut c = world.ready().await;
    c.send("BDAT 13\r\nSubject: x\r\n\r").await;
    assert_eq!(c.reply().await, "250 2.0.0 13 octets received");
    c.send("BDAT 8\r\n\n.\r\n..a\r").await;
    assert_eq!(c.reply().await, "250 2.0.0 8 octets received");
    c.send("BDAT 1 LAST\r\n\n").await;
    assert!(c.reply().await.starts_with("250 2.0.0 Ok: queued as"));
    assert_eq!(world.recorder.mails()[0].text(), "Subject: x\r\n\r\n.\r\n..a\r\n");
}

#[tokio::test]
async fn chunks_may_be_sent_in_one_group() {
    let world = World::new();
    let mut c = world.greeted().await;
    c.send(
        "MAIL FROM:<a@partner.test>\r\nRCPT TO:<bob@bar.test>\r\nBDAT 3\r\na\r\nBDAT 3\r\nb\r\nBDAT 0 LAST\r\nNOOP\r\n",
    )
    .await;
    for expected in ["250 2.1.0", "250 2.1.5", "250 2.0.0 3", "250 2.0.0 3", "250 2.0.0 Ok: queued", "250 2.0.0 Ok"] {
        let reply = c.reply().await;
        assert!(reply.starts_with(expected), "{reply}");
    }
    assert_eq!(world.recorder.mails()[0].text(), "a\r\nb\r\n");
}

#[tokio::test]
async fn a_text_without_a_line_end_gets_one() {
    let world = World::new();
    let mut c = world.ready().await;
    c.send("BDAT 4 LAST\r\nabcd").await;
    assert!(c.reply().await.starts_with("250"));
    assert_eq!(world.recorder.mails()[0].text(), "abcd\r\n");
}

#[tokio::test]
async fn a_cr_at_the_very_end_is_a_bare_one() {
    let world = World::new();
    let mut c = world.ready().await;
    c.send("BDAT 2 LAST\r\na\r").await;
    assert_eq!(c.reply().await, "550 5.6.11 bare CR or LF not allowed");
}

#[tokio::test]
async fn refused_chunks_are_read_and_never_executed() {
    let world = World::new();
    let mut c = world.greeted().await;
    let evil = "MAIL FROM:<evil@bar.test>\r\n";
    c.send(format!("BDAT {} LAST\r\n{evil}RCPT TO:<bob@bar.test>\r\n", evil.len())).await;
    assert_eq!(c.reply().await, "503 5.5.1 Sequence");
    assert_eq!(c.reply().await, "503 5.5.1 Sequence");
}

#[tokio::test]
async fn after_a_failed_chunk_the_next_ones_are_out_of_sequence() {
    let world = World::new();
    let mut c = world.ready().await;
    c.send("BDAT 2\r\na\nBDAT 2\r\nb\nBDAT 3 LAST\r\nc\r\n").await;
    assert_eq!(c.reply().await, "550 5.6.11 bare CR or LF not allowed");
    assert_eq!(c.reply().await, "503 5.5.1 Sequence");
    assert_eq!(c.reply().await, "503 5.5.1 Sequence");
    assert_eq!(c.say("MAIL FROM:<a@partner.test>").await, "250 2.1.0 Ok");
    assert_eq!(world.recorder.mails(), []);
}

#[tokio::test]
async fn between_chunks_only_chunks_and_rset_fit() {
    let world = World::new();
    let mut c = world.ready().await;
    c.send("BDAT 3\r\na\r\n").await;
    assert!(c.reply().await.starts_with("250"));
    c.script(&[
        ("RCPT TO:<eve@bar.test>", "503"),
        ("MAIL FROM:<>", "503"),
        ("DATA", "503"),
        ("RSET", "250"),
        ("BDAT 0 LAST", "503"),
        ("MAIL FROM:<>", "250"),
    ])
    .await;
    assert_eq!(world.recorder.mails(), []);
}
