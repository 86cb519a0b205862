//! Senders, and others who are named, are told of outbound mail that a filter holds.

use crate::house::{House, eventually, exchangers, host, system};
use crate::peer::{Peer, Script, Taken};
use model::view::{QuarantineQuery, ReleaseTo};
use model::{Direction, Disposition, ErrorCode, MessageId};
use std::time::Duration;

/// The test string of filters against unsolicited bulk mail.
fn spam() -> String {
    let test = ["XJS*C4JDBQADN1.NSBN3*2IDNEN*", "GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"].concat();
    format!("From: <bob@acme.test>\r\nSubject: held\r\n\r\nsecret {test}\r\n")
}

async fn house(inside: &Peer, outside: &Peer, notification: &str, personal: &str) -> House {
    let document = format!(
        "
accounts:
  - name: acme
    domains:
      - name: acme.test
        gateways: ['{inside}']
        settings: {{ personal: {{ {personal} }} }}
        mailboxes: [{{ name: bob, aliases: [robert] }}]
    outbound_ips:
      - range: 127.0.0.9/32
        settings:
          outbound_filtering: {{ spam: quarantine }}
          outbound_notification: {{ {notification} }}
",
        inside = host(inside),
    );
    House::open(&document, exchangers(&["partner.test", "unknown.test"]), outside.at.port()).await
}

async fn held(house: &House, id: MessageId) {
    for _ in 0..1_000 {
        let query = service::LogQuery { message: Some(id), ..Default::default() };
        let all = service::After { cursor: None, limit: 10 };
        let rows = house.service.messages_after(&system(), &query, &all).await.unwrap().rows;
        if rows.iter().any(|r| r.disposition == Disposition::Quarantined) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it is not held");
}

fn to(peer: &Peer, address: &str) -> Vec<Taken> {
    peer.messages().into_iter().filter(|m| m.rcpt[0].contains(address)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sender_and_others_are_told_as_often_as_allowed_and_the_sender_can_release() {
    let (inside, outside) = (Peer::start(Script::default()).await, Peer::start(Script::default()).await);
    let notification = "other_filters: true, other_filters_to: [post@acme.test], per_hour: 2";
    let house = house(&inside, &outside, notification, "release_outbound: true").await;
    let first = house.send("bob@acme.test", &["x@partner.test"], &spam()).await;
    eventually("both are told", || to(&inside, "bob@").len() == 1 && to(&inside, "post@").len() == 1).await;
    let notice = to(&inside, "bob@")[0].text();
    for part in [
        "multipart/report; report-type=delivery-status",
        "Subject: Held mail: your message has not been delivered",
        "Final-Recipient: rfc822; x@partner.test",
        "Action: delayed\r\nStatus: 4.7.1",
        "text/rfc822-headers",
        "Subject: held",
    ] {
        assert!(notice.contains(part), "{part}: {notice}");
    }
    assert!(!notice.contains("secret") && !notice.contains("Will-Retry-Until"), "{notice}");
    assert!(!to(&inside, "post@")[0].text().contains("/link/"), "the link is the sender's alone");

    // The link logs the sender in, who sees the message and lets it go.
    let link = notice.split("https://filter.test/link/").nth(1).expect("a link").split("\r\n").next().unwrap();
    let (token, message) = link.split_once("?message=").unwrap();
    let session = house.service.login_by_link(token, "192.0.2.1").await.unwrap();
    let row: i64 = message.parse().unwrap();
    let view = house.service.message(&session.actor, row).await.unwrap();
    assert_eq!((view.row.message, view.may_release), (first, true));
    let query = QuarantineQuery { direction: Some(Direction::Inbound), ..Default::default() };
    assert_eq!(house.service.quarantine(&session.actor, &query).await.unwrap().total, 0);
    let query = QuarantineQuery { direction: Some(Direction::Outbound), ..Default::default() };
    assert_eq!(house.service.quarantine(&session.actor, &query).await.unwrap().total, 1);
    assert_eq!(house.service.release(&session.actor, &[row], ReleaseTo::Recipient).await.unwrap().done, 1);
    eventually("it is on its way", || outside.count() == 1).await;
    assert_eq!(outside.messages()[0].rcpt, ["RCPT TO:<x@partner.test>"]);

    for _ in 0..2 {
        let id = house.send("bob@acme.test", &["x@partner.test"], &spam()).await;
        held(&house, id).await;
    }
    eventually("each is told once more", || inside.count() == 4).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!((to(&inside, "bob@").len(), to(&inside, "post@").len()), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_are_told_only_where_that_is_wanted_and_no_link_is_sent_where_nothing_may_be_released() {
    for wanted in [false, true] {
        let (inside, outside) = (Peer::start(Script::default()).await, Peer::start(Script::default()).await);
        let notification = format!("other_filters: true, unknown_senders: {wanted}");
        let house = house(&inside, &outside, &notification, "").await;
        let id = house.send("ann@unknown.test", &["x@partner.test"], &spam()).await;
        held(&house, id).await;
        house.send("robert@acme.test", &["x@partner.test"], &spam()).await;
        eventually("the alias is told", || inside.count() == 1).await;
        assert!(!inside.messages()[0].text().contains("/link/"));
        if wanted {
            eventually("the stranger too", || to(&outside, "ann@unknown.test").len() == 1).await;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(outside.count(), usize::from(wanted));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_where_nothing_is_set_and_owners_see_no_outbound_mail_where_they_may_not() {
    let (inside, outside) = (Peer::start(Script::default()).await, Peer::start(Script::default()).await);
    let house = house(&inside, &outside, "compliance: true", "outbound_quarantine: false").await;
    let id = house.send("bob@acme.test", &["x@partner.test"], &spam()).await;
    held(&house, id).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!((inside.count(), outside.count()), (0, 0), "spam is not held by a compliance filter");
    let all = house.service.quarantine(&system(), &QuarantineQuery::default()).await.unwrap();
    let bob = house.owner("bob@acme.test").await;
    let refused = house.service.message(&bob, all.rows[0].id).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::NotFound);
    let query = QuarantineQuery { direction: Some(Direction::Outbound), ..Default::default() };
    assert_eq!(house.service.quarantine(&bob, &query).await.unwrap().total, 0);
}
