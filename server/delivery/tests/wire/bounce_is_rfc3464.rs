use crate::common::peer::{Peer, Script};
use crate::common::{Fixture, Letter, host};
use delivery::Options;
use model::Notify;

async fn refused(letter: Letter) -> (Fixture, Peer) {
    let f = Fixture::new();
    let gateway = Peer::start(Script::answer("RCPT TO:<gone", "550-5.1.1 No such user here,\r\n550 5.1.1 sorry")).await;
    let sender = Peer::start(Script::default()).await;
    f.gateway("acme.test", &[gateway.at]);
    *f.routes.notices.lock() = Some(host(sender.at));
    f.post(letter).await;
    f.empty().await;
    (f, sender)
}

/// The notice with what differs from run to run replaced.
fn stable(text: &str) -> String {
    let token = text.split("boundary=\"=_").nth(1).unwrap().split('"').next().unwrap();
    let text = text.replace(token, "TOKEN").replace("\r\n", "\n");
    let mut out = String::new();
    for line in text.lines() {
        let date =
            ["Date", "Arrival-Date", "Last-Attempt-Date"].into_iter().find(|n| line.starts_with(&format!("{n}: ")));
        let line = date.map_or(line.to_owned(), |name| format!("{name}: DATE"));
        out += &line
            .split(' ')
            .map(|w| if w.starts_with("127.0.0.1:") { "HOST" } else { w })
            .collect::<Vec<_>>()
            .join(" ");
        out.push('\n');
    }
    out
}

#[tokio::test]
async fn a_failure_is_told_to_people_and_programs() {
    let mut letter = Letter { envid: Some("QQ314159".into()), ..Letter::to(&["gone@acme.test", "good@acme.test"]) };
    letter.to[0].orcpt = Some("rfc822;old+2Bname@acme.test".into());
    let (f, sender) = refused(letter).await;
    assert_eq!((f.outcomes.bounced(), f.outcomes.delivered(), sender.count()), (1, 1, 1));
    let taken = &sender.messages()[0];
    assert!(taken.mail.starts_with("MAIL FROM:<> "), "{}", taken.mail);
    assert_eq!(taken.rcpt, ["RCPT TO:<ann@sender.test> NOTIFY=NEVER"]);
    assert_eq!(stable(&taken.text()), EXPECTED);
}

const EXPECTED: &str = r#"Date: DATE
From: Mail Delivery System <mailer-daemon@mx.postern.test>
To: <ann@sender.test>
Subject: Undelivered mail: your message could not be delivered
Message-ID: <TOKEN@mx.postern.test>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
 boundary="=_TOKEN"

This is a report in MIME format.

--=_TOKEN
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii
Content-Transfer-Encoding: 7bit

This is the mail system at mx.postern.test.

Your message could not be delivered to the recipients below. It will not be tried again.

gone@acme.test
    HOST said: 550 5.1.1 No such user here, sorry

The message, or its header, is attached.

--=_TOKEN
Content-Description: Delivery report
Content-Type: message/delivery-status
Content-Transfer-Encoding: 7bit

Reporting-MTA: dns; mx.postern.test
Original-Envelope-Id: QQ314159
Arrival-Date: DATE

Original-Recipient: rfc822; old+name@acme.test
Final-Recipient: rfc822; gone@acme.test
Action: failed
Status: 5.1.1
Remote-MTA: dns; [127.0.0.1]
Diagnostic-Code: smtp; 550 5.1.1 No such user here, sorry
Last-Attempt-Date: DATE

--=_TOKEN
Content-Description: Undelivered message
Content-Type: message/rfc822
Content-Transfer-Encoding: 7bit

From: ann@sender.test
Subject: hello

A line.
.A line with a dot.

--=_TOKEN--
"#;

#[tokio::test]
async fn only_the_header_is_returned_when_that_was_asked_for() {
    let (_f, sender) = refused(Letter { headers_only: true, ..Letter::to(&["gone@acme.test"]) }).await;
    let text = sender.messages()[0].text();
    assert!(text.contains("Content-Type: text/rfc822-headers\r\n"), "{text}");
    assert!(text.contains("Subject: hello\r\n") && !text.contains("A line."), "{text}");
}

#[tokio::test]
async fn nobody_is_told_where_nobody_is_to_be_told() {
    let mut never = Letter::to(&["gone@acme.test"]);
    never.to[0].notify = Notify { never: true, ..Notify::default() };
    let mut only_success = Letter::to(&["gone@acme.test"]);
    only_success.to[0].notify = Notify { success: true, failure: false, delay: false, never: false };
    let null = Letter { from: None, ..Letter::to(&["gone@acme.test"]) };
    for letter in [never, only_success, null] {
        let (f, sender) = refused(letter).await;
        assert_eq!((f.outcomes.bounced(), sender.sessions()), (1, 0));
    }
}

#[tokio::test]
async fn of_a_message_with_a_large_attachment_only_the_header_is_returned() {
    assert_eq!(Options::new("mx.test").return_attachment_max, 10_000_000);
    let mut options = crate::common::quick_options();
    options.return_attachment_max = 1_000;
    let (f, sender) = (Fixture::with(options), Peer::start(Script::default()).await);
    let gateway = Peer::start(Script::answer("RCPT", "550 5.1.1 No")).await;
    f.gateway("acme.test", &[gateway.at]);
    *f.routes.notices.lock() = Some(host(sender.at));
    // (bytes of text, bytes of each attachment, whether the whole message comes back)
    let cases = [(2_000, vec![900, 900], true), (20, vec![900, 1_100], false), (20, vec![], true)];
    for (n, (text, attachments, whole)) in cases.into_iter().enumerate() {
        let mut letter = Letter::to(&["gone@acme.test"]);
        letter.body = with_attachments(text, &attachments);
        f.post(letter).await;
        f.empty().await;
        let text = sender.messages()[n].text();
        assert_eq!(text.contains("message/rfc822"), whole, "{text}");
        assert_eq!(text.contains("MDEyMzQ1") || text.contains("0123456789"), whole, "{text}");
        assert!(text.contains("Subject: with files"), "{text}");
    }
}

/// `0123456789` over and over.
fn with_attachments(text: usize, attachments: &[usize]) -> Vec<u8> {
    let mut body = "From: ann@sender.test\r\nSubject: with files\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n".to_owned();
    (0..text / 10).for_each(|_| body.push_str("0123456789\r\n"));
    for size in attachments {
        body.push_str("--b\r\nContent-Type: application/octet-stream; name=x.bin\r\nContent-Disposition: attachment; filename=x.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n");
        // Forty octets of base64 are thirty of the file.
        (0..size / 30).for_each(|_| body.push_str("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5\r\n"));
    }
    body.push_str("--b--\r\n");
    body.into_bytes()
}

#[tokio::test]
async fn a_success_is_confirmed_where_the_host_does_not_confirm_it() {
    let (f, sender) = (Fixture::new(), Peer::start(Script::default()).await);
    let gateway = Peer::start(Script { offers: vec!["PIPELINING"], ..Script::default() }).await;
    f.gateway("acme.test", &[gateway.at]);
    *f.routes.notices.lock() = Some(host(sender.at));
    let mut letter = Letter::to(&["bob@acme.test"]);
    letter.to[0].notify = Notify { success: true, ..Notify::default() };
    f.post(letter).await;
    f.empty().await;
    let text = sender.messages()[0].text();
    assert!(text.contains("Action: relayed\r\nStatus: 2.0.0\r\n"), "{text}");
}

#[tokio::test]
async fn a_sender_is_told_once_that_its_message_waits() {
    let mut options = crate::common::quick_options();
    options.delay_notice = Some(std::time::Duration::from_millis(700));
    let (f, sender) = (Fixture::with(options), Peer::start(Script::default()).await);
    f.gateway("acme.test", &[Peer::nowhere()]);
    *f.routes.notices.lock() = Some(host(sender.at));
    let mut letter = Letter::to(&["bob@acme.test", "quiet@acme.test"]);
    letter.to[1].notify = Notify { delay: false, ..Notify::default() };
    f.post(letter).await;
    crate::common::eventually("the notice arrives", || sender.count() == 1).await;
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert_eq!((sender.count(), f.queue.waiting()), (1, 1));
    let text = sender.messages()[0].text();
    assert!(text.contains("Action: delayed\r\nStatus: 4.0.0\r\n") && text.contains("Will-Retry-Until: "), "{text}");
    assert!(text.contains("bob@acme.test") && !text.contains("quiet@acme.test"), "{text}");
}

#[tokio::test]
async fn a_message_is_not_given_up_before_its_sender_can_be_told() {
    let refuses = Script::answer("RCPT", "550 5.1.1 No such user");
    let gateway = Peer::start(Script { slow: std::time::Duration::from_millis(30), offers: vec![], ..refuses }).await;
    let f = Fixture::new();
    f.gateway("acme.test", &[gateway.at]);
    f.post(Letter::to(&["gone@acme.test"])).await;
    crate::common::eventually("it is tried", || gateway.commands().iter().any(|c| c.starts_with("MAIL"))).await;
    f.spool.close().await;
    crate::common::eventually("it is deferred", || f.outcomes.deferred() == 1).await;
    let reply = f.outcomes.last().reply;
    assert!(reply.contains("the notice to the sender cannot be stored at present"), "{reply}");
    assert_eq!(f.outcomes.bounced(), 0);
}

#[tokio::test]
async fn an_address_beyond_ascii_is_reported_as_rfc_6533_has_it() {
    let letter = Letter { smtputf8: true, ..Letter::to(&["gone-jörg@acme.test"]) };
    let (_f, sender) = refused(letter).await;
    let taken = &sender.messages()[0];
    assert!(taken.mail.contains(" SMTPUTF8") && taken.mail.contains(" BODY=8BITMIME"), "{}", taken.mail);
    let text = taken.text();
    assert!(text.contains("Content-Type: message/global-delivery-status\r\n"), "{text}");
    assert!(text.contains("Final-Recipient: utf-8; gone-jörg@acme.test\r\n"), "{text}");
}
