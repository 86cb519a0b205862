//! Recipients of ours and those that nobody knows.

use crate::world::{ACME, Client, World, mail_server};
use model::settings::ServiceKind::Inbound;
use std::net::SocketAddr;

const IP: [u8; 4] = [192, 0, 2, 1];

fn domain(fields: &str) -> String {
    format!("accounts: [{{ name: acme, domains: [{{ name: acme.test, {fields} }}] }}]")
}

async fn offer(server: SocketAddr, to: &str) -> String {
    Client::greeted(server, IP, "client.example.com").await.offer("a@sender.example.org", to).await
}

#[tokio::test]
async fn aliases_and_tags_are_recipients_and_inactive_mailboxes_are_none() {
    let w = World::new(ACME).await;
    let server = w.listen(Inbound);
    for to in ["bob@acme.test", "ROBERT@acme.test", "bob+news@acme.test", "robert+x+y@acme.test"] {
        assert!(offer(server, to).await.starts_with("250"), "{to}");
    }
    for to in ["old@acme.test", "eve@acme.test", "eve+bob@acme.test"] {
        assert_eq!(offer(server, to).await, "550 5.1.1 Rejected", "{to}");
    }
    assert_eq!(offer(server, "bob@elsewhere.test").await, "550 5.7.1 Relay");
}

#[tokio::test]
async fn each_way_of_treating_unknown_recipients_answers_as_it_should() {
    let w = World::new(ACME).await;
    let server = w.listen(Inbound);
    for (way, expected) in [("accept", "250"), ("discard", "250"), ("reject", "550 5.1.1"), ("forward", "550 5.1.1")] {
        w.apply(&domain(&format!("unrecognized: {way}"))).await;
        assert!(offer(server, "eve@acme.test").await.starts_with(expected), "{way}");
    }
    // Forwarding needs somebody to forward to.
    w.apply(&domain("settings: { recipients: { forward_to: it@elsewhere.test } }")).await;
    assert!(offer(server, "eve@acme.test").await.starts_with("250"));
}

#[tokio::test]
async fn harvest_protection_takes_a_part_that_is_the_same_all_day() {
    let w = World::new(ACME).await;
    w.apply("appliance: { smtp_limits: { tarpit_seconds: 0 } }").await;
    let server = w.listen(Inbound);
    for (level, least, most) in [("none", 0, 0), ("low", 10, 45), ("medium", 55, 92), ("high", 100, 100)] {
        w.apply(&domain(&format!("settings: {{ recipients: {{ harvest_protection: {level} }} }}"))).await;
        let mut rounds = Vec::new();
        for _ in 0..2 {
            let mut taken = Vec::new();
            let mut c = Client::greeted(server, IP, "client.example.com").await;
            c.script(&[("MAIL FROM:<a@b.test>", "250")]).await;
            for n in 0..100 {
                if n % 50 == 49 {
                    c = Client::greeted(server, IP, "client.example.com").await;
                    c.script(&[("MAIL FROM:<a@b.test>", "250")]).await;
                }
                taken.push(c.say(&format!("RCPT TO:<guess{n}@acme.test>")).await.starts_with("250"));
            }
            rounds.push(taken);
        }
        assert_eq!(rounds[0], rounds[1], "{level}: the same address, the same answer");
        let taken = rounds[0].iter().filter(|t| **t).count();
        assert!((least..=most).contains(&taken), "{level}: {taken} of 100");
    }
}

#[tokio::test]
async fn a_mail_server_that_knows_a_recipient_makes_it_a_mailbox() {
    let by_rcpt = |line: &str| if line.contains("<new@") || line.starts_with("MAIL") { "250 ok" } else { "550 no" };
    let by_vrfy = |line: &str| if line.contains("new@") { "250 new" } else { "550 no" };
    for method in ["rcpt", "vrfy"] {
        let gateway = match method {
            "rcpt" => mail_server("PIPELINING", by_rcpt).await,
            _ => mail_server("PIPELINING", by_vrfy).await,
        };
        let w = World::new(ACME).await;
        w.apply(&domain(&format!("gateways: ['{gateway}'], settings: {{ discovery: {{ method: {method} }} }}"))).await;
        let server = w.listen(Inbound);
        assert!(offer(server, "new+tag@acme.test").await.starts_with("250"), "{method}");
        assert_eq!(offer(server, "eve@acme.test").await, "550 5.1.1 Rejected", "{method}");
        let found = w.snapshots.get().lookup(&"new@acme.test".parse().unwrap());
        assert!(matches!(found, service::Lookup::Known(_)), "{method}");
        let mut c = Client::greeted(server, IP, "client.example.com").await;
        assert!(c.offer("a@b.test", "new@acme.test").await.starts_with("250"));
    }
}

#[tokio::test]
async fn a_mail_server_that_takes_anybody_is_found_out_and_one_that_is_down_is_no_reason_to_take_mail() {
    let anybody = mail_server("PIPELINING", |_| "250 ok").await;
    for gateway in [anybody.to_string(), "127.0.0.1:9".to_owned()] {
        let w = World::new(ACME).await;
        w.apply(&domain(&format!("gateways: ['{gateway}'], settings: {{ discovery: {{ method: rcpt }} }}"))).await;
        let server = w.listen(Inbound);
        assert_eq!(offer(server, "eve@acme.test").await, "550 5.1.1 Rejected", "{gateway}");
        let found = w.snapshots.get().lookup(&"eve@acme.test".parse().unwrap());
        assert!(matches!(found, service::Lookup::UnknownMailbox(_)));
    }
}

#[tokio::test]
async fn a_verifier_is_asked_about_recipients_and_several_in_turn() {
    let server = mail_server("PIPELINING", |line| {
        if line.contains("<second@") || line.starts_with("MAIL") { "250 ok" } else { "550 no" }
    });
    let asked = server.await;
    let w = World::new(ACME).await;
    w.apply(&format!(
        "accounts:\n  - name: acme\n    verifiers:\n      - {{ name: list, definition: {{ static: {{ users: [{{ address: first@acme.test }}] }} }} }}\n      \
         - {{ name: server, definition: {{ rcpt_to: {{ servers: [{{ address: '{asked}', ssl: false }}] }} }} }}\n      \
         - {{ name: both, definition: {{ composite: {{ verifiers: [{{ verifier: list }}, {{ verifier: server }}] }} }} }}\n    \
         domains: [{{ name: acme.test, settings: {{ discovery: {{ method: verifier, verifier: both }} }} }}]\n"
    ))
    .await;
    let server = w.listen(Inbound);
    for (to, expected) in [("first", "250"), ("second", "250"), ("third", "550 5.1.1 Rejected")] {
        assert!(offer(server, &format!("{to}@acme.test")).await.starts_with(expected), "{to}");
    }
}
