//! Configuration: who may have which name, and that others see a change.

use crate::database::{Database, on_both};
use crate::records::{NOW, some_domain, some_mailbox};
use model::*;
use std::time::{Duration, Instant};
use store::Dialect;

async fn another_process_sees_what_this_one_changed(db: Database) {
    let store = &db.store;
    let other = db.again().await;
    let mut tx = store.begin().await.unwrap();
    store::account::insert(&mut tx, "acme", NOW).await.unwrap();
    store::change::bump(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let mut c = other.read().await.unwrap();
    assert_eq!(store::change::counter(&mut c).await.unwrap(), 2);
    assert_eq!(store::account::by_name(&mut c, "ACME").await.unwrap(), Some(AccountId(1)));
    drop(c);
    let mut tx = other.begin().await.unwrap();
    let twice = store::account::insert(&mut tx, "Acme", NOW).await;
    assert!(twice.is_err_and(|e| e.is_conflict()));
}

async fn an_address_belongs_to_one_mailbox_only_and_goes_with_its_domain(db: Database) {
    let store = &db.store;
    let mut tx = store.begin().await.unwrap();
    let account = store::account::insert(&mut tx, "acme", NOW).await.unwrap();
    let domain = store::domain::insert(&mut tx, &some_domain(account, "acme.test")).await.unwrap();
    let mailbox = |name: &str| some_mailbox(domain, &format!("{name}@acme.test"));
    let bob = store::mailbox::insert(&mut tx, &mailbox("Bob")).await.unwrap();
    let ann = store::mailbox::insert(&mut tx, &mailbox("ann")).await.unwrap();
    store::mailbox::add_alias(&mut tx, bob, &"robert@acme.test".parse().unwrap()).await.unwrap();
    assert!(
        store::mailbox::add_alias(&mut tx, ann, &"ROBERT@acme.test".parse().unwrap())
            .await
            .is_err_and(|e| e.is_conflict())
    );
    assert!(store::mailbox::insert(&mut tx, &mailbox("bob")).await.is_err_and(|e| e.is_conflict()));
    let found = store::mailbox::by_address(&mut tx, &"robert@acme.test".parse().unwrap()).await.unwrap();
    assert_eq!(found.map(|m| m.id), Some(bob));
    tx.commit().await.unwrap();
}

async fn a_change_by_another_node_is_noticed_within_a_second(db: Database) {
    let other = db.again().await;
    let mut changes = other.changes();
    // The first call begins to listen.
    changes.wait(Duration::from_millis(50)).await;
    let before = store::change::counter(&mut other.read().await.unwrap()).await.unwrap();
    let change = async {
        let mut tx = db.store.begin().await.unwrap();
        store::change::bump(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        Instant::now()
    };
    // Where the database does not tell, the wait ends by itself: that is the polling.
    let longest = if other.dialect() == Dialect::Postgres { 30_000 } else { 300 };
    let noticed = async {
        changes.wait(Duration::from_millis(longest)).await;
        Instant::now()
    };
    let (changed, noticed) = tokio::join!(change, noticed);
    assert!(noticed.saturating_duration_since(changed) < Duration::from_secs(1));
    assert_eq!(store::change::counter(&mut other.read().await.unwrap()).await.unwrap(), before + 1);
}

on_both!(
    a_change_by_another_node_is_noticed_within_a_second,
    another_process_sees_what_this_one_changed,
    an_address_belongs_to_one_mailbox_only_and_goes_with_its_domain,
);
