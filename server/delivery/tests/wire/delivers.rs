use crate::common::peer::{Peer, Script};
use crate::common::{Fixture, Letter};
use delivery::{Gateway, OutcomeKind};
use model::settings::{BoundaryEncryption, GatewayOrder};
use model::{Edit, HostPort};

#[tokio::test]
async fn a_message_arrives_as_it_was_edited_and_leaves_the_spool() {
    let (f, peer) = (Fixture::new(), Peer::start(Script::default()).await);
    f.gateway("acme.test", &[peer.at]);
    let letter = Letter {
        edits: vec![
            Edit::insert(0, "X-MAG-CATEGORY: CLEAN\r\n"),
            Edit { start: 32, end: 37, with: b"[ADV] hello".to_vec() },
        ],
        ..Letter::to(&["bob@acme.test"])
    };
    f.post(letter).await;
    f.empty().await;
    let taken = peer.messages().pop().unwrap();
    assert_eq!(
        taken.text(),
        "X-MAG-CATEGORY: CLEAN\r\nFrom: ann@sender.test\r\nSubject: [ADV] hello\r\n\r\nA line.\r\n.A line with a dot.\r\n"
    );
    assert!(taken.mail.starts_with("MAIL FROM:<ann@sender.test> SIZE="), "{}", taken.mail);
    assert_eq!(taken.rcpt, ["RCPT TO:<bob@acme.test>"]);
    let outcome = f.outcomes.last();
    assert_eq!((outcome.result, outcome.reply.as_str()), (OutcomeKind::Delivered, "250 2.0.0 Queued"));
    assert_eq!((outcome.host, outcome.tls), (peer.at.to_string(), None));
}

#[tokio::test]
async fn recipients_of_one_delivery_share_a_transaction() {
    let (f, peer) = (Fixture::new(), Peer::start(Script::default()).await);
    f.gateway("acme.test", &[peer.at]);
    f.post(Letter::to(&["a@acme.test", "b@acme.test", "c@acme.test"])).await;
    f.empty().await;
    assert_eq!((peer.count(), peer.messages()[0].rcpt.len(), f.outcomes.delivered()), (1, 3, 3));
}

#[tokio::test]
async fn the_commands_of_a_transaction_go_out_together() {
    let (f, peer) = (Fixture::new(), Peer::start(Script::default()).await);
    f.gateway("acme.test", &[peer.at]);
    let many: Vec<String> = (0..50).map(|i| format!("r{i}@acme.test")).collect();
    f.post(Letter::to(&many.iter().map(String::as_str).collect::<Vec<_>>())).await;
    f.empty().await;
    // EHLO, the commands, the message (and perhaps a cut in between): not one read for each of 52 commands.
    assert!(peer.reads() <= 8, "{}", peer.reads());
}

#[tokio::test]
async fn the_second_message_goes_over_the_first_one_s_session() {
    let (f, peer) = (Fixture::new(), Peer::start(Script::default()).await);
    f.gateway("acme.test", &[peer.at]);
    for _ in 0..3 {
        f.post(Letter::to(&["bob@acme.test"])).await;
        f.empty().await;
    }
    assert_eq!((peer.count(), peer.sessions()), (3, 1));
    assert!(!peer.commands().contains(&"RSET".to_owned()));
}

#[tokio::test]
async fn a_session_that_nobody_needs_is_ended() {
    let mut options = crate::common::quick_options();
    options.max_idle = std::time::Duration::from_millis(30);
    let (f, peer) = (Fixture::with(options), Peer::start(Script::default()).await);
    f.gateway("acme.test", &[peer.at]);
    f.post(Letter::to(&["bob@acme.test"])).await;
    f.empty().await;
    crate::common::eventually("the session is closed", || peer.open() == 0).await;
    assert_eq!(peer.commands().last().map(String::as_str), Some("QUIT"));
}

#[tokio::test]
async fn mail_follows_a_gateway_that_was_changed() {
    let (f, old, new) = (Fixture::new(), Peer::start(Script::default()).await, Peer::start(Script::default()).await);
    f.gateway("acme.test", &[old.at]);
    f.post(Letter::to(&["bob@acme.test"])).await;
    f.empty().await;
    f.gateway("acme.test", &[new.at]);
    f.post(Letter::to(&["bob@acme.test"])).await;
    f.empty().await;
    assert_eq!((old.count(), new.count()), (1, 1));
}

#[tokio::test]
async fn deliveries_of_one_message_go_their_own_ways() {
    let (f, one, two) = (Fixture::new(), Peer::start(Script::default()).await, Peer::start(Script::default()).await);
    f.gateway("one.test", &[one.at]);
    f.gateway("two.test", &[two.at]);
    let (a, b) = (Letter::to(&["a@one.test"]), Letter::to(&["b@two.test"]));
    let entry = f.accept(&a).await;
    let mut plan = a.plan();
    plan.deliveries.extend(b.plan().deliveries);
    f.queue.submit(&entry, plan).await.unwrap();
    f.empty().await;
    assert_eq!((one.messages()[0].rcpt.len(), two.messages()[0].rcpt.len()), (1, 1));
}

#[tokio::test]
async fn an_empty_plan_finishes_the_message() {
    let f = Fixture::new();
    let entry = f.accept(&Letter::to(&["bob@acme.test"])).await;
    f.queue.submit(&entry, delivery::Plan::default()).await.unwrap();
    assert_eq!(f.spool.stats().messages, 0);
}

#[tokio::test]
async fn random_order_uses_every_gateway() {
    let mut options = crate::common::quick_options();
    options.max_idle = std::time::Duration::ZERO;
    let (f, one, two) =
        (Fixture::with(options), Peer::start(Script::default()).await, Peer::start(Script::default()).await);
    let hosts: Vec<HostPort> = [one.at, two.at].map(crate::common::host).to_vec();
    let gateway = Gateway { hosts, order: GatewayOrder::Random, encryption: BoundaryEncryption::Never.into() };
    f.routes.gateways.lock().insert(crate::common::domain("acme.test"), gateway);
    for _ in 0..40 {
        f.post(Letter::to(&["bob@acme.test"])).await;
        f.empty().await;
    }
    // Each has 20 of 40 on average; that one gets fewer than 4 happens once in ten million runs.
    assert!(one.count() >= 4 && two.count() >= 4, "{} {}", one.count(), two.count());
}
