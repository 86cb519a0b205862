use crate::common::peer::{Peer, Script};
use crate::common::{Fixture, Letter};
use model::Notify;

#[tokio::test]
async fn what_the_sender_asked_for_is_asked_of_the_host() {
    let (f, peer) = (Fixture::new(), Peer::start(Script::default()).await);
    f.gateway("acme.test", &[peer.at]);
    let mut letter = Letter {
        eight_bit: true,
        headers_only: true,
        envid: Some("QQ+2B1".into()),
        ..Letter::to(&["a@acme.test", "b@acme.test"])
    };
    letter.to[0].notify = Notify { success: true, failure: true, delay: false, never: false };
    letter.to[0].orcpt = Some("rfc822;old@acme.test".into());
    letter.to[1].notify = Notify { never: true, ..Notify::default() };
    // Not well formed: not passed on.
    letter.to[1].orcpt = Some("rfc822;x y\r\nRSET".into());
    let size = letter.body.len();
    f.post(letter).await;
    f.empty().await;
    let taken = peer.messages().pop().unwrap();
    assert_eq!(taken.mail, format!("MAIL FROM:<ann@sender.test> SIZE={size} BODY=8BITMIME RET=HDRS ENVID=QQ+2B1"));
    assert_eq!(
        taken.rcpt,
        [
            "RCPT TO:<a@acme.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;old@acme.test",
            "RCPT TO:<b@acme.test> NOTIFY=NEVER"
        ]
    );
}

#[tokio::test]
async fn smtputf8_is_passed_on_and_done_without_where_only_the_text_is_beyond_ascii() {
    let (f, with) = (Fixture::new(), Peer::start(Script::default()).await);
    let without = Peer::start(Script { offers: vec!["8BITMIME"], ..Script::default() }).await;
    f.gateway("with.test", &[with.at]);
    f.gateway("without.test", &[without.at]);
    let header = "Subject: grüße\r\n\r\nx\r\n".as_bytes().to_vec();
    let text = "Subject: x\r\n\r\ngrüße\r\n".as_bytes().to_vec();
    for to in ["bob@with.test", "bob@without.test"] {
        for body in [&header, &text] {
            f.post(Letter { from: None, smtputf8: true, body: body.clone(), ..Letter::to(&[to]) }).await;
            f.empty().await;
        }
    }
    assert!(with.messages().iter().all(|m| m.mail.ends_with(" SMTPUTF8")));
    assert_eq!((with.count(), without.count(), f.outcomes.bounced()), (2, 1, 1));
    assert!(without.messages()[0].text().contains("grüße"));
}

#[tokio::test]
async fn a_rewritten_recipient_is_sent_under_its_new_name() {
    let (f, peer) = (Fixture::new(), Peer::start(Script::default()).await);
    f.gateway("acme.test", &[peer.at]);
    let letter = Letter::to(&["alias@acme.test"]);
    let entry = f.accept(&letter).await;
    let mut plan = letter.plan();
    plan.deliveries[0].recipients[0].rcpt_to = crate::common::address("bob@acme.test");
    f.queue.submit(&entry, plan).await.unwrap();
    f.empty().await;
    assert_eq!(peer.messages()[0].rcpt, ["RCPT TO:<bob@acme.test>"]);
    assert_eq!(f.outcomes.last().recipient.as_str(), "alias@acme.test");
}
