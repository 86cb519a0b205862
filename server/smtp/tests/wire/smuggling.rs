//! The public sequences that make two servers see different ends of a message: none splits one here, and
//! none is passed on.

use crate::world::World;

/// What senders' and receivers' software has taken for the end of data.
const SEQUENCES: &[&str] = &[
    "\n.\n",
    "\n.\r\n",
    "\r.\r",
    "\r.\r\n",
    "\r\n.\n",
    "\r\n.\r",
    "\n\n.\r\n",
    "\n\r\n.\n",
    "\r\r.\r\r",
    "\r.\n",
    "\n.\r",
    "\r\n\0.\r\n",
    "\r\n.\0\r\n",
    "\r\n\0.\0\r\n",
    "\r\0\n.\r\n",
    "\r\n.\r\0\n",
    "\r\n.\r\r\n",
    "\n.\n\n",
    "\r\r\n.\r\r\n",
    "\n..\r\n",
];

const EVIL: &str = "MAIL FROM:<evil@bar.test>\r\nRCPT TO:<bob@bar.test>\r\nDATA\r\nSubject: SMUGGLED\r\n\r\nx\r\n.\r\n";

#[tokio::test]
async fn no_sequence_ends_data_early_and_the_message_is_refused_whole() {
    let world = World::new();
    for end in SEQUENCES {
        let mut c = world.ready().await;
        c.script(&[("DATA", "354")]).await;
        c.send(format!("Subject: outer\r\n\r\nhi{end}{EVIL}")).await;
        let reply = c.reply().await;
        assert!(reply.starts_with("550 5.6.11 "), "{end:?}: {reply}");
        assert_eq!(c.say("QUIT").await, "221 2.0.0 Bye", "{end:?}");
        assert_eq!(c.rest().await, "", "{end:?}");
    }
    assert_eq!(world.recorder.mails(), []);
}

#[tokio::test]
async fn the_reply_to_a_bare_line_end_says_what_is_wrong() {
    let world = World::new();
    let mut c = world.ready().await;
    c.script(&[("DATA", "354"), ("a\nb\r\n.", "550 5.6.11 bare CR or LF not allowed")]).await;
    c.script(&[
        ("MAIL FROM:<a@partner.test>", "250"),
        ("RCPT TO:<bob@bar.test>", "250"),
        ("DATA", "354"),
        ("fine\r\n.", "250"),
    ])
    .await;
    assert_eq!(world.recorder.mails().len(), 1);
}

#[tokio::test]
async fn sequences_in_chunks_are_refused_too() {
    let world = World::new();
    for end in SEQUENCES.iter().filter(|s| s.replace("\r\n", "").contains(['\r', '\n', '\0'])) {
        let mut c = world.ready().await;
        let text = format!("Subject: outer\r\n\r\nhi{end}{EVIL}");
        c.send(format!("BDAT {} LAST\r\n{text}", text.len())).await;
        let reply = c.reply().await;
        assert!(reply.starts_with("550 5.6.11 "), "{end:?}: {reply}");
        assert_eq!(c.say("NOOP").await, "250 2.0.0 Ok", "{end:?}");
    }
    assert_eq!(world.recorder.mails(), []);
}

#[tokio::test]
async fn lone_line_ends_next_to_each_other_across_writes_do_not_add_up_to_an_end() {
    let world = World::new();
    let mut c = world.ready().await;
    c.script(&[("DATA", "354")]).await;
    for piece in ["hi\r\n.", "\n", "\r\n", ".x\r", "\n.", "\r", "\n"] {
        c.send(piece).await;
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert_eq!(c.reply().await, "550 5.6.11 bare CR or LF not allowed");
}
