use crate::world::{BODY, World, code, system};
use model::view::{QuarantineQuery, ReleaseTo};
use model::*;
use std::sync::atomic::Ordering;
use std::time::Duration;

#[tokio::test]
async fn twenty_who_release_at_once_send_one_message() {
    let w = World::new().await;
    let id = w.hold(1, "bob@acme.test", false).await;
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let service = w.service.clone();
            tokio::spawn(async move { service.release(&system(), &[id], ReleaseTo::Recipient).await.unwrap() })
        })
        .collect();
    let mut results = Vec::new();
    for t in tasks {
        results.push(t.await.unwrap());
    }
    assert_eq!(results.iter().map(|r| r.done).sum::<u32>(), 1);
    let losers: Vec<&String> = results.iter().flat_map(|r| &r.failed).map(|(_, why)| why).collect();
    assert_eq!(losers.len(), 19);
    assert!(
        losers
            .iter()
            .all(|why| why.starts_with("already released by system at 2026") || *why == "is being released right now"),
        "{losers:?}"
    );
    assert_eq!((w.outbox.calls.load(Ordering::SeqCst), w.sent().len()), (1, 1));
    let again = w.service.release(&system(), &[id], ReleaseTo::Recipient).await.unwrap();
    assert_eq!(again.failed, [("Offer 1".to_owned(), "already released by system at 2026-11-24T10:00:00Z".to_owned())]);
}

#[tokio::test]
async fn a_released_message_goes_to_the_primary_mailbox_as_it_would_have_left() {
    let w = World::new().await;
    let id = w.hold(1, "robert@acme.test", false).await;
    let bob = w.owner("bob@acme.test").await;
    assert_eq!(w.service.release(&bob, &[id], ReleaseTo::Recipient).await.unwrap().done, 1);
    let mail = w.sent().remove(0);
    assert_eq!(mail.envelope.recipients[0].address.as_str(), "bob@acme.test");
    assert_eq!(mail.envelope.return_path.as_ref().map(|a| a.as_str()), Some("eve@evil.test"));
    assert_eq!((mail.body.as_slice(), mail.release), (BODY, true));
    assert_eq!(mail.edits, [Edit::insert(0, "X-MAG-CATEGORY: SPAM\r\n")]);
    let all = QuarantineQuery { all: true, ..Default::default() };
    assert_eq!(w.service.quarantine(&bob, &all).await.unwrap().rows[0].disposition, Disposition::Released);
    assert_eq!(w.service.quarantine(&bob, &QuarantineQuery::default()).await.unwrap().total, 0);
    let history = w.service.message(&bob, id).await.unwrap().history;
    assert_eq!((history[0].act.as_str(), history[0].actor.as_str()), ("quarantine.release", "bob@acme.test"));
}

#[tokio::test]
async fn a_message_goes_back_to_its_sender_whole_in_a_notice_that_cannot_bounce() {
    let w = World::new().await;
    let id = w.hold(1, "bob@acme.test", false).await;
    assert_eq!(w.service.release(&system(), &[id], ReleaseTo::Sender).await.unwrap().done, 1);
    let mail = w.sent().remove(0);
    assert_eq!(mail.envelope.recipients[0].address.as_str(), "eve@evil.test");
    assert_eq!((&mail.envelope.return_path, mail.release, mail.edits.len()), (&None, false, 0));
    let parsed = message::Parsed::parse(mail.body.clone().into(), &message::Limits::default());
    assert_eq!(parsed.header("auto-submitted"), Some("auto-replied"));
    assert!(parsed.parts.iter().any(|p| p.mime == "message/rfc822"));
    assert!(mail.body.windows(BODY.len()).any(|window| window == BODY));
    assert!(parsed.anomalies.is_empty(), "{:?}", parsed.anomalies);
}

#[tokio::test]
async fn what_could_not_be_sent_stays_held_and_may_be_tried_again() {
    let w = World::new().await;
    let id = w.hold(1, "bob@acme.test", false).await;
    w.outbox.broken.store(true, Ordering::SeqCst);
    let failed = w.service.release(&system(), &[id], ReleaseTo::Recipient).await.unwrap();
    assert_eq!(failed.failed, [("Offer 1".to_owned(), "It could not be sent: the spool is full".to_owned())]);
    w.outbox.broken.store(false, Ordering::SeqCst);
    assert_eq!(w.service.release(&system(), &[id], ReleaseTo::Recipient).await.unwrap().done, 1);
}

#[tokio::test]
async fn a_process_that_died_between_sending_and_noting_it_leaves_one_message() {
    let w = World::new().await;
    let id = w.hold(1, "bob@acme.test", false).await;
    w.outbox.hangs.store(true, Ordering::SeqCst);
    let service = w.service.clone();
    let dying = tokio::spawn(async move { service.release(&system(), &[id], ReleaseTo::Recipient).await });
    while w.sent().is_empty() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    dying.abort();
    assert!(dying.await.is_err());
    w.outbox.hangs.store(false, Ordering::SeqCst);
    let sent = w.sent()[0].envelope.id;
    let busy = w.service.release(&system(), &[id], ReleaseTo::Recipient).await.unwrap();
    assert_eq!(busy.failed[0].1, "is being released right now");
    w.pass(3 * 60_000);
    assert_eq!(w.service.release(&system(), &[id], ReleaseTo::Recipient).await.unwrap().done, 1);
    assert_eq!(w.outbox.calls.load(Ordering::SeqCst), 2);
    assert_eq!(w.sent().iter().map(|m| m.envelope.id).collect::<Vec<_>>(), [sent], "the same id, taken once");
}

#[tokio::test]
async fn deleted_mail_leaves_the_list_and_is_not_released_any_more() {
    let w = World::new().await;
    let bob = w.owner("bob@acme.test").await;
    let id = w.hold(1, "bob@acme.test", false).await;
    assert_eq!(
        w.service.delete(&bob, &[id, 9_999]).await.unwrap().failed,
        [("message 9999".to_owned(), "There is no such message.".to_owned())]
    );
    assert_eq!(w.service.quarantine(&bob, &QuarantineQuery::default()).await.unwrap().total, 0);
    let late = w.service.release(&system(), &[id], ReleaseTo::Recipient).await.unwrap();
    assert_eq!(late.failed[0].1, "already deleted by bob@acme.test at 2026-11-24T10:00:00Z");
    assert!(w.sent().is_empty());
    let view = w.service.message(&system(), id).await.unwrap();
    assert_eq!((view.may_release, view.may_delete, view.row.disposition), (false, false, Disposition::Deleted));
}

#[tokio::test]
async fn purging_removes_bodies_that_nothing_names() {
    let w = World::new().await;
    w.hold(1, "bob@acme.test", false).await;
    w.pass(36 * model::time::DAY);
    let young = w.hold(2, "bob@acme.test", false).await;
    let purged = w.service.purge(&system(), &Default::default()).await.unwrap();
    assert_eq!((purged.quarantine, purged.blobs.len()), (1, 1));
    assert_eq!(w.bodies.0.lock().unwrap().len(), 1);
    assert!(w.service.message_raw(&system(), young).await.is_ok());
}

/// Remembers what it was taught, or cannot.
#[derive(Default)]
struct Pupil {
    learned: std::sync::Mutex<Vec<bool>>,
    broken: std::sync::atomic::AtomicBool,
}

impl service::Learner for Pupil {
    fn learn(&self, _: bytes::Bytes, spam: bool) -> service::BoxFuture<'_, Result<(), String>> {
        Box::pin(async move {
            if self.broken.load(std::sync::atomic::Ordering::SeqCst) {
                return Err("the disk is full".into());
            }
            self.learned.lock().unwrap().push(spam);
            Ok(())
        })
    }
}

#[tokio::test]
async fn a_release_learns_and_adds_a_friend_and_an_exception_in_one_step() {
    let w = World::new().await;
    let (s, bob) = (&w.service, w.mailbox("bob@acme.test").await);
    let with = service::ReleaseWith { learn: true, friend: Some(view::FriendOf::Domain), exception: true };
    let first = w.hold(1, "bob@acme.test", false).await;
    // Without anybody to teach nothing is done at all.
    assert_eq!(code(&s.release_with(&system(), first, with).await), Some(ErrorCode::Unavailable));
    assert!(w.sent().is_empty());

    let pupil = std::sync::Arc::new(Pupil::default());
    s.teach(pupil.clone());
    let done = s.release_with(&system(), first, with).await.unwrap();
    assert_eq!((done.done, done.failed), (1, vec![]));
    assert_eq!((w.sent().len(), pupil.learned.lock().unwrap().clone()), (1, vec![false]));
    let (friends, _) = s.senders(&system(), service::SendersOf::Domain(bob.domain)).await.unwrap();
    assert_eq!(friends[0].to_string(), "eve@evil.test // released from the quarantine");
    let set = s.settings(&system(), service::SettingsOf::Domain(bob.domain)).await.unwrap().set;
    assert_eq!(set.get("filter_exceptions.rules"), Some(serde_json::json!(["7:eve@evil.test"])));
    let acts: Vec<String> =
        s.audit(&system(), &Default::default()).await.unwrap().rows.into_iter().map(|r| r.act).collect();
    for act in ["quarantine.release", "domain.senders", "settings.edit", "quarantine.learn"] {
        assert!(acts.iter().any(|a| a == act), "{act} in {acts:?}");
    }

    // Again for another message: friend and exception are there already, and stay single.
    let second = w.hold(2, "bob@acme.test", false).await;
    pupil.broken.store(true, std::sync::atomic::Ordering::SeqCst);
    let done = s.release_with(&system(), second, with).await.unwrap();
    assert_eq!(done.done, 1, "it is out, and what failed is told");
    assert_eq!(done.failed, [("Learning".to_owned(), "the disk is full".to_owned())]);
    let set = s.settings(&system(), service::SettingsOf::Domain(bob.domain)).await.unwrap().set;
    assert_eq!(set.get("filter_exceptions.rules"), Some(serde_json::json!(["7:eve@evil.test"])));

    let third = w.hold(3, "bob@acme.test", false).await;
    let friend = service::ReleaseWith { friend: Some(view::FriendOf::Mailbox), ..Default::default() };
    for nobody in [World::administrator(Role::Account, 2), w.owner("bob@acme.test").await] {
        assert!(s.release_with(&nobody, third, friend).await.is_err());
    }
    assert_eq!(w.sent().len(), 2);
    s.release_with(&system(), third, friend).await.unwrap();
    assert_eq!(s.senders(&system(), service::SendersOf::Mailbox(bob.id)).await.unwrap().0.len(), 1);
}

#[tokio::test]
async fn a_deletion_is_taken_back_by_who_made_it_and_only_for_some_minutes() {
    for w in [Some(World::new().await), World::on_postgres().await].into_iter().flatten() {
        let s = &w.service;
        let (one, two) = (w.hold(1, "bob@acme.test", false).await, w.hold(2, "bob@acme.test", false).await);
        let bob = w.owner("bob@acme.test").await;
        s.delete(&bob, &[one, two]).await.unwrap();
        assert_eq!(s.undelete(&system(), &[one]).await.unwrap().done, 0, "it was another's act");
        assert_eq!(s.undelete(&w.owner("ann@acme.test").await, &[one]).await.unwrap().done, 0);
        assert_eq!(s.undelete(&bob, &[one]).await.unwrap().done, 1);
        assert_eq!(s.quarantined(&bob, one).await.unwrap().disposition, Disposition::Quarantined);
        assert_eq!(s.release(&bob, &[one], view::ReleaseTo::Recipient).await.unwrap().done, 1);
        assert_eq!(s.undelete(&bob, &[one]).await.unwrap().done, 0, "released is no deletion");
        w.pass(11 * 60_000);
        assert_eq!(s.undelete(&bob, &[two]).await.unwrap().done, 0, "too late");
    }
}
