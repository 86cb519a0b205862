use crate::common::peer::{Peer, Say, Script};
use crate::common::{Fixture, Letter};
use delivery::OutcomeKind;
use std::sync::atomic::{AtomicBool, Ordering};

#[tokio::test]
async fn each_recipient_has_its_own_result_and_only_the_deferred_one_is_sent_again() {
    let first = AtomicBool::new(true);
    let peer = Peer::start(Script::rule(move |line| match line {
        "RCPT TO:<gone@acme.test>" => Some(Say::Reply("550 5.1.1 No such user".into())),
        "RCPT TO:<busy@acme.test>" if first.swap(false, Ordering::SeqCst) => Some(Say::Reply("450 4.2.1 Busy".into())),
        _ => None,
    }))
    .await;
    let f = Fixture::new();
    f.gateway("acme.test", &[peer.at]);
    let letter = Letter { from: None, ..Letter::to(&["good@acme.test", "gone@acme.test", "busy@acme.test"]) };
    f.post(letter).await;
    f.empty().await;
    let rcpt: Vec<_> = peer.messages().into_iter().map(|m| m.rcpt).collect();
    assert_eq!(rcpt, [["RCPT TO:<good@acme.test>"], ["RCPT TO:<busy@acme.test>"]]);
    let said = |who: &str| {
        let of = |o: &delivery::Outcome| (o.recipient.local() == who).then(|| (o.result, o.reply.clone()));
        f.outcomes.outcomes.lock().iter().filter_map(of).collect::<Vec<_>>()
    };
    assert_eq!(said("good"), [(OutcomeKind::Delivered, "250 2.0.0 Queued".into())]);
    assert_eq!(said("gone"), [(OutcomeKind::Bounced, "550 5.1.1 No such user".into())]);
    assert!(
        matches!(said("busy")[..], [(OutcomeKind::Deferred { .. }, _), (OutcomeKind::Delivered, _)]),
        "{:?}",
        said("busy")
    );
}

#[tokio::test]
async fn a_host_that_asks_for_data_without_recipients_gets_none() {
    let peer = Peer::start(Script::rule(|line| match line {
        "RCPT TO:<gone@acme.test>" => Some(Say::Reply("550 5.1.1 No".into())),
        "DATA" => Some(Say::Reply("354 Go on anyway".into())),
        _ => None,
    }))
    .await;
    let f = Fixture::new();
    f.gateway("acme.test", &[peer.at]);
    f.post(Letter { from: None, ..Letter::to(&["gone@acme.test"]) }).await;
    f.empty().await;
    assert_eq!(f.outcomes.bounced(), 1);
    assert!(peer.messages().iter().all(|m| m.wire.is_empty()), "the message went to nobody");
}

#[tokio::test]
async fn a_refused_transaction_does_not_spoil_the_next_one() {
    let peer = Peer::start(Script::answer("RCPT TO:<gone@acme.test>", "550 5.1.1 No")).await;
    let f = Fixture::new();
    f.gateway("acme.test", &[peer.at]);
    f.post(Letter { from: None, ..Letter::to(&["gone@acme.test"]) }).await;
    f.empty().await;
    f.post(Letter::to(&["bob@acme.test"])).await;
    f.empty().await;
    assert_eq!((peer.sessions(), peer.count(), f.outcomes.delivered()), (1, 1, 1));
    assert!(peer.commands().contains(&"RSET".to_owned()), "{:?}", peer.commands());
}
