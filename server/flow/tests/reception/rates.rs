//! How much may be sent.

use crate::world::{ACME, Client, World};
use model::settings::ServiceKind::Outbound;
use std::sync::Arc;

const OFFICE: [u8; 4] = [198, 51, 100, 7];

fn rates(rates: &str) -> String {
    format!(
        "accounts: [{{ name: acme, outbound_ips: [{{ range: 198.51.100.0/24, nickname: office, \
         settings: {{ outbound_rates: {rates} }} }}] }}]"
    )
}

async fn world(limits: &str) -> World {
    let w = World::new(ACME).await;
    w.apply(&rates(limits)).await;
    w
}

#[tokio::test]
async fn known_and_unknown_senders_have_limits_of_their_own_with_their_own_words() {
    let w =
        world("{ known: 3, known_reply: '550', known_text: 'Enough for now', unknown: 2, unknown_text: Slowly }").await;
    let mut c = Client::greeted(w.listen(Outbound), OFFICE, "client.example.com").await;
    for n in 0..5 {
        let expected = if n < 3 { "250" } else { "550 5.7.1 Enough for now" };
        assert!(c.offer("bob@acme.test", "x@elsewhere.test").await.starts_with(expected), "{n}");
    }
    // Another known sender has the whole limit; aliases and strangers share one.
    assert!(c.offer("ann@acme.test", "x@elsewhere.test").await.starts_with("250"));
    assert!(c.offer("robert@acme.test", "x@elsewhere.test").await.starts_with("250"));
    assert!(c.offer("app@acme.test", "x@elsewhere.test").await.starts_with("250"));
    assert_eq!(c.offer("other@acme.test", "x@elsewhere.test").await, "451 4.7.1 Slowly");
}

#[tokio::test]
async fn recipients_are_counted_one_by_one_and_a_message_once() {
    let w = world("{ known: 2, recipients: 5 }").await;
    let mut c = Client::greeted(w.listen(Outbound), OFFICE, "client.example.com").await;
    c.script(&[("MAIL FROM:<bob@acme.test>", "250")]).await;
    for n in 0..7 {
        let expected = if n < 5 { "250" } else { "451 4.7.1 Too many recipients, try again later" };
        c.script(&[(&format!("RCPT TO:<x{n}@elsewhere.test>"), expected)]).await;
    }
    // The refused recipients have not used up another message.
    w.apply(&rates("{ recipients: 100 }")).await;
    assert!(c.offer("bob@acme.test", "x@elsewhere.test").await.starts_with("250"));
    assert!(c.offer("bob@acme.test", "x@elsewhere.test").await.starts_with("451 4.7.1 Too many messages"));
}

#[tokio::test]
async fn a_mailbox_may_have_a_limit_of_its_own() {
    let w = world("{ known: 1 }").await;
    w.apply(
        "accounts: [{ name: acme, domains: [{ name: acme.test, mailboxes: \
         [{ name: bob, settings: { outbound_rates: { known: 3 } } }, { name: ann, settings: { outbound_rates: { known: unlimited } } }] }] }]",
    )
    .await;
    let mut c = Client::greeted(w.listen(Outbound), OFFICE, "client.example.com").await;
    for n in 0..4 {
        let expected = if n < 3 { "250" } else { "451" };
        assert!(c.offer("bob@acme.test", "x@elsewhere.test").await.starts_with(expected), "{n}");
        assert!(c.offer("ann@acme.test", "x@elsewhere.test").await.starts_with("250"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_exactly_as_many_pass_as_the_limit_says() {
    let w = Arc::new(world("{ known: 20 }").await);
    let server = w.listen(Outbound);
    let tasks: Vec<_> = (0..30)
        .map(|_| {
            tokio::spawn(async move {
                let mut c = Client::greeted(server, OFFICE, "client.example.com").await;
                let mut passed = 0;
                for _ in 0..3 {
                    passed += usize::from(c.offer("bob@acme.test", "x@elsewhere.test").await.starts_with("250"));
                }
                passed
            })
        })
        .collect();
    let mut passed = 0;
    for task in tasks {
        passed += task.await.unwrap();
    }
    assert_eq!(passed, 20);
}
