//! AUTH (RFC 4954), REQUIRETLS (RFC 8689), and what must be encrypted.

use crate::tls::{handshake, world};
use crate::world::{Client, World};
use base64::{Engine, engine::general_purpose::STANDARD};
use model::settings::OfferedEncryption;
use model::{AccountId, Direction, Sending};
use rustls::version::TLS13;
use smtp::Terms;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

async fn encrypted(terms: Terms) -> (World, TempDir, Client<TlsStream<TcpStream>>) {
    let (world, dir) = world();
    *world.recorder.terms.lock() = terms;
    let mut c = world.greeted().await;
    assert!(c.say("STARTTLS").await.starts_with("220"));
    let mut c = Client::new(handshake(c, &dir, &TLS13).await.unwrap());
    assert!(c.say("EHLO client.test").await.contains("\n250-REQUIRETLS\n"));
    (world, dir, c)
}

fn auth() -> Terms {
    Terms { auth: true, ..Terms::default() }
}

fn b64(text: &str) -> String {
    STANDARD.encode(text)
}

#[tokio::test]
async fn who_logs_in_by_plain_or_login_may_send_out() {
    for login in [false, true] {
        let (world, _dir, mut c) = encrypted(auth()).await;
        if login {
            c.script(&[
                ("AUTH LOGIN", &format!("334 {}", b64("Username:"))),
                (&b64("ann"), &format!("334 {}", b64("Password:"))),
                (&b64("pass word"), "235 2.7.0"),
            ])
            .await;
        } else {
            c.script(&[(&format!("AUTH PLAIN {}", b64("\0ann\0pass word")), "235 2.7.0")]).await;
        }
        c.script(&[
            ("AUTH PLAIN", "503"),
            ("MAIL FROM:<ann@bar.test> REQUIRETLS AUTH=<>", "250"),
            ("RCPT TO:<eve@elsewhere.test>", "250"),
            ("DATA", "354"),
            ("Subject: x\r\n\r\nx\r\n.", "250 2.0.0"),
        ])
        .await;
        let mail = world.recorder.mails().pop().unwrap();
        let e = &mail.envelope;
        assert_eq!((e.direction, e.sending), (Direction::Outbound, Some(Sending::Relay(AccountId(7)))));
        assert!(e.tls_wish == model::TlsWish::Required && e.session.authenticated.as_deref() == Some("ann"));
        assert!(String::from_utf8_lossy(&mail.body).contains("with ESMTPSA id"));
    }
}

#[tokio::test]
async fn passwords_in_clear_text_are_not_asked_for() {
    let (world, _dir) = world();
    *world.recorder.terms.lock() = auth();
    let mut c = world.client().await;
    let ehlo = c.say("EHLO client.test").await;
    assert!(!ehlo.contains("AUTH") && !ehlo.contains("REQUIRETLS"), "{ehlo}");
    c.script(&[
        (&format!("AUTH PLAIN {}", b64("\0ann\0pass word")), "538 5.7.11"),
        ("MAIL FROM:<a@b.test> REQUIRETLS", "555"),
    ])
    .await;
}

#[tokio::test]
async fn wrong_and_broken_logins_are_told_apart_and_the_third_wrong_one_ends_the_session() {
    let (_world, _dir, mut c) = encrypted(auth()).await;
    c.script(&[
        ("AUTH CRAM-MD5", "504"),
        ("AUTH PLAIN nonsense!", "501 5.5.2"),
        ("AUTH PLAIN", "334 "),
        ("*", "501 5.0.0"),
        (&format!("AUTH PLAIN {}", b64("\0ann\0wrong")), "535 5.7.8"),
        ("MAIL FROM:<a@b.test>", "250"),
        ("AUTH PLAIN", "503"),
        ("RSET", "250"),
        (&format!("AUTH PLAIN {}", b64("eve\0ann\0pass word")), "535 5.7.8"),
    ])
    .await;
    // The one before named another's right and was not tried as a login.
    c.script(&[(&format!("AUTH PLAIN {}", b64("\0ann\0wrong")), "535")]).await;
    c.script(&[(&format!("AUTH PLAIN {}", b64("\0eve\0wrong")), "535")]).await;
    assert_eq!(c.reply().await, "421 4.7.0 Too many failed logins");
}

#[tokio::test]
async fn auth_is_not_offered_where_nobody_may_log_in() {
    let (_world, _dir, mut c) = encrypted(Terms::default()).await;
    assert!(!c.say("EHLO client.test").await.contains("AUTH"));
    c.script(&[("AUTH PLAIN", "502")]).await;
}

#[tokio::test]
async fn never_offer_and_always_encrypt() {
    let (world, dir) = world();
    let set = |tls| *world.recorder.terms.lock() = Terms { tls, ..Terms::default() };
    set(OfferedEncryption::Never);
    let mut c = world.client().await;
    assert!(!c.say("EHLO client.test").await.contains("STARTTLS"));
    c.script(&[("STARTTLS", "502"), ("MAIL FROM:<a@b.test>", "250")]).await;
    set(OfferedEncryption::Always);
    let mut c = world.greeted().await;
    c.script(&[("MAIL FROM:<a@b.test>", "530 5.7.0"), ("STARTTLS", "220")]).await;
    let mut c = Client::new(handshake(c, &dir, &TLS13).await.unwrap());
    c.script(&[("EHLO client.test", "250"), ("MAIL FROM:<a@b.test>", "250")]).await;
}

#[tokio::test]
async fn what_a_sender_wants_of_tls_is_kept_and_requiretls_goes_before_the_header() {
    use model::TlsWish::{Optional, Required, Usual};
    for (parameter, header, wish) in [
        (" REQUIRETLS", "TLS-Required: No\r\n", Required),
        ("", "TLS-Required: No\r\n", Optional),
        ("", "Subject: TLS-Required: No\r\n", Usual),
    ] {
        let (world, _dir, mut c) = encrypted(auth()).await;
        c.script(&[
            (&format!("AUTH PLAIN {}", b64("\0ann\0pass word")), "235 2.7.0"),
            (&format!("MAIL FROM:<ann@bar.test>{parameter}"), "250"),
            ("RCPT TO:<eve@elsewhere.test>", "250"),
            ("DATA", "354"),
            (&format!("From: ann@bar.test\r\n{header}\r\nTLS-Required: No\r\n."), "250 2.0.0"),
        ])
        .await;
        assert_eq!(world.recorder.mails().pop().unwrap().envelope.tls_wish, wish);
    }
}
