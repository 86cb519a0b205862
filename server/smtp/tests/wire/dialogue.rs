//! Commands and their replies, in order and out of it.

use crate::world::World;

#[tokio::test]
async fn a_message_is_taken_and_its_envelope_kept() {
    let world = World::new();
    let mut c = world.greeted().await;
    c.script(&[
        ("MAIL FROM:<a@partner.test> SIZE=100 BODY=8BITMIME RET=HDRS ENVID=q+2B1", "250 2.1.0 Ok"),
        ("RCPT TO:<bob@bar.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;robert@bar.test", "250 2.1.5 Ok"),
        ("RCPT TO:<eve@BAR.test> NOTIFY=NEVER", "250 2.1.5 Ok"),
        ("DATA", "354 End data with"),
    ])
    .await;
    let reply = c.say("Subject: x\r\n\r\n..dot\r\nbye\r\n.").await;
    let mails = world.recorder.mails();
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!(reply, format!("250 2.0.0 Ok: queued as {}", mail.envelope.id));
    assert_eq!(mail.text(), "Subject: x\r\n\r\n.dot\r\nbye\r\n");
    assert_eq!(mail.recipients(), ["bob@bar.test", "eve@bar.test"]);
    let e = &mail.envelope;
    assert_eq!(e.return_path.as_ref().unwrap().as_str(), "a@partner.test");
    assert!(e.eight_bit && e.return_headers_only && !e.smtputf8 && e.session.esmtp);
    assert_eq!((e.envid.as_deref(), e.session.helo.as_str()), (Some("q+2B1"), "client.test"));
    let bob = &e.recipients[0];
    assert!(bob.notify.success && bob.notify.delay && !bob.notify.failure && e.recipients[1].notify.never);
    assert_eq!(bob.orcpt.as_deref(), Some("rfc822;robert@bar.test"));
    assert_eq!(c.say("QUIT").await, "221 2.0.0 Bye");
    assert_eq!(c.rest().await, "");
}

#[tokio::test]
async fn ehlo_offers_exactly_the_extensions_that_work() {
    let world = World::new();
    let mut c = world.client().await;
    assert_eq!(
        c.say("EHLO client.test").await,
        "250-mx.bar.test\n250-PIPELINING\n250-SIZE 104857600\n250-8BITMIME\n250-SMTPUTF8\n250-CHUNKING\n250-ENHANCEDSTATUSCODES\n250-DSN\n250 HELP"
    );
    assert_eq!(c.say("HELO client.test").await, "250 mx.bar.test");
}

#[tokio::test]
async fn the_rows_of_appendix_b_are_answered_word_for_word() {
    let world = World::new();
    let mut c = world.greeted().await;
    assert_eq!(c.say("MAIL FROM:not an address").await, "501 5.5.4 Syntax");
    assert_eq!(c.say("RCPT TO:<bob@bar.test>").await, "503 5.5.1 Sequence");
    assert_eq!(c.say("MAIL FROM:<a@partner.test> SIZE=200000000").await, "552 5.3.4 Size {200000000} > {104857600}");
    assert_eq!(c.say("MAIL FROM:<a@partner.test> SIZE=2000").await, "250 2.1.0 Ok");
    assert_eq!(c.say("RCPT TO:<x@elsewhere.test>").await, "550 5.7.1 Relay");
    assert_eq!(c.say("RCPT TO:<unknown@bar.test>").await, "550 5.1.1 Rejected");
    assert_eq!(c.say("RCPT TO:<small@bar.test>").await, "552 5.3.4 Size {2000} > {1000}");
}

#[tokio::test]
async fn commands_out_of_sequence_are_refused() {
    let world = World::new();
    let mut c = world.client().await;
    c.script(&[
        ("MAIL FROM:<a@partner.test>", "503 5.5.1 Sequence"),
        ("RCPT TO:<bob@bar.test>", "503 5.5.1 Sequence"),
        ("DATA", "503 5.5.1 Sequence"),
        ("EHLO client.test", "250"),
        ("DATA", "503 5.5.1 Sequence"),
        ("MAIL FROM:<a@partner.test>", "250"),
        ("MAIL FROM:<a@partner.test>", "503 5.5.1 Sequence"),
        ("DATA", "503 5.5.1 Sequence"),
        ("RCPT TO:<unknown@bar.test>", "550"),
        ("DATA", "503 5.5.1 Sequence"),
        ("RSET", "250 2.0.0"),
        ("RCPT TO:<bob@bar.test>", "503 5.5.1 Sequence"),
        ("MAIL FROM:<a@partner.test>", "250"),
        ("EHLO again.test", "250"),
        ("RCPT TO:<bob@bar.test>", "503 5.5.1 Sequence"),
    ])
    .await;
}

#[tokio::test]
async fn arguments_with_wrong_syntax_are_refused() {
    let world = World::new();
    let mut c = world.client().await;
    c.script(&[
        ("EHLO", "501 5.5.4 Syntax"),
        ("EHLO a b", "501 5.5.4 Syntax"),
        ("HELO [1.2.3]", "501"),
        ("EHLO x_y", "250"),
    ])
    .await;
    for bad in [
        "MAIL",
        "MAIL <a@b.test>",
        "MAIL FROM:",
        "MAIL FROM:a@b.test",
        "MAIL FROM:<a>",
        "MAIL FROM:<a@b.test>x",
        "MAIL FROM:<a b@c.test>",
        "MAIL FROM:<a@b.test> SIZE=x",
    ] {
        assert_eq!(c.say(bad).await, "501 5.5.4 Syntax", "{bad}");
    }
    c.script(&[
        ("MAIL FROM:<a@b.test>", "250"),
        ("RCPT TO:<>", "501 5.5.4 Syntax"),
        ("RCPT TO:<bob@bar.test> X=", "501 5.5.4"),
        ("RCPT TO:<bob@bar.test> X=1", "555 5.5.4"),
        ("QUIT now", "501"),
        ("RSET x", "501"),
    ])
    .await;
}

#[tokio::test]
async fn unusual_paths_that_are_allowed_are_understood() {
    let world = World::new();
    let mut c = world.greeted().await;
    c.script(&[
        ("mail from: <>", "250 2.1.0"),
        ("rcpt to:<@relay.test,@other.test:bob@bar.test>", "250"),
        ("RCPT TO:<\"a > b\"@bar.test>", "250"),
        ("RCPT TO:<Postmaster>", "250"),
        ("RCPT TO:<bob@bar.test>", "250"),
        ("DATA", "354"),
        (".", "250"),
    ])
    .await;
    let mails = world.recorder.mails();
    assert_eq!(mails[0].envelope.return_path, None);
    assert_eq!(mails[0].recipients(), ["bob@bar.test", "\"a > b\"@bar.test", "Postmaster@mx.bar.test"]);
    assert_eq!(mails[0].text(), "");
}

#[tokio::test]
async fn non_ascii_addresses_need_smtputf8() {
    let world = World::new();
    let mut c = world.greeted().await;
    c.script(&[
        ("MAIL FROM:<jörg@partner.test>", "553 5.6.7"),
        ("MAIL FROM:<a@partner.test>", "250"),
        ("RCPT TO:<jürgen@bar.test>", "553 5.6.7"),
        ("RSET", "250"),
        ("MAIL FROM:<jörg@partner.test> SMTPUTF8", "250"),
        ("RCPT TO:<jürgen@bar.test>", "250"),
        ("DATA", "354"),
        ("Subject: ü\r\n\r\nx\r\n.", "250"),
    ])
    .await;
    let mail = &world.recorder.mails()[0];
    assert!(mail.envelope.smtputf8 && mail.envelope.eight_bit);
    assert!(std::str::from_utf8(&mail.body).unwrap().contains("with UTF8SMTP id"));
}

#[tokio::test]
async fn the_small_verbs_have_their_answers() {
    let world = World::new();
    let mut c = world.client().await;
    c.script(&[
        ("NOOP", "250 2.0.0"),
        ("NOOP whatever", "250 2.0.0"),
        ("VRFY bob", "252 2.1.5"),
        ("VRFY", "501"),
        ("EXPN list", "502 5.5.1"),
        ("AUTH PLAIN AGEAYg==", "502 5.5.1"),
        ("STARTTLS", "502 5.5.1"),
        ("HELP", "214-2.0.0 Commands:\n214 2.0.0 EHLO HELO MAIL RCPT DATA BDAT"),
        ("XYZZY", "500 5.5.1"),
        ("", "500 5.5.1"),
        ("RSET", "250"),
        ("quit", "221 2.0.0"),
    ])
    .await;
}

#[tokio::test]
async fn a_refused_sender_gets_the_receptions_reply() {
    let world = World::new();
    let mut c = world.greeted().await;
    c.script(&[("MAIL FROM:<blocked@partner.test>", "550 5.7.1 Blocked"), ("RCPT TO:<bob@bar.test>", "503")]).await;
}

#[tokio::test]
async fn a_refused_client_is_told_why_and_let_go() {
    let world = World::new();
    world.recorder.refuse_connections.store(true, std::sync::atomic::Ordering::Relaxed);
    let mut c = world.connect().await;
    assert_eq!(c.rest().await, "554 5.7.1 Not you\r\n");
}

#[tokio::test]
async fn two_messages_pass_through_one_session() {
    let world = World::new();
    let mut c = world.ready().await;
    c.script(&[("DATA", "354"), ("one\r\n.", "250")]).await;
    c.script(&[
        ("DATA", "503"),
        ("MAIL FROM:<b@partner.test>", "250"),
        ("RCPT TO:<bob@bar.test>", "250"),
        ("DATA", "354"),
        ("two\r\n.", "250"),
    ])
    .await;
    let mails = world.recorder.mails();
    assert_eq!((mails[0].text(), mails[1].text()), ("one\r\n", "two\r\n"));
    assert_ne!(mails[0].envelope.id, mails[1].envelope.id);
}

#[tokio::test]
async fn our_received_header_is_the_first_line_and_names_a_single_recipient() {
    let world = World::new();
    let mut c = world.ready().await;
    c.script(&[
        ("DATA", "354"),
        ("Subject: x\r\n\r\n.", "250"),
        ("HELO old.test", "250"),
        ("MAIL FROM:<>", "250"),
        ("RCPT TO:<bob@bar.test>", "250"),
        ("RCPT TO:<eve@bar.test>", "250"),
        ("DATA", "354"),
        ("\r\n.", "250"),
    ])
    .await;
    let mails = world.recorder.mails();
    let id = mails[0].envelope.id;
    assert_eq!(
        String::from_utf8_lossy(&mails[0].body),
        format!(
            "Received: from client.test ([127.0.0.1])\r\n\tby mx.bar.test with ESMTP id {id}\r\n\tfor <bob@bar.test>;\r\n\tTue, 24 Nov 2026 10:00:00 +0000\r\nSubject: x\r\n\r\n"
        )
    );
    let id = mails[1].envelope.id;
    assert!(String::from_utf8_lossy(&mails[1].body).contains(&format!("by mx.bar.test with SMTP id {id};\r\n")));
}
