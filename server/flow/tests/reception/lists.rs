//! Who may connect: lists, countries, TLS that is required.

use crate::world::{ACME, Client, World};
use filter::auth::Zone;
use model::settings::ServiceKind::Inbound;

const COUNTRIES: &str = "192.0.2.0,192.0.2.255,DE\n198.51.100.0,198.51.100.255,FR\n";

#[tokio::test]
async fn blocked_and_foreign_clients_are_told_so_at_once_and_allowed_ones_get_in() {
    let w = World::with(ACME, Zone::default(), COUNTRIES).await;
    let server = w.listen(Inbound);
    let banner = async |ip| Client::from(server, ip).await.reply().await;
    assert!(banner([192, 0, 2, 1]).await.starts_with("220"));
    w.apply("appliance: { smtp_lists: { block: [192.0.2.0/25, FR], allow: [192.0.2.9] } }").await;
    assert!(banner([192, 0, 2, 1]).await.starts_with("554 5.7.1 Your address is on our block list"));
    assert!(banner([198, 51, 100, 1]).await.starts_with("554 5.7.1"));
    assert!(banner([192, 0, 2, 200]).await.starts_with("220"));
    assert!(banner([192, 0, 2, 9]).await.starts_with("220"));
    w.apply("appliance: { smtp_lists: { block: [], countries_enabled: true, countries: [de] } }").await;
    assert!(banner([192, 0, 2, 1]).await.starts_with("220"));
    assert_eq!(banner([198, 51, 100, 1]).await, "554 5.7.1 Mail from FR is not accepted here");
    assert!(banner([203, 0, 113, 1]).await.starts_with("220"));
    w.apply("appliance: { smtp_lists: { unknown_country: false } }").await;
    assert_eq!(banner([203, 0, 113, 1]).await, "554 5.7.1 Mail from an unknown country is not accepted here");
}

#[tokio::test]
async fn the_policy_of_tls_is_that_of_the_next_session() {
    let w = World::new(ACME).await;
    let server = w.listen(Inbound);
    for (policy, offered, mail) in [("never", false, "250"), ("offer", true, "250"), ("always", true, "530")] {
        w.apply(&format!("appliance: {{ smtp_encryption: {{ inbound: {policy} }} }}")).await;
        let mut c = Client::from(server, [192, 0, 2, 1]).await;
        assert!(c.reply().await.starts_with("220"));
        assert_eq!(c.say("EHLO client.example.com").await.contains("STARTTLS"), offered, "{policy}");
        c.script(&[("MAIL FROM:<a@b.test>", mail)]).await;
    }
    let mut c = Client::greeted(server, [192, 0, 2, 1], "client.example.com").await.encrypted().await;
    assert!(c.offer("a@b.test", "bob@acme.test").await.starts_with("250"));
}

#[tokio::test]
async fn senders_that_must_use_tls_are_refused_in_clear_text() {
    let w = World::new(ACME).await;
    w.apply(
        "accounts: [{ name: acme, domains: [{ name: acme.test, settings: { routing: { tls_domains: [bank.test] } } }] }]",
    )
    .await;
    let server = w.listen(Inbound);
    let mut c = Client::greeted(server, [192, 0, 2, 1], "client.example.com").await;
    assert!(c.offer("a@bank.test", "bob@acme.test").await.starts_with("550 5.7.10"));
    assert!(c.offer("a@mail.bank.test", "bob@acme.test").await.starts_with("550 5.7.10"));
    assert!(c.offer("a@notbank.test", "bob@acme.test").await.starts_with("250"));
    let mut c = c.encrypted().await;
    assert!(c.offer("a@bank.test", "bob@acme.test").await.starts_with("250"));
}
