//! Who may send out, and how they log in.

use crate::world::{ACME, Client, World, mail_server};
use base64::{Engine, engine::general_purpose::STANDARD};
use model::settings::ServiceKind::{Both, Inbound, Outbound};
use model::{Direction, Sending};

const OFFICE: [u8; 4] = [198, 51, 100, 7];
const AWAY: [u8; 4] = [203, 0, 113, 9];

const SENDERS: &str = "
accounts:
  - name: acme
    outbound_ips:
      - { range: 198.51.100.0/24, nickname: office }
      - { range: 198.51.100.200, nickname: shared, member_domains: [acme.test, partner.test] }
    relay_users: [{ name: ann@acme.test, password: 'A long Passw0rd!' }, { name: eve, password: 'A long Passw0rd!', active: false }]
";

async fn world() -> World {
    let w = World::new(ACME).await;
    w.apply(SENDERS).await;
    w
}

fn plain(name: &str, password: &str) -> String {
    format!("AUTH PLAIN {}", STANDARD.encode(format!("\0{name}\0{password}")))
}

#[tokio::test]
async fn outbound_ips_send_out_and_nobody_else() {
    let w = world().await;
    let (out, both, inbound) = (w.listen(Outbound), w.listen(Both), w.listen(Inbound));
    for server in [out, both] {
        let mut c = Client::greeted(server, OFFICE, "client.example.com").await;
        assert!(c.offer("ann@acme.test", "x@elsewhere.test").await.starts_with("250"));
        assert!(c.data("Subject: x\r\n\r\nx").await.starts_with("250"));
        let envelope = w.message().await.envelope;
        assert_eq!(envelope.direction, Direction::Outbound);
        assert!(matches!(envelope.sending, Some(Sending::Network(_))));
    }
    let mut c = Client::greeted(out, AWAY, "client.example.com").await;
    assert_eq!(c.offer("ann@acme.test", "x@elsewhere.test").await, "550 5.7.1 Relay");
    assert_eq!(c.offer("ann@acme.test", "bob@acme.test").await, "550 5.7.1 Relay");
    let mut c = Client::greeted(both, AWAY, "client.example.com").await;
    assert_eq!(c.offer("ann@acme.test", "x@elsewhere.test").await, "550 5.7.1 Relay");
    assert!(c.offer("x@elsewhere.test", "bob@acme.test").await.starts_with("250"));
    let mut c = Client::greeted(inbound, OFFICE, "client.example.com").await;
    assert_eq!(c.offer("ann@acme.test", "x@elsewhere.test").await, "550 5.7.1 Relay");
}

#[tokio::test]
async fn member_domains_alone_send_through_an_outbound_ip_that_has_some() {
    let w = world().await;
    let mut c = Client::greeted(w.listen(Outbound), [198, 51, 100, 200], "client.example.com").await;
    for (from, expected) in [
        ("ann@acme.test", "250"),
        ("x@partner.test", "250"),
        ("x@sub.partner.test", "250"),
        ("", "250"),
        ("x@sub.acme.test", "550 5.7.1 Relay"),
        ("x@badpartner.test", "550 5.7.1 Relay"),
    ] {
        assert!(c.offer(from, "x@elsewhere.test").await.starts_with(expected), "{from}");
    }
}

#[tokio::test]
async fn relay_users_log_in_from_anywhere_within_tls() {
    let w = world().await;
    let server = w.listen(Outbound);
    let mut c = Client::greeted(server, AWAY, "client.example.com").await;
    assert!(c.say(&plain("ann@acme.test", "A long Passw0rd!")).await.starts_with("538"));
    let mut c = c.encrypted().await;
    assert!(c.say("EHLO client.example.com").await.contains("AUTH PLAIN LOGIN"));
    assert!(c.say(&plain("eve", "A long Passw0rd!")).await.starts_with("535 5.7.8"));
    assert!(c.say(&plain("ANN@acme.test", "A long Passw0rd!")).await.starts_with("235"));
    assert!(c.offer("ann@acme.test", "x@elsewhere.test").await.starts_with("250"));
    assert!(c.data("Subject: x\r\n\r\nx").await.starts_with("250"));
    let envelope = w.message().await.envelope;
    assert!(matches!(envelope.sending, Some(Sending::Relay(_))));
    assert_eq!(envelope.session.authenticated.as_deref(), Some("ann@acme.test"));
    // Not on a service for mail from the Internet.
    let mut c = Client::greeted(w.listen(Both), AWAY, "client.example.com").await.encrypted().await;
    assert!(c.say(&plain("ann@acme.test", "A long Passw0rd!")).await.starts_with("502"));
}

#[tokio::test]
async fn who_tries_many_passwords_waits() {
    let w = world().await;
    let server = w.listen(Outbound);
    let mut said = Vec::new();
    for _ in 0..4 {
        let mut c = Client::greeted(server, AWAY, "client.example.com").await.encrypted().await;
        for _ in 0..3 {
            said.push(c.say(&plain("ann@acme.test", "wrong")).await);
        }
    }
    assert!(said[0].starts_with("535"), "{said:?}");
    assert!(said.iter().any(|r| r.starts_with("454 4.7.0 Too many failed logins")), "{said:?}");
}

#[tokio::test]
async fn an_outbound_ip_may_ask_its_own_server_for_passwords_and_need_them() {
    let asked = mail_server("AUTH LOGIN PLAIN", |line| match line {
        // NUL ann NUL right
        "AUTH PLAIN AGFubgByaWdodA==" => "235 ok",
        _ => "535 no",
    });
    let asked = asked.await;
    let w = world().await;
    let range = |login: &str| {
        format!(
            "accounts: [{{ name: acme, outbound_ips: [{{ range: 198.51.100.0/24, settings: {{ outbound_login: {login} }} }}] }}]"
        )
    };
    w.apply(&range(&format!("{{ method: smtp_auth, server: '{asked}', required: true }}"))).await;
    let server = w.listen(Outbound);
    let mut c = Client::greeted(server, OFFICE, "client.example.com").await;
    assert!(c.offer("ann@acme.test", "x@elsewhere.test").await.starts_with("530 5.7.0 Authentication required"));
    let mut c = c.encrypted().await;
    assert!(c.say(&plain("ann", "wrong")).await.starts_with("535"));
    assert!(c.say(&plain("ann", "right")).await.starts_with("235"));
    assert!(c.offer("ann@acme.test", "x@elsewhere.test").await.starts_with("250"));
    // A server that is down is no wrong password.
    w.apply(&range("{ server: '127.0.0.1:9', required: false }")).await;
    let mut c = Client::greeted(server, OFFICE, "client.example.com").await.encrypted().await;
    assert!(c.say(&plain("ann", "right")).await.starts_with("454 4.7.0"));
    assert!(c.offer("ann@acme.test", "x@elsewhere.test").await.starts_with("250"));
}

#[tokio::test]
async fn an_outbound_ip_has_a_policy_of_tls_of_its_own() {
    let w = world().await;
    let server = w.listen(Outbound);
    for (policy, offered, expected) in [("never", false, "250"), ("always", true, "530 5.7.0 Must issue a STARTTLS")] {
        w.apply(&format!(
            "accounts: [{{ name: acme, outbound_ips: [{{ range: 198.51.100.0/24, \
             settings: {{ outbound_encryption: {{ from_network: {policy} }} }} }}] }}]"
        ))
        .await;
        let mut c = Client::greeted(server, OFFICE, "client.example.com").await;
        assert_eq!(c.say("EHLO client.example.com").await.contains("STARTTLS"), offered);
        assert!(c.offer("ann@acme.test", "x@elsewhere.test").await.starts_with(expected), "{policy}");
    }
}

#[tokio::test]
async fn an_outbound_ip_may_ask_a_verifier_for_passwords() {
    let w = world().await;
    w.apply(
        "accounts:\n  - name: acme\n    verifiers:\n      \
         - { name: list, definition: { static: { users: [{ address: ann@acme.test, password: 'Static-Pass-1' }, { address: eve@acme.test }] } } }\n    \
         outbound_ips: [{ range: 198.51.100.0/24, settings: { outbound_login: { method: verifier, verifier: list } } }]\n",
    )
    .await;
    let server = w.listen(Outbound);
    let mut c = Client::greeted(server, OFFICE, "client.example.com").await.encrypted().await;
    assert!(c.say(&plain("ann@acme.test", "wrong")).await.starts_with("535"));
    assert!(c.say(&plain("eve@acme.test", "Static-Pass-1")).await.starts_with("535"));
    assert!(c.say(&plain("Ann@acme.test", "Static-Pass-1")).await.starts_with("235"));
}
