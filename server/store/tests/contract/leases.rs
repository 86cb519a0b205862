//! A job that must run once in the cluster runs on the node that holds its lease.

use crate::database::{Database, on_both};
use store::{Store, lease};

const LONG: i64 = 600_000;

async fn take(store: &Store, node: &str, for_ms: i64) -> bool {
    let mut tx = store.begin().await.unwrap();
    let taken = lease::take(&mut tx, "digest", node, for_ms).await.unwrap();
    tx.commit().await.unwrap();
    taken
}

async fn of_two_nodes_that_race_one_gets_the_lease(db: Database) {
    let other = db.again().await;
    for round in 0..10 {
        let (a, b) = tokio::join!(take(&db.store, "a", LONG), take(&other, "b", LONG));
        assert!(a != b, "round {round}: {a} {b}");
        let winner = if a { "a" } else { "b" };
        let mut tx = db.store.begin().await.unwrap();
        assert_eq!(lease::holder(&mut tx, "digest").await.unwrap().as_deref(), Some(winner));
        lease::release(&mut tx, "digest", winner).await.unwrap();
        tx.commit().await.unwrap();
    }
}

async fn a_lease_is_renewed_by_its_holder_only_and_passes_on_when_it_expires(db: Database) {
    let store = &db.store;
    assert!(take(store, "a", LONG).await);
    assert!(take(store, "a", LONG).await, "a node that starts again has its lease");
    assert!(!take(store, "b", LONG).await);
    let mut tx = store.begin().await.unwrap();
    assert!(!lease::renew(&mut tx, "digest", "b", LONG).await.unwrap());
    lease::release(&mut tx, "digest", "b").await.unwrap();
    assert!(lease::renew(&mut tx, "digest", "a", 0).await.unwrap());
    tx.commit().await.unwrap();
    assert!(take(store, "b", LONG).await, "it expired at once");
    let mut tx = store.begin().await.unwrap();
    assert!(!lease::renew(&mut tx, "digest", "a", LONG).await.unwrap(), "the first holder is told to stop");
    assert!(lease::take(&mut tx, "purge", "a", LONG).await.unwrap(), "each name is a lease of its own");
}

on_both!(
    of_two_nodes_that_race_one_gets_the_lease,
    a_lease_is_renewed_by_its_holder_only_and_passes_on_when_it_expires,
);
