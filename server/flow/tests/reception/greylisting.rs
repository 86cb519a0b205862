//! Each of the fourteen tests alone, and what comes back after the delay.

use crate::world::{ACME, Client, World};
use filter::auth::Zone;
use filter::auth::dns::Record;
use model::settings::GreylistTest;
use model::settings::ServiceKind::{Both, Inbound};
use std::time::Duration;

const IP: [u8; 4] = [192, 0, 2, 1];

/// good.example.com is what it should be; norev.example.com has no reverse entry, other.example.com another's.
fn zone() -> Zone {
    let mut zone = Zone::default();
    let a = |ip: &str| Record::A(ip.parse().unwrap());
    zone.add("good.example.com", a("192.0.2.1"));
    zone.add("1.2.0.192.in-addr.arpa", Record::Ptr("good.example.com".into()));
    zone.add("norev.example.com", a("192.0.2.7"));
    zone.add("other.example.com", a("192.0.2.1"));
    zone.add("sender.example.org", Record::Mx(10, "mx.example.org".into()));
    zone.add("slow.example.org", Record::Timeout);
    zone
}

fn greylisting(rest: &str) -> String {
    format!("appliance: {{ greylisting: {{ enabled: true, delay_seconds: 1, {rest} }} }}")
}

#[tokio::test]
async fn each_test_of_the_envelope_alone_refuses_and_only_what_fails_it() {
    use GreylistTest::*;
    let w = World::with(ACME, zone(), "").await;
    let server = w.listen(Inbound);
    let (good_helo, good_from) = ("good.example.com", "a@sender.example.org");
    for (test, helo, from) in [
        (HeloFdns, "other.example.com", good_from),
        (HeloRdns, "norev.example.com", good_from),
        (HeloName, "localhost", good_from),
        (HeloTld, "mail.nosuchtld", good_from),
        (HeloIp, "norev.example.com", good_from),
        (MailFdns, good_helo, "a@nowhere.example.org"),
        (MailTld, good_helo, "a@sender.nosuchtld"),
        (MailName, good_helo, "a@sender"),
    ] {
        w.apply(&greylisting(&format!("level: custom, tests: [{test}]"))).await;
        let mut c = Client::greeted(server, IP, good_helo).await;
        assert!(c.offer(good_from, "bob@acme.test").await.starts_with("250"), "{test} for those in order");
        let mut c = Client::greeted(server, IP, helo).await;
        let reply = c.offer(from, "bob@acme.test").await;
        assert!(reply.starts_with(&format!("451 4.7.1 Greylisted ({test}), try again in")), "{test}: {reply}");
    }
    // What the DNS does not say, fails nobody.
    w.apply(&greylisting("level: custom, tests: [mail.fdns]")).await;
    let mut c = Client::greeted(server, IP, good_helo).await;
    assert!(c.offer("a@slow.example.org", "bob@acme.test").await.starts_with("250"));
    assert!(c.offer("", "bob@acme.test").await.starts_with("250"));
}

#[tokio::test]
async fn each_test_of_the_header_alone_refuses_in_its_direction_only() {
    use GreylistTest::*;
    let w = World::with(ACME, zone(), "").await;
    w.apply("accounts: [{ name: acme, outbound_ips: [{ range: 198.51.100.1, nickname: office }] }]").await;
    let server = w.listen(Both);
    let texts = ["\r\nno header", "Sub ject: x\r\n\r\ntext", "Subject: x\r\ntext at once"];
    for (tests, ip, other) in [
        ([InEmpty, InIllegal, InUnterminated], IP, [198, 51, 100, 1]),
        ([OutEmpty, OutIllegal, OutUnterminated], [198, 51, 100, 1], IP),
    ] {
        for (n, test) in tests.into_iter().enumerate() {
            w.apply(&greylisting(&format!("level: custom, tests: [{test}]"))).await;
            for (m, text) in texts.iter().enumerate() {
                let mut c = Client::greeted(server, ip, "good.example.com").await;
                // Another sender each time: who passes once skips the tests.
                let from = format!("s{n}{m}@sender.example.org");
                assert!(c.offer(&from, "bob@acme.test").await.starts_with("250"));
                let reply = c.data(text).await;
                assert_eq!(reply.starts_with(&format!("451 4.7.1 Greylisted ({test})")), n == m, "{test}: {reply}");
                let mut c = Client::greeted(server, other, "good.example.com").await;
                assert!(c.offer(&from, "bob@acme.test").await.starts_with("250"));
                assert!(c.data(text).await.starts_with("250"), "{test} in the other direction");
            }
        }
    }
}

#[tokio::test]
async fn who_comes_back_after_the_delay_passes_and_is_known_from_then_on() {
    let w = World::with(ACME, zone(), "").await;
    w.apply(&greylisting("level: low")).await;
    let server = w.listen(Inbound);
    let mut c = Client::greeted(server, IP, "localhost").await;
    let (from, to) = ("a@sender.example.org", "bob@acme.test");
    assert!(c.offer(from, to).await.starts_with("451"));
    assert!(c.offer(from, to).await.starts_with("451"), "too soon");
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert!(c.offer(from, to).await.starts_with("250"));
    assert!(c.offer(from, to).await.starts_with("250"));
    // From another host of the same network too; not for another recipient, nor from elsewhere.
    let mut near = Client::greeted(server, [192, 0, 2, 99], "localhost").await;
    assert!(near.offer(from, to).await.starts_with("250"));
    assert!(c.offer(from, "ann@acme.test").await.starts_with("451"));
    let mut far = Client::greeted(server, [203, 0, 113, 1], "localhost").await;
    assert!(far.offer(from, to).await.starts_with("451"));
}

#[tokio::test]
async fn levels_add_tests_and_allowed_clients_skip_them() {
    let w = World::with(ACME, zone(), "").await;
    let server = w.listen(Inbound);
    // Its name is another's, which the highest level alone asks.
    for (level, expected) in [("low", "250"), ("medium", "250"), ("high", "451")] {
        w.apply(&greylisting(&format!("level: {level}"))).await;
        let mut c = Client::greeted(server, IP, "other.example.com").await;
        assert!(c.offer("a@sender.example.org", "bob@acme.test").await.starts_with(expected), "{level}");
    }
    for (level, expected) in [("low", "250"), ("medium", "451")] {
        w.apply(&greylisting(&format!("level: {level}"))).await;
        let mut c = Client::greeted(server, IP, "good.example.com").await;
        assert!(c.offer("a@nowhere.example.org", "bob@acme.test").await.starts_with(expected), "{level}");
    }
    w.apply("appliance: { smtp_lists: { allow: [192.0.2.0/24] } }").await;
    let mut c = Client::greeted(server, IP, "localhost").await;
    assert!(c.offer("a@nowhere.example.org", "bob@acme.test").await.starts_with("250"));
}
