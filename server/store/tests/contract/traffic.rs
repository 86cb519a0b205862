//! The message log: written once, whatever is repeated.

use crate::database::{Database, on_both};
use crate::records::{NOW, count, held, message, query, rows};
use model::time::DAY;
use model::*;
use std::time::Duration;
use store::purge::Retention;
use store::{BatchOptions, Batcher, OutcomeRecord, Scope};

async fn a_batch_that_is_written_twice_is_counted_once(db: Database) {
    let store = &db.store;
    let mut batch: Vec<_> = (0..250).map(|n| message(n, NOW)).collect();
    store.record_messages(&batch).await.unwrap();
    batch.push(message(1_000, NOW));
    store.record_messages(&batch).await.unwrap();
    assert_eq!(count(store, Scope::All).await, 251);
    assert_eq!(count(store, Scope::Account(AccountId(1))).await, 251);
    assert_eq!(count(store, Scope::Account(AccountId(2))).await, 0);
}

async fn a_recipient_that_stands_twice_in_one_batch_is_counted_once(db: Database) {
    let store = &db.store;
    store.record_messages(&[held(1, NOW, "a"), held(1, NOW, "a")]).await.unwrap();
    assert_eq!(count(store, Scope::All).await, 1);
    assert_eq!(rows(store, Scope::All, &query("")).await.len(), 1);
}

async fn the_batch_writer_answers_each_caller_when_its_records_are_durable(db: Database) {
    let store = &db.store;
    let batcher = Batcher::start(store.clone(), BatchOptions { max_rows: 500, max_wait: Duration::from_millis(5) });
    let writers: Vec<_> = (0..40)
        .map(|n| {
            let (batcher, store) = (batcher.clone(), store.clone());
            tokio::spawn(async move {
                let record = held(n, NOW, &format!("subject{n}"));
                batcher.messages(vec![record]).await.unwrap();
                rows(&store, Scope::All, &query(&format!("subject{n}"))).await.len()
            })
        })
        .collect();
    for w in writers {
        assert!(w.await.unwrap() >= 1);
    }
    assert_eq!(count(store, Scope::All).await, 40);
}

async fn a_later_outcome_replaces_an_earlier_one_and_held_mail_stays_held(db: Database) {
    let store = &db.store;
    let (sent, kept) = (message(1, NOW), held(2, NOW, "kept"));
    store.record_messages(&[sent.clone(), kept.clone()]).await.unwrap();
    let outcome = |m: &store::MessageRecord, d, after| OutcomeRecord {
        id: m.id,
        recipient: m.recipients[0].address.clone(),
        disposition: d,
        host: "mx.test".into(),
        reply: "250 ok".into(),
        at: NOW.plus(after),
    };
    let all = [
        outcome(&sent, Disposition::Deferred, 1),
        outcome(&sent, Disposition::Delivered, 3),
        outcome(&sent, Disposition::Deferred, 2),
        outcome(&kept, Disposition::Delivered, 4),
        outcome(&message(99, NOW), Disposition::Delivered, 4),
    ];
    store.record_outcomes(&all).await.unwrap();
    let mut c = store.read().await.unwrap();
    let of = |m: &store::MessageRecord| (m.id, m.recipients[0].address.clone());
    for (key, expected) in [(of(&sent), Disposition::Delivered), (of(&kept), Disposition::Quarantined)] {
        assert_eq!(store::traffic::disposition(&mut c, key.0, &key.1).await.unwrap(), Some(expected));
    }
}

async fn purging_takes_what_is_old_and_names_only_bodies_that_nothing_uses(db: Database) {
    let store = &db.store;
    let (mut old, mut shared, new) =
        (held(1, NOW.plus(-36 * DAY), "o"), held(2, NOW.plus(-36 * DAY), "s"), held(3, NOW, "n"));
    old.recipients[0].held.as_mut().unwrap().blob = "gone".into();
    let in_use = new.recipients[0].held.clone().unwrap().blob;
    shared.recipients[0].held.as_mut().unwrap().blob = in_use;
    store.record_messages(&[old.clone(), shared, new.clone()]).await.unwrap();
    let purged = store.purge(NOW, &Retention::default()).await.unwrap();
    assert_eq!((purged.quarantine, purged.messages, purged.blobs), (2, 2, vec!["gone".to_owned()]));
    assert_eq!(rows(store, Scope::All, &query("")).await.len(), 1);
    assert!(rows(store, Scope::All, &query("acme.test")).await.len() == 1, "the search index forgets too");
    let mut c = store.read().await.unwrap();
    assert!(store::quarantine::logged(&mut c, old.id).await.unwrap().is_none());
    assert!(store::quarantine::logged(&mut c, new.id).await.unwrap().is_some());
    drop(c);
    assert_eq!(store.purge(NOW, &Retention::default()).await.unwrap(), store::purge::Purged::default());
}

on_both!(
    a_batch_that_is_written_twice_is_counted_once,
    a_recipient_that_stands_twice_in_one_batch_is_counted_once,
    the_batch_writer_answers_each_caller_when_its_records_are_durable,
    a_later_outcome_replaces_an_earlier_one_and_held_mail_stays_held,
    purging_takes_what_is_old_and_names_only_bodies_that_nothing_uses,
);
