//! Commands in groups (RFC 2920), and what must never be taken for commands.

use crate::world::{PATIENCE, World};
use tokio::time::timeout;

#[tokio::test]
async fn commands_of_one_write_are_answered_by_one_write() {
    let world = World::new();
    let mut c = world.greeted().await;
    c.send("MAIL FROM:<a@partner.test>\r\nRCPT TO:<unknown@bar.test>\r\nRCPT TO:<bob@bar.test>\r\nDATA\r\n").await;
    assert_eq!(
        c.read_some().await,
        "250 2.1.0 Ok\r\n550 5.1.1 Rejected\r\n250 2.1.5 Ok\r\n354 End data with <CR><LF>.<CR><LF>\r\n"
    );
    c.send("x\r\n.\r\nMAIL FROM:<b@partner.test>\r\nRCPT TO:<bob@bar.test>\r\nQUIT\r\n").await;
    let rest = c.rest().await;
    assert!(rest.ends_with("250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n221 2.0.0 Bye\r\n"), "{rest}");
    assert_eq!(world.recorder.mails().len(), 1);
}

#[tokio::test]
async fn a_message_sent_after_a_refused_data_is_not_executed() {
    let world = World::new();
    let mut c = world.greeted().await;
    let evil = "EHLO x\r\nMAIL FROM:<evil@partner.test>\r\nRCPT TO:<bob@bar.test>\r\nDATA\r\nevil\r\n.\r\n";
    c.send(format!("MAIL FROM:<a@partner.test>\r\nRCPT TO:<unknown@bar.test>\r\nDATA\r\n{evil}")).await;
    let rest = c.rest().await;
    assert!(rest.ends_with("503 5.5.1 Sequence\r\n421 4.7.0 Data came before it was asked for\r\n"), "{rest}");
    assert_eq!(world.recorder.mails(), []);
}

#[tokio::test]
async fn a_message_that_comes_later_after_a_refused_data_ends_the_session() {
    let world = World::new();
    let mut c = world.greeted().await;
    assert_eq!(c.say("DATA").await, "503 5.5.1 Sequence");
    c.send("Subject: x\r\nMAIL FROM:<evil@partner.test>\r\n").await;
    assert_eq!(c.rest().await, "421 4.7.0 Data came before it was asked for\r\n");
}

#[tokio::test]
async fn a_client_that_waits_may_go_on_after_a_refused_data() {
    let world = World::new();
    let mut c = world.greeted().await;
    c.script(&[
        ("DATA", "503"),
        ("RSET", "250"),
        ("MAIL FROM:<a@partner.test>", "250"),
        ("RCPT TO:<bob@bar.test>", "250"),
        ("DATA", "354"),
        ("x\r\n.", "250"),
    ])
    .await;
    assert_eq!(world.recorder.mails().len(), 1);
}

#[tokio::test]
async fn a_data_command_that_is_malformed_does_not_turn_its_message_into_commands() {
    for data in ["DATA\n", "DATA x\r\n", "data\0\r\n", "DA\rTA\r\n", "BDAT x\r\n"] {
        let world = World::new();
        let mut c = world.ready().await;
        c.send(format!(
            "{data}RSET\r\nMAIL FROM:<evil@partner.test>\r\nRCPT TO:<bob@bar.test>\r\nDATA\r\nevil\r\n.\r\n"
        ))
        .await;
        let rest = c.rest().await;
        assert!(rest.starts_with("50") && rest.contains("\r\n421 4.7.0 "), "{data:?}: {rest}");
        assert_eq!(world.recorder.mails(), [], "{data:?}");
    }
}

#[tokio::test]
async fn lines_that_end_in_lf_alone_are_refused_and_not_executed() {
    let world = World::new();
    let mut c = world.greeted().await;
    c.send("MAIL FROM:<a@partner.test>\nRCPT TO:<bob@bar.test>\r\nNO\0OP\r\n").await;
    assert_eq!(c.reply().await, "500 5.5.2 Lines end with CRLF");
    assert_eq!(c.reply().await, "503 5.5.1 Sequence");
    assert_eq!(c.reply().await, "500 5.5.2 Control character in command");
}

#[tokio::test]
async fn a_long_group_is_answered_while_it_is_read() {
    let world = World::new();
    let mut c = world.greeted().await;
    let group = "NOOP\r\n".repeat(20_000);
    c.send(&group).await;
    let read = async {
        for _ in 0..20_000 {
            assert_eq!(c.reply().await, "250 2.0.0 Ok");
        }
    };
    timeout(PATIENCE, read).await.unwrap();
}
