//! Held messages: found, listed, released once.

use crate::database::{Database, on_both};
use crate::records::{self, NOW, held, query, rows};
use model::time::MINUTE;
use model::view::QuarantineQuery;
use model::*;
use store::{OutcomeRecord, Scope};

async fn a_release_is_claimed_once_a_dead_claim_is_taken_over_and_delivery_closes_it(db: Database) {
    let store = &db.store;
    store.record_messages(&[held(1, NOW, "x")]).await.unwrap();
    let id = rows(store, Scope::All, &query("")).await[0].id;
    let release = MessageId::new(NOW, 77);
    let mut tx = store.begin().await.unwrap();
    let stale = |t: Timestamp| t.plus(-2 * MINUTE);
    assert!(store::quarantine::claim(&mut tx, id, release, "ann", NOW, stale(NOW)).await.unwrap());
    assert!(!store::quarantine::claim(&mut tx, id, release, "bob", NOW, stale(NOW)).await.unwrap());
    assert!(!store::quarantine::close(&mut tx, id, Disposition::Deleted, "bob", NOW, stale(NOW)).await.unwrap());
    let later = NOW.plus(3 * MINUTE);
    assert!(store::quarantine::claim(&mut tx, id, release, "bob", later, stale(later)).await.unwrap());
    tx.commit().await.unwrap();
    let delivered = OutcomeRecord {
        id: release,
        recipient: "bob@acme.test".parse().unwrap(),
        disposition: Disposition::Delivered,
        host: String::new(),
        reply: String::new(),
        at: later,
    };
    store.record_outcomes(&[delivered]).await.unwrap();
    let mut c = store.read().await.unwrap();
    let now = store::quarantine::get(&mut c, id).await.unwrap().unwrap();
    assert_eq!((now.row.disposition, now.acted), (Disposition::Released, Some(("bob".into(), later))));
    assert!(rows(store, Scope::All, &query("")).await.is_empty());
}

async fn the_held_copy_comes_back_as_it_was_written(db: Database) {
    let store = &db.store;
    let record = held(5, NOW, "Grüße");
    store.record_messages(std::slice::from_ref(&record)).await.unwrap();
    let row = rows(store, Scope::All, &query("")).await.remove(0);
    let mut c = store.read().await.unwrap();
    let back = store::quarantine::get(&mut c, row.id).await.unwrap().unwrap();
    let wrote = record.recipients[0].held.clone().unwrap();
    assert_eq!((back.edits, back.blob, back.verdict), (wrote.edits, wrote.blob, record.recipients[0].verdict.clone()));
    assert_eq!(
        (back.row.subject.as_str(), back.row.size, back.row.score),
        ("Grüße", record.size, record.findings.score)
    );
    let logged = store::quarantine::logged(&mut c, record.id).await.unwrap().unwrap();
    assert_eq!((logged.findings, logged.headline), (record.findings, record.headline));
}

async fn every_word_of_a_search_must_occur_whatever_its_case_length_and_script(db: Database) {
    let store = &db.store;
    let all =
        [held(1, NOW, "Your INVOICE no. 17"), held(2, NOW, "請求書のご案内"), held(3, NOW, "100% off_today \"now\"")];
    store.record_messages(&all).await.unwrap();
    for (q, expected) in [
        ("invoice", vec![1]),
        ("voic 17", vec![1]),
        ("invoice 18", vec![]),
        ("sender1@", vec![1]),
        ("請求書", vec![2]),
        ("請求", vec![2]),
        ("0%", vec![3]),
        ("off_t", vec![3]),
        ("\"now\"", vec![3]),
        ("%%%", vec![]),
        ("'; DROP TABLE quarantine; --", vec![]),
        ("acme.test", vec![1, 2, 3]),
    ] {
        let mut found: Vec<u128> =
            rows(store, Scope::All, &query(q)).await.iter().map(|r| records::number(r.message)).collect();
        found.sort_unstable();
        assert_eq!(found, expected, "{q}");
        let mine = rows(store, Scope::Mailbox(MailboxId(7)), &query(q)).await;
        assert_eq!(mine.len(), expected.len(), "{q} in one mailbox");
    }
}

async fn an_owner_sees_their_own_and_never_the_system_quarantine(db: Database) {
    let store = &db.store;
    let (mut other, mut system) = (held(2, NOW, "b"), held(3, NOW, "c"));
    other.recipients[0].mailbox = Some(MailboxId(8));
    system.recipients[0].held.as_mut().unwrap().system = true;
    store.record_messages(&[held(1, NOW, "a"), other, system]).await.unwrap();
    let all = QuarantineQuery { all: true, ..QuarantineQuery::default() };
    let mine = Scope::Mailbox(MailboxId(7));
    assert_eq!(rows(store, mine, &all).await.len(), 1);
    assert_eq!(rows(store, mine, &QuarantineQuery { mailbox: Some(MailboxId(8)), ..all.clone() }).await.len(), 0);
    assert_eq!(rows(store, Scope::All, &all).await.len(), 3);
    assert_eq!(rows(store, Scope::All, &QuarantineQuery::default()).await.len(), 2);
}

async fn lists_sort_by_each_column_in_both_ways_and_page_without_gaps(db: Database) {
    let store = &db.store;
    let all: Vec<_> = (0..25).map(|n| held(n, NOW.plus(n as i64), &format!("s{:02}", n * 7 % 25))).collect();
    store.record_messages(&all).await.unwrap();
    for sort in ["received", "sender", "recipient", "subject", "category", "size", "score", ""] {
        for asc in [true, false] {
            let mut seen = Vec::new();
            for page in 1..=3 {
                let q = QuarantineQuery { sort: sort.into(), asc, page, per_page: 10, ..QuarantineQuery::default() };
                seen.extend(rows(store, Scope::All, &q).await);
            }
            assert_eq!(seen.len(), 25, "{sort}");
            let in_order = |a: &view::QuarantineRow, b: &view::QuarantineRow| match sort {
                "subject" => a.subject <= b.subject,
                "sender" => a.sender <= b.sender,
                "size" => a.size <= b.size,
                "score" => a.score <= b.score,
                "recipient" | "category" => true,
                _ => a.received <= b.received,
            };
            assert!(
                seen.windows(2).all(|w| if asc { in_order(&w[0], &w[1]) } else { in_order(&w[1], &w[0]) }),
                "{sort} {asc}"
            );
        }
    }
}

on_both!(
    a_release_is_claimed_once_a_dead_claim_is_taken_over_and_delivery_closes_it,
    the_held_copy_comes_back_as_it_was_written,
    every_word_of_a_search_must_occur_whatever_its_case_length_and_script,
    an_owner_sees_their_own_and_never_the_system_quarantine,
    lists_sort_by_each_column_in_both_ways_and_page_without_gaps,
);
