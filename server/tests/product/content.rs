//! What policies look for in mail: content filters and compliance, by the whole product.

use crate::running::{CHAT, Running, message, sink, wait};
use std::net::{SocketAddr, TcpListener};

fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// `category action filter: info` of the message with this subject.
fn verdict(server: &Running, subject: &str) -> Option<String> {
    let rows = server.query(&format!(
        "SELECT r.category || ' ' || r.action || ' ' || r.filter || ': ' || r.info FROM recipient r \
         JOIN message m ON m.id = r.message WHERE m.subject = '{subject}'"
    ));
    rows.into_iter().next()
}

struct Office {
    server: Running,
    outbound: SocketAddr,
    gateway: demo::sink::Sink,
}

impl Office {
    /// `inbound` and `outbound`: lines of settings of the domain and the outbound IP.
    async fn open(filters: &str, inbound: &str, outbound: &str) -> Office {
        let gateway = sink().await;
        let listener = free();
        let mut server = Running::prepared("");
        server.smtp_lines(&format!("outbound = [\"{listener}\"]"));
        server.launch();
        let to = gateway.address();
        server.apply(&format!(
            "accounts:\n  - name: acme\n    content_filters: {filters}\n    domains:\n      - name: acme.test\n        \
             gateways: ['{to}']\n        enemies: ['enemy.test']\n        settings: {inbound}\n        \
             mailboxes: [{{ name: bob }}, {{ name: open, state: unprotected }}]\n    outbound_ips:\n      - range: 127.0.0.1/32\n        \
             settings: {outbound}\n"
        ));
        Office { server, outbound: listener, gateway }
    }

    async fn take(&self, outbound: bool, from: &str, to: &str, body: &[u8]) {
        let at = if outbound { self.outbound } else { self.server.smtp };
        let mut client = demo::client::Client::connect(at, "mail.partner.example").await.unwrap();
        client.send(from, &[to], body).await.unwrap();
        client.quit().await.unwrap();
    }
}

const FILTERS: &str = "[{ name: Secrets, definition: { rules: [{ expressions: ['top secret', 'project-[0-9]{4}'], apply_to_text: true }] } },\
    { name: Pass, definition: { rules: [{ expressions: ['let me through'], apply_to_headers: true, headers: [Subject] }] } },\
    { name: Seal, definition: { rules: [{ expressions: ['[[]seal[]]'], apply_to_headers: true, headers: [Subject], remove_subject_keyword: true }] } }]";

#[tokio::test(flavor = "multi_thread")]
async fn content_filters_hold_mark_accept_route_and_copy_mail_on_both_ways() {
    let office = Office::open(
        FILTERS,
        "{ filtering: { content_filters: { Secrets: markup, Pass: allow }, disable_web_links: true } }",
        "{ outbound_filtering: { content_filters: { \
           Secrets: { action: quarantine, bcc: [boss@acme.test] }, Seal: special_routing } } }",
    );
    let office = office.await;
    let secret = format!("{CHAT}\r\nIt is TOP\r\nsecret: https://docs.partner.test/plan");
    office.take(false, "alice@partner.test", "bob@acme.test", &message("marked", &secret)).await;
    wait("the marked message", || office.gateway.count() == 1).await;
    let arrived = String::from_utf8_lossy(&office.gateway.caught()[0].body).into_owned();
    assert!(arrived.contains("Subject: CONTENT: marked") && arrived.contains("X-MAG-CATEGORY: KEYWORD"), "{arrived}");
    assert!(arrived.contains("hxxps://docs.partner.test/plan") && arrived.contains("X-MAG-LINKS: "), "{arrived}");
    assert!(arrived.contains("X-MAG-FILTER: content"), "{arrived}");
    assert_eq!(
        verdict(&office.server, "marked").unwrap(),
        "KEYWORD markup content: content filter Secrets: \"top secret\" in the text"
    );
    office.take(true, "bob@acme.test", "eve@elsewhere.test", &message("held", "about project-2043")).await;
    wait("the decision", || verdict(&office.server, "held").is_some()).await;
    assert!(verdict(&office.server, "held").unwrap().starts_with("KEYWORD quarantine content"));
    wait("the blind copy", || {
        office.gateway.caught().iter().any(|c| c.to.iter().any(|t| t.contains("boss@acme.test")))
    })
    .await;
    // A filter that is changed counts for the next message.
    office.server.apply(
        "accounts:\n  - name: acme\n    content_filters: [{ name: Secrets, definition: { rules: [{ expressions: [zebra], apply_to_text: true }] } }]\n",
    );
    office.take(true, "bob@acme.test", "eve@elsewhere.test", &message("changed", "a zebra, no project-2043")).await;
    wait("the decision", || verdict(&office.server, "changed").is_some()).await;
    assert!(verdict(&office.server, "changed").unwrap().ends_with("content filter Secrets: \"zebra\" in the text"));
}
