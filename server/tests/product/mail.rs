//! What arrives, what is held, and what the headers say.

use crate::running::{CHAT, Running, message, sink, wait};
use demo::samples;
use model::Timestamp;

fn text(body: &[u8]) -> String {
    String::from_utf8_lossy(body).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn samples_that_should_pass_arrive_with_their_headers_and_the_others_are_held() {
    let sink = sink().await;
    let server = Running::start("");
    server.acme(&[sink.address()]);
    let samples = samples::all("bob@acme.test", Timestamp::now());
    for sample in &samples {
        let mut client = demo::client::Client::connect(server.smtp, "mail.example").await.unwrap();
        client.send(&sample.from, &[&sample.to], &sample.body).await.unwrap();
        client.quit().await.unwrap();
    }
    let decided = format!("{}", samples.len());
    wait("the filter", || server.query("SELECT count(*) FROM recipient") == [decided.clone()]).await;
    let passing = samples.iter().filter(|s| s.passes).count() as u64;
    wait("delivery", || sink.count() >= passing).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;

    let subject = |body: &[u8]| {
        let parsed = mail_parser::MessageParser::default().parse(body).unwrap();
        parsed.subject().unwrap_or("").trim_start_matches("ADV:").trim().to_owned()
    };
    let arrived: Vec<String> = sink.caught().iter().map(|c| subject(&c.body)).collect();
    for sample in &samples {
        let name = sample.name;
        assert_eq!(arrived.contains(&subject(&sample.body)), sample.passes, "{name}: arrived {arrived:?}");
    }
    for caught in sink.caught() {
        let head = text(&caught.body).split("\r\n\r\n").next().unwrap().to_lowercase();
        assert!(head.contains("\nx-mag-category:") || head.starts_with("x-mag-category:"), "{head}");
        assert!(head.contains("received: from"), "{head}");
    }
    let held = server.query("SELECT count(*) FROM quarantine");
    assert_eq!(held, [format!("{}", samples.len() as u64 - passing)], "what does not arrive is held");
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_for_others_and_for_unknown_mailboxes_is_refused() {
    let server = Running::start("");
    server.acme(&["127.0.0.1:9".parse().unwrap()]);
    let refused = |to: &'static str| {
        let server = &server;
        async move { server.send(to, &message("relay", CHAT)).await.unwrap_err().to_string() }
    };
    assert_eq!(refused("x@elsewhere.test").await, "550 5.7.1 Relay");
    assert_eq!(refused("nobody@acme.test").await, "550 5.1.1 Rejected");
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_verdict_headers_are_taken_out() {
    let sink = sink().await;
    let server = Running::start("");
    server.acme(&[sink.address()]);
    let mut forged = b"X-MAG-CATEGORY: FORGED\r\nX-Mag-Info: trust me\r\n".to_vec();
    forged.extend_from_slice(&message("forged", CHAT));
    server.send("bob@acme.test", &forged).await.unwrap();
    wait("the message", || sink.count() == 1).await;
    let body = text(&sink.caught()[0].body);
    assert!(!body.contains("FORGED") && !body.contains("trust me"), "{body}");
    assert_eq!(body.matches("X-MAG-CATEGORY:").count(), 1, "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_message_to_an_alias_a_tag_and_another_mailbox_reaches_each() {
    let sink = sink().await;
    let server = Running::start("");
    server.acme(&[sink.address()]);
    let mut client = demo::client::Client::connect(server.smtp, "client.partner.test").await.unwrap();
    let to = ["robert@acme.test", "carol+news@acme.test"];
    client.send("alice@partner.test", &to, &message("both", CHAT)).await.unwrap();
    wait("the message", || sink.caught().iter().map(|c| c.to.len()).sum::<usize>() == 2).await;
    assert_eq!(sink.count(), 1, "the same verdict shares one transaction");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_the_configuration_counts_within_a_second() {
    let sink = sink().await;
    let server = Running::start("");
    server.acme(&[sink.address()]);
    assert!(server.send("dora@acme.test", &message("before", CHAT)).await.is_err());
    server.apply(
        "accounts:\n  - name: acme\n    domains:\n      - name: acme.test\n        enemies: [\"partner.test // no more\"]\n        mailboxes: [{ name: dora }]\n",
    );
    server.send("dora@acme.test", &message("after", CHAT)).await.unwrap();
    wait("the verdict", || server.query("SELECT category FROM quarantine") == ["SENDER"]).await;
    assert_eq!(sink.count(), 0);
}
