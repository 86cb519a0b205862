//! What receiving mail keeps: counts that are exact whoever counts, and who was greylisted.

use crate::database::{Database, on_both};
use model::{Timestamp, time::DAY};
use store::reception::{self, GreylistTimes, Greylisted, Use};
use store::{Store, purge::Retention};

const HOUR: i64 = 3_600_000;

async fn take(store: &Store, key: &str, amount: u32, limit: u32, window: i64) -> bool {
    let mut tx = store.begin_traffic().await.unwrap();
    let taken = reception::take_rate(&mut tx, &Use { key, amount, limit, window }).await.unwrap();
    tx.commit().await.unwrap();
    taken
}

async fn of_many_nodes_at_once_exactly_as_many_are_counted_as_the_limit_says(db: Database) {
    let (store, other) = (db.store.clone(), db.again().await);
    let mut tasks = Vec::new();
    for n in 0..40 {
        let store = if n % 2 == 0 { store.clone() } else { other.clone() };
        tasks.push(tokio::spawn(async move { take(&store, "o1 k bob@acme.test", 1, 15, HOUR).await }));
    }
    let mut taken = 0;
    for task in tasks {
        taken += usize::from(task.await.unwrap());
    }
    assert_eq!(taken, 15);
    assert!(take(&store, "o1 k ann@acme.test", 1, 15, HOUR).await, "each key has a limit of its own");
}

async fn what_does_not_fit_is_not_counted_and_a_window_ends(db: Database) {
    let store = &db.store;
    assert!(take(store, "a", 3, 5, HOUR).await);
    assert!(!take(store, "a", 3, 5, HOUR).await);
    assert!(take(store, "a", 2, 5, HOUR).await, "what was refused has used nothing");
    assert!(!take(store, "a", 1, 5, HOUR).await);
    assert!(take(store, "a", 1, 6, HOUR).await, "a limit that is raised counts at once");
    assert!(!take(store, "b", 6, 5, HOUR).await, "more than there ever is");
    assert!(take(store, "c", 5, 5, 1).await);
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    assert!(take(store, "c", 5, 5, HOUR).await, "the next window");
    assert!(!take(store, "c", 1, 5, HOUR).await);
}

async fn greylist(store: &Store, key: &str, times: GreylistTimes) -> Greylisted {
    let mut tx = store.begin_traffic().await.unwrap();
    let answer = reception::greylist(&mut tx, key, times).await.unwrap();
    tx.commit().await.unwrap();
    answer
}

async fn who_comes_back_in_time_passes_and_is_forgotten_in_the_end(db: Database) {
    let store = &db.store;
    let times = GreylistTimes { delay: 50, retry: HOUR, keep: HOUR };
    assert_eq!(greylist(store, "a", times).await, Greylisted::Later(50));
    assert!(matches!(greylist(store, "a", times).await, Greylisted::Later(left) if (1..=50).contains(&left)));
    tokio::time::sleep(std::time::Duration::from_millis(70)).await;
    assert_eq!(greylist(store, "a", times).await, Greylisted::Passed);
    assert_eq!(greylist(store, "a", times).await, Greylisted::Known);
    assert_eq!(greylist(store, "b", times).await, Greylisted::Later(50));
    // Too late for a second try: the first one begins again.
    let short = GreylistTimes { delay: 1, retry: 2, keep: 1 };
    assert_eq!(greylist(store, "c", short).await, Greylisted::Later(1));
    tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    assert_eq!(greylist(store, "c", short).await, Greylisted::Later(1));

    store.purge(Timestamp::now().plus(DAY), &Retention::default()).await.unwrap();
    assert_eq!(greylist(store, "a", times).await, Greylisted::Later(50));
}

on_both!(
    of_many_nodes_at_once_exactly_as_many_are_counted_as_the_limit_says,
    what_does_not_fit_is_not_counted_and_a_window_ends,
    who_comes_back_in_time_passes_and_is_forgotten_in_the_end,
);
