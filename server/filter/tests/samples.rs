//! Messages of each kind, written for these tests, through the rules, the classifier and the other content analysers.
#![allow(clippy::unwrap_used)]

mod common;

use common::{decided, findings};
use filter::Knowledge;

fn categories(message: &str) -> Vec<String> {
    let raw = message.replace('\n', "\r\n");
    let null = message.starts_with("Return-Path: <>");
    decided(&findings(raw.as_bytes(), null, &Knowledge::embedded())).into_iter().collect()
}

const HEAD: &str = "Message-ID: <17.2026@sender.example>
Date: Mon, 02 Feb 2026 10:00:00 +0000
To: bob@acme.example
MIME-Version: 1.0
";

#[test]
fn an_advance_fee_letter_is_spam() {
    let message = format!("{HEAD}From: Mr. Paul Adewale <paul.adewale@mail.example>
Reply-To: barrister.office77@gmail.com
Subject: BUSINESS PROPOSAL

Dear Friend,

I am Mr. Paul Adewale, auditor of a bank. A client of ours, the late Engineer Gordon, died with his whole family and left a deposit of 18.5 million US dollars without any next of kin. I want to present you as the beneficiary of this fund so that the money can be transferred to your account. This transaction is 100% risk free and strictly confidential. You will have 40 percent.

Kindly reply with your full name, address, telephone number, occupation and age to my private email.

Yours faithfully,
Mr. Paul Adewale
");
    assert_eq!(categories(&message), ["SPAM"]);
}
#[test]
fn a_miracle_cure_is_spam() {
    let message = format!("{HEAD}From: Health Desk <kj38fk29d@offers.example.top>
Subject: Doctors stunned!! This simple trick reverses type 2 diabetes
Content-Type: text/html; charset=utf-8

<html><body><h1>Doctors hate this simple trick</h1><p>Discover the secret natural protocol that reverses type 2 diabetes and melts 15 pounds of belly fat in 7 days. Watch this video before it gets removed tonight!!</p><a href=\"http://go.offers.example.top/x8Kd82kdkQkd8\">Click here now</a></body></html>
");
    assert_eq!(categories(&message), ["SPAM"]);
}
#[test]
fn extortion_with_a_webcam_is_spam() {
    let message = format!("{HEAD}From: <anon8812@mail.example>
Subject: Your device was hacked
Content-Type: text/plain; charset=utf-8

I have hacked your device and installed malware. I recorded a video of you through the webcam while you visited adult sites. I have full access to your contacts. Send $1400 in Bitcoin to the wallet 1BoatSLRHtKNngkdXEeobR76b53LETtpyT within 48 hours or I will send the video to all your contacts. Do not reply.
");
    assert_eq!(categories(&message), ["SPAM"]);
}
#[test]
fn a_mailbox_quota_lure_is_phishing() {
    let message = format!("{HEAD}From: IT Helpdesk <admin@random.example.org>
Subject: Final warning: mailbox storage full
Content-Type: text/html; charset=utf-8

<p>Dear email user, your mailbox storage is almost full and your account will be suspended within 24 hours. Please verify your account and upgrade your quota by clicking the link below:</p><p><a href=\"https://files.random.example.org/webmail/login.php?u=bob\">Keep same password</a></p>
");
    assert!(categories(&message).contains(&"PHISH".to_owned()), "{:?}", categories(&message));
}
#[test]
fn explicit_bait_is_adult() {
    let message = format!("{HEAD}From: Lisa <lisa@dates.example>
Subject: Horny girls waiting for you
Content-Type: text/plain; charset=utf-8

Local milfs near you want to meet and fuck tonight. See my nude pics and join the live webcam shows, free xxx videos, must be 18+: http://hotgirls.example/join
");
    assert!(categories(&message).contains(&"ADULT".to_owned()), "{:?}", categories(&message));
}
#[test]
fn ordinary_mail_has_no_category() {
    for (subject, body) in [
        (
            "Minutes of Tuesday",
            "Hello Bob,\n\nplease find below what we agreed on Tuesday. Ann takes the roof, I take the invoices, and you wanted to ask the city for the permit. The next meeting is on the 17th at ten.\n\nBest regards\nCarol\n",
        ),
        (
            "Re: build fails on arm",
            "On Monday Dan wrote:\n> the linker says undefined reference to foo\n\nYou need to link with -lbar, since the patch of last week moved foo there. I will send a fix tomorrow.\n",
        ),
        ("Lunch?", "Are you free at noon? I would try the new place at the corner.\n"),
        (
            "Invoice 2026-117",
            "Dear Mr. Miller,\n\nattached is our invoice for the repair of the heating, payable within 14 days to the account named on it. Thank you for your order.\n\nMiller Heating Ltd\n",
        ),
        (
            "Your booking at the Harbour Hotel",
            "Thank you for your booking. We look forward to welcoming you on 12 March for two nights. Breakfast is served from seven. To change or cancel your booking write to us until the 10th.\n",
        ),
        (
            "Password changed",
            "Hello Bob, the password of your library account was changed today. If this was you there is nothing to do. If not, please call the library desk.\n",
        ),
    ] {
        let message = format!(
            "{HEAD}From: Carol Jones <carol@partner.example>\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8\n\n{body}"
        );
        assert_eq!(categories(&message), [] as [&str; 0], "{subject}");
    }
}
#[test]
fn a_bounce_is_a_non_delivery_report_and_no_spam() {
    let message = "Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.partner.example>
To: bob@acme.example
Subject: Undelivered Mail Returned to Sender
Date: Mon, 02 Feb 2026 10:00:00 +0000
Message-ID: <b1@mx.partner.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered to one or more recipients.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.partner.example

Final-Recipient: rfc822; nobody@partner.example
Action: failed
Status: 5.1.1
--b--
";
    assert_eq!(categories(message), ["NDR"]);
}
#[test]
fn japanese_and_russian_mail_is_foreign() {
    let message = |text: &str| {
        format!(
            "{HEAD}From: A <a@partner.example>\nSubject: =?utf-8?B?44GT44KT?=\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
        )
    };
    assert_eq!(categories(&message("こんにちは。昨日の会議の議事録をお送りします。ご確認ください。")), ["FOREIGN ja"]);
    assert_eq!(
        categories(&message("Добрый день, высылаю вам протокол вчерашнего собрания, посмотрите, пожалуйста.")),
        ["FOREIGN ru"]
    );
}
