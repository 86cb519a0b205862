//! Measurements: `cargo nextest run --release -p postern-store --run-ignored all speed --no-capture -j1`

use crate::database::Database;
use crate::records::{NOW, held, message, query};
use model::view::QuarantineQuery;
use model::*;
use std::time::Duration;
use store::Scope;

async fn writing_ten_thousand_messages_in_batches_takes_less_than_a_second(db: Database) {
    let store = &db.store;
    let batches: Vec<Vec<_>> = (0..40)
        .map(|b| {
            (0..500)
                .map(|n| b * 500 + n)
                .map(|n| if n % 5 == 0 { held(n, NOW, "An offer") } else { message(n, NOW) })
                .collect()
        })
        .collect();
    let start = std::time::Instant::now();
    for batch in &batches {
        store.record_messages(batch).await.unwrap();
    }
    let rate = 20_000.0 / start.elapsed().as_secs_f64();
    println!("{rate:.0} messages/s in batches of 500, a fifth of them held");
    assert!(rate > 10_000.0, "{rate}");
}

async fn lists_and_searches_of_two_hundred_thousand_held_messages_stay_quick(db: Database) {
    let store = &db.store;
    for b in 0..400u128 {
        let batch: Vec<_> = (b * 500..(b + 1) * 500)
            .map(|n| {
                let mut m =
                    held(n, NOW.plus(i64::try_from(n).unwrap()), &format!("Offer {} for you", n * 7_919 % 200_000));
                m.recipients[0].mailbox = Some(MailboxId(i64::try_from(n % 1_000).unwrap()));
                m
            })
            .collect();
        store.record_messages(&batch).await.unwrap();
    }
    let mut slowest = Duration::ZERO;
    let mut ask = async |what: &str, scope: Scope, q: QuarantineQuery| {
        let start = std::time::Instant::now();
        let mut c = store.read().await.unwrap();
        let total = store::quarantine::list(&mut c, scope, &q).await.unwrap().total;
        println!("{what}: {total} rows, first page in {:?}", start.elapsed());
        slowest = slowest.max(start.elapsed());
    };
    for sort in ["received", "sender", "recipient", "subject", "category", "size", "score"] {
        ask(sort, Scope::All, QuarantineQuery { sort: sort.into(), ..QuarantineQuery::default() }).await;
    }
    ask(
        "account by subject",
        Scope::Account(AccountId(1)),
        QuarantineQuery { sort: "subject".into(), ..QuarantineQuery::default() },
    )
    .await;
    ask("search, one row", Scope::All, query("199983")).await;
    ask("search, every row", Scope::All, query("offer")).await;
    ask("search, two letters", Scope::All, query("zq")).await;
    ask("owner", Scope::Mailbox(MailboxId(7)), QuarantineQuery::default()).await;
    ask("owner's search", Scope::Mailbox(MailboxId(7)), query("offer")).await;
    assert!(slowest < Duration::from_millis(1_500), "{slowest:?}");
}

macro_rules! measured_on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            #[ignore = "a measurement"]
            async fn $name() {
                super::$name(crate::database::Database::sqlite().await.unwrap()).await;
            })*
        }
        mod postgres {
            $(#[tokio::test]
            #[ignore = "a measurement"]
            async fn $name() {
                super::$name(crate::database::Database::postgres().await.unwrap()).await;
            })*
        }
    };
}
measured_on_both!(
    writing_ten_thousand_messages_in_batches_takes_less_than_a_second,
    lists_and_searches_of_two_hundred_thousand_held_messages_stay_quick,
);
