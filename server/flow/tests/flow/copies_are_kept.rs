//! Copies of what is delivered are kept, shown to who may see them, sent again, and dropped in time.

use crate::house::{House, eventually, exchangers, host, system};
use crate::peer::{Peer, Script};
use model::time::DAY;
use model::{Direction, Disposition, ErrorCode, MessageId, Timestamp};
use service::{After, LogQuery, LogRow, Retention};

const MESSAGE: &str = "From: <x@partner.test>\r\nSubject: kept\r\n\r\nA secret line.\r\n";

async fn house(gateway: &Peer) -> House {
    let document = format!(
        "
accounts:
  - name: acme
    domains:
      - name: acme.test
        gateways: ['{gateway}']
        settings: {{ routing: {{ keep_copies: true, keep_copies_days: 7 }} }}
        mailboxes: [{{ name: bob }}, {{ name: ann, settings: {{ routing: {{ keep_copies: false }} }} }}]
  - name: other
    domains: [{{ name: other.test, gateways: ['{gateway}'], mailboxes: [{{ name: joe }}] }}]
",
        gateway = host(gateway)
    );
    House::open(&document, exchangers(&["partner.test"]), gateway.at.port()).await
}

async fn rows(house: &House, id: MessageId) -> Vec<LogRow> {
    let query = LogQuery { message: Some(id), ..LogQuery::default() };
    let all = After { cursor: None, limit: 50 };
    house.service.messages_after(&system(), &query, &all).await.unwrap().rows
}

async fn settled(house: &House, id: MessageId, as_what: Disposition) -> Vec<LogRow> {
    for _ in 0..1_000 {
        let rows = rows(house, id).await;
        if !rows.is_empty() && rows.iter().all(|r| r.disposition == as_what) {
            return rows;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("not {as_what:?}: {:?}", rows(house, id).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_shown_to_administrators_without_its_content_and_goes_again_once_a_minute() {
    let gateway = Peer::start(Script::default()).await;
    let house = house(&gateway).await;
    let to = ["bob@acme.test", "ann@acme.test", "joe@other.test"];
    let id = house.take(Direction::Inbound, "x@partner.test", &to, MESSAGE.as_bytes()).await;
    let rows = settled(&house, id, Disposition::Delivered).await;
    let kept: Vec<_> = rows.iter().filter_map(|r| Some((r.recipient.as_str(), r.kept?))).collect();
    assert_eq!(kept.len(), 1, "of the others none is kept: {kept:?}");
    let (recipient, copy) = kept[0];
    assert_eq!(recipient, "bob@acme.test");

    let s = &house.service;
    let seen = s.kept_message(&system(), copy).await.unwrap();
    assert!(seen.headers.iter().any(|(name, value)| name == "Subject" && value == "kept"), "{:?}", seen.headers);
    assert!(seen.may_release && seen.preview_text.is_empty() && seen.preview_html.is_empty());
    assert_eq!(s.kept_raw(&system(), copy).await.unwrap_err().code(), ErrorCode::Forbidden);

    let bob = house.owner("bob@acme.test").await;
    assert!(s.kept_message(&bob, copy).await.unwrap().preview_text.contains("A secret line."));
    assert!(s.kept_raw(&bob, copy).await.unwrap().ends_with(b"A secret line.\r\n"));
    for stranger in ["ann@acme.test", "joe@other.test"] {
        let stranger = house.owner(stranger).await;
        assert_eq!(s.kept_message(&stranger, copy).await.unwrap_err().code(), ErrorCode::NotFound);
        assert_eq!(s.release_kept(&stranger, copy).await.unwrap_err().code(), ErrorCode::NotFound);
    }

    let before = gateway.count();
    assert_eq!(s.release_kept(&system(), copy).await.unwrap(), "bob@acme.test");
    assert_eq!(s.release_kept(&bob, copy).await.unwrap_err().code(), ErrorCode::Conflict);
    eventually("it comes again", || gateway.count() == before + 1).await;
    let again = gateway.messages().pop().unwrap();
    assert_eq!(again.rcpt, ["RCPT TO:<bob@acme.test>"]);
    assert!(again.text().ends_with("A secret line.\r\n") && again.text().contains("X-MAG-"), "{}", again.text());
    let history = s.logged_message(&system(), id).await.unwrap().history;
    assert!(history.iter().any(|row| row.act == "message.send_again"), "{history:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_go_when_their_days_are_over_and_what_bounces_leaves_none() {
    let gateway = Peer::start(Script::answer("RCPT TO:<bob@acme.test>", "550 5.1.1 No such user")).await;
    let refused = house(&gateway).await;
    let id = refused.take(Direction::Inbound, "x@partner.test", &["bob@acme.test"], MESSAGE.as_bytes()).await;
    let row = settled(&refused, id, Disposition::Bounced).await.remove(0);
    assert_eq!(row.kept, None);
    let purged = refused.service.store().purge(Timestamp::now(), &Retention::default()).await.unwrap();
    assert_eq!(purged.blobs.len(), 1, "the body of what bounced goes with the next purge");

    let gateway = Peer::start(Script::default()).await;
    let house = house(&gateway).await;
    let id = house.take(Direction::Inbound, "x@partner.test", &["bob@acme.test"], MESSAGE.as_bytes()).await;
    let copy = settled(&house, id, Disposition::Delivered).await.remove(0).kept.unwrap();
    let store = house.service.store();
    assert!(store.purge(Timestamp::now().plus(6 * DAY), &Retention::default()).await.unwrap().blobs.is_empty());
    assert!(house.service.kept_message(&system(), copy).await.is_ok());
    assert_eq!(store.purge(Timestamp::now().plus(8 * DAY), &Retention::default()).await.unwrap().blobs.len(), 1);
    assert_eq!(house.service.kept_message(&system(), copy).await.unwrap_err().code(), ErrorCode::NotFound);
}
