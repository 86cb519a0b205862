use crate::world::{World, system};
use model::settings::DigestFrequency;
use model::time::{DAY, HOUR, MINUTE};
use model::*;

#[tokio::test]
async fn a_digest_is_due_once_a_period_for_those_who_have_mail() {
    let w = World::new().await;
    let s = &w.service;
    w.hold(1, "bob@acme.test", false).await;
    w.hold(2, "ann@acme.test", true).await;
    assert!(s.due_digests(&system(), w.now()).await.unwrap().is_empty(), "today's cutoff was before the mail came");
    // The cutoff is at 01:00 UTC; 02:59 is past every mailbox's own minute.
    let night = Timestamp(w.now().0 / DAY * DAY + DAY + 3 * HOUR);
    w.pass(night.since(w.now()));
    let due = s.due_digests(&system(), w.now()).await.unwrap();
    assert_eq!(due.iter().map(|d| d.mailbox).collect::<Vec<_>>(), [w.mailbox("bob@acme.test").await.id]);
    let content = s.digest_content(&system(), &due[0]).await.unwrap();
    assert_eq!((content.rows.len(), content.held, content.address.as_str()), (1, 1, "bob@acme.test"));
    assert_eq!(
        s.peek_link(&content.link_token).await.unwrap().map(|a| a.to_string()).as_deref(),
        Some("bob@acme.test")
    );
    // Sent twice by a job that died before it noted the first: the outbox has it once.
    s.deliver_digest(&system(), &content, b"Subject: Digest\r\n\r\n".to_vec()).await.unwrap();
    s.deliver_digest(&system(), &content, b"Subject: Digest\r\n\r\n".to_vec()).await.unwrap();
    assert_eq!(w.sent().len(), 1);
    assert_eq!((&w.sent()[0].envelope.return_path, w.sent()[0].release), (&None, false));
    assert!(s.due_digests(&system(), w.now()).await.unwrap().is_empty());
    assert_eq!(s.owner_home(&w.owner("bob@acme.test").await).await.unwrap().last_digest, Some(w.now()));
    w.pass(DAY);
    assert!(s.due_digests(&system(), w.now()).await.unwrap().is_empty(), "nothing new, no digest");
    w.pass(-MINUTE);
    w.hold(3, "bob@acme.test", false).await;
    w.pass(DAY);
    assert_eq!(s.due_digests(&system(), w.now()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn owners_turn_their_digest_off_and_domains_may_ask_for_empty_ones() {
    let w = World::new().await;
    w.hold(1, "bob@acme.test", false).await;
    let bob = w.owner("bob@acme.test").await;
    w.service.set_digest(&bob, DigestFrequency::Never).await.unwrap();
    assert_eq!(w.service.owner_home(&bob).await.unwrap().digest, DigestFrequency::Never);
    w.pass(DAY);
    assert!(w.service.due_digests(&system(), w.now()).await.unwrap().is_empty());
    let yaml =
        "accounts: [{ name: other, domains: [{ name: other.test, settings: { digest: { send_empty: true } } }] }]";
    w.service.apply(&system(), yaml, false).await.unwrap();
    let due = w.service.due_digests(&system(), w.now()).await.unwrap();
    assert_eq!(due.iter().map(|d| d.mailbox).collect::<Vec<_>>(), [w.mailbox("joe@other.test").await.id]);
}

/// Both nodes look at the same moment, find the same digest due, and compose it.
async fn two_nodes_that_race_on_one_digest_send_it_once(w: World) {
    let (other, others_outbox) = w.another_node();
    w.hold(1, "bob@acme.test", false).await;
    w.pass(DAY + 3 * HOUR);
    let now = w.now();
    let due = (w.service.due_digests(&system(), now).await.unwrap(), other.due_digests(&system(), now).await.unwrap());
    assert_eq!((due.0.len(), &due.0), (1, &due.1));
    let content = w.service.digest_content(&system(), &due.0[0]).await.unwrap();
    let (system, body) = (system(), b"Subject: Digest\r\n\r\n".to_vec());
    let (a, b) = tokio::join!(
        w.service.deliver_digest(&system, &content, body.clone()),
        other.deliver_digest(&system, &content, body.clone()),
    );
    assert_eq!([a.unwrap(), b.unwrap()].iter().filter(|sent| **sent).count(), 1);
    assert_eq!(w.sent().len() + others_outbox.mail.lock().unwrap().len(), 1);
    assert_eq!(other.send_due_digests(&system, now).await.unwrap(), 0);
}

#[tokio::test]
async fn two_nodes_that_race_on_one_digest_send_it_once_on_sqlite() {
    two_nodes_that_race_on_one_digest_send_it_once(World::new().await).await;
}

#[tokio::test]
async fn two_nodes_that_race_on_one_digest_send_it_once_on_postgres() {
    let Some(w) = World::on_postgres().await else { return };
    two_nodes_that_race_on_one_digest_send_it_once(w).await;
}

#[tokio::test]
async fn a_digest_that_could_not_be_handed_over_is_sent_by_whichever_node_tries_next() {
    let w = World::new().await;
    let (other, others_outbox) = w.another_node();
    w.hold(1, "bob@acme.test", false).await;
    w.pass(DAY + 3 * HOUR);
    w.outbox.broken.store(true, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(w.service.send_due_digests(&system(), w.now()).await.unwrap(), 0);
    assert_eq!(other.send_due_digests(&system(), w.now()).await.unwrap(), 1);
    assert_eq!(others_outbox.mail.lock().unwrap().len(), 1);
}
