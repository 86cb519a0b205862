#![allow(clippy::unwrap_used)]
use super::*;
use crate::analysers::case::Case;

fn info(message: &str, null: bool) -> Option<String> {
    let mut case = Case::of(message);
    if null {
        case.session.return_path = None;
    }
    case.run(run).into_iter().next().map(|f| f.info)
}

const REPORT: &str = "From: Mail Delivery System <MAILER-DAEMON@mx.example>
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=b
MIME-Version: 1.0

--b
Content-Type: text/plain

The message could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; nobody@far.example
Action: failed
Status: 5.1.1
--b--
";

#[test]
fn reports_in_the_standard_form_are_bounces() {
    assert_eq!(info(REPORT, true).unwrap(), "a delivery report (RFC 3464)");
    assert_eq!(info(REPORT, false).unwrap(), "a delivery report (RFC 3464)");
}
#[test]
fn older_reports_are_known_by_sender_and_wording() {
    let qmail = "From: MAILER-DAEMON@mx.example\nSubject: failure notice\n\nHi. This is the qmail-send program.\n<nobody@far.example>:\nSorry, no mailbox here by that name.\n";
    assert_eq!(info(qmail, true).unwrap(), "a delivery report by its sender");
    let other = "From: Service <robot@mx.example>\nSubject: Undeliverable: Minutes\n\nDelivery has failed to these recipients: nobody@far.example\n";
    assert_eq!(info(other, true).unwrap(), "a delivery report by its form");
    assert_eq!(info(other, false), None);
}
#[test]
fn automatic_replies_are_known_by_header_or_subject() {
    let reply = |extra: &str| info(&format!("From: a@b.example\n{extra}\n\nI am back on Monday.\n"), false);
    assert!(reply("Auto-Submitted: auto-replied (vacation)\nSubject: Re: hello").unwrap().contains("Auto-Submitted"));
    assert!(reply("X-Autoreply: yes\nSubject: Re: hello").unwrap().contains("x-autoreply"));
    assert!(reply("Subject: Automatic reply: Minutes").unwrap().contains("subject"));
    assert!(reply("Subject: Abwesenheitsnotiz: Protokoll").unwrap().contains("subject"));
    assert!(reply("Subject: Out of office until Monday").unwrap().contains("subject"));
}
#[test]
fn notices_and_talk_about_mail_are_no_bounces() {
    let plain = |subject: &str, extra: &str| {
        info(
            &format!(
                "From: Ann <ann@b.example>\nSubject: {subject}\n{extra}\nThe mailbox is full, delivery failed, what now?\n"
            ),
            false,
        )
    };
    assert_eq!(plain("Re: delivery failure on our server", ""), None);
    assert_eq!(plain("Build 17 failed", "Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\n"), None);
    assert_eq!(plain("Automatic door repairs", ""), None);
}
