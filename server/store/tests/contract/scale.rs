//! A thousand times the rows must not cost a tenth more: list pages, lookups on the way of mail, settings.
//! `cargo nextest run --release -p postern-store --run-ignored all scale --no-capture -j1`

use crate::database::Database;
use model::view::ListQuery;
use model::*;
use std::time::{Duration, Instant};
use store::db::sql;
use store::senders::{self, Kind, Owner};
use store::{Connection, Dialect, Scope, Store, domain, mailbox};

/// How many there are: one domain has half the mailboxes, and all of the list.
#[derive(Clone, Copy)]
struct Size {
    domains: u32,
    mailboxes: u32,
    entries: u32,
}
const SMALL: Size = Size { domains: 100, mailboxes: 1_000, entries: 1_000 };
const LARGE: Size = Size { domains: 100_000, mailboxes: 1_000_000, entries: 1_000_000 };

async fn fill(store: &Store, size: Size) {
    let Size { domains, mailboxes, entries } = size;
    let numbers = |n: u32| match store.dialect() {
        Dialect::Postgres => format!("generate_series(0, {n} - 1) AS s(n)"),
        Dialect::Sqlite => format!(
            "(WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < {n} - 1) SELECT n FROM s) AS s"
        ),
    };
    let settings = serde_json::to_string(&Settings::default()).unwrap();
    let mut tx = store.begin().await.unwrap();
    for text in [
        format!("INSERT INTO account (name, name_key, created) SELECT 'a' || n, 'a' || n, n FROM {}", numbers(10)),
        format!(
            "INSERT INTO domain (account, name, unrecognized, settings, gateways, created)
             SELECT n % 10 + 1, 'd' || n || '.test', 'reject', '{settings}', '[]', n FROM {}",
            numbers(domains)
        ),
        // Every other mailbox is of the first domain.
        format!(
            "INSERT INTO mailbox (domain, account, address, state, settings, created)
             SELECT d, (d - 1) % 10 + 1, 'u' || n || '@d' || (d - 1) || '.test', 'active', '{settings}', n
             FROM (SELECT n, CASE WHEN n % 2 = 0 THEN 1 ELSE n % {domains} + 1 END AS d FROM {}) AS t",
            numbers(mailboxes)
        ),
        "INSERT INTO mailbox_address (key, mailbox, address, is_primary) SELECT address, id, address, 1 FROM mailbox"
            .into(),
        format!(
            "INSERT INTO sender_entry (level, owner, kind, position, entry, comment)
             SELECT 'domain', 1, 'friend', n, 's' || n || '.test', '' FROM {}",
            numbers(entries)
        ),
    ] {
        sql(text).execute(&mut tx).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut tx = store.begin().await.unwrap();
    sql("ANALYZE").execute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
}

/// A number of a fixed row of them, so that both sizes are asked alike.
fn nth(round: u32, below: u32) -> u32 {
    (u64::from(round).wrapping_mul(2_654_435_761) % u64::from(below)) as u32
}

/// Median time of `ask` over many rounds, after some to warm up.
async fn median(c: &mut Connection, rounds: u32, mut ask: impl AsyncFnMut(&mut Connection, u32)) -> Duration {
    for round in 0..rounds / 4 {
        ask(c, round).await;
    }
    let mut times = Vec::with_capacity(rounds as usize);
    for round in 0..rounds {
        let start = Instant::now();
        ask(c, round).await;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    times[times.len() / 2]
}

async fn figures(store: &Store, size: Size) -> Vec<(&'static str, Duration)> {
    let mut c = store.read().await.unwrap();
    let c = &mut c;
    let q = ListQuery { per_page: 50, ..ListQuery::default() };
    let first = DomainId(1);
    let mut out = Vec::new();
    let lookup = median(c, 4_000, async |c, n| {
        let n = nth(n, size.mailboxes);
        let d = if n.is_multiple_of(2) { 0 } else { n % size.domains };
        let address = format!("u{n}@d{d}.test").parse().unwrap();
        assert!(mailbox::by_address(c, &address).await.unwrap().is_some());
    });
    out.push(("recipient lookup", lookup.await));
    let candidates = median(c, 4_000, async |c, n| {
        let entry = format!("s{}.test", nth(n, size.entries));
        let asked = [format!("a@{entry}"), entry, "test".into(), "192.0.2.1".into()];
        assert_eq!(senders::matching(c, Owner::Domain(first), &asked).await.unwrap().len(), 1);
    });
    out.push(("sender in a domain's list", candidates.await));
    let settings = median(c, 4_000, async |c, n| {
        let id = DomainId(i64::from(nth(n, size.domains)) + 1);
        assert!(domain::get(c, id).await.unwrap().is_some());
    });
    out.push(("settings of a domain", settings.await));
    for (what, scope, domain) in [
        ("mailboxes, first page, all", Scope::All, None),
        ("mailboxes, first page, account", Scope::Account(AccountId(1)), None),
        ("mailboxes, first page, domain", Scope::All, Some(first)),
    ] {
        let page = median(c, 400, async |c, _| {
            assert_eq!(mailbox::list(c, scope, domain, &q).await.unwrap().rows.len(), 50);
        });
        out.push((what, page.await));
    }
    let page = median(c, 400, async |c, _| {
        assert_eq!(domain::list(c, Scope::All, &q).await.unwrap().rows.len(), 50);
    });
    out.push(("domains, first page, all", page.await));
    // From a place in the middle that both sizes have.
    let mut after = None;
    for _ in 0..4 {
        after = mailbox::slice(c, Scope::All, None, "", after.as_ref(), 100).await.unwrap().next;
    }
    let page = median(c, 400, async |c, _| {
        assert_eq!(mailbox::slice(c, Scope::All, None, "", after.as_ref(), 50).await.unwrap().rows.len(), 50);
    });
    out.push(("mailboxes, on by cursor", page.await));
    let mut after = None;
    for _ in 0..2 {
        after = senders::slice(c, Owner::Domain(first), Kind::Friend, after.as_ref(), 100).await.unwrap().next;
    }
    let page = median(c, 400, async |c, _| {
        let slice = senders::slice(c, Owner::Domain(first), Kind::Friend, after.as_ref(), 50).await.unwrap();
        assert_eq!(slice.rows.len(), 50);
    });
    out.push(("a page of the sender list", page.await));
    out
}

async fn scale(what: &str, small: Database, large: Database) {
    fill(&small.store, SMALL).await;
    let start = Instant::now();
    fill(&large.store, LARGE).await;
    println!("{what}: filled in {:?}", start.elapsed());
    // Twice, the second counts: the first brings what is asked for into memory.
    figures(&large.store, LARGE).await;
    let large = figures(&large.store, LARGE).await;
    figures(&small.store, SMALL).await;
    let small = figures(&small.store, SMALL).await;
    for ((name, small), (_, large)) in small.iter().zip(&large) {
        let ratio = large.as_secs_f64() / small.as_secs_f64();
        println!("| {what} | {name} | {:.0} µs | {:.0} µs | {ratio:.2} |", small.as_micros(), large.as_micros());
    }
}

#[tokio::test]
#[ignore = "a measurement"]
async fn scale_on_sqlite() {
    scale("SQLite", Database::sqlite().await.unwrap(), Database::sqlite().await.unwrap()).await;
}

#[tokio::test]
#[ignore = "a measurement"]
async fn scale_on_postgres() {
    scale("PostgreSQL", Database::postgres().await.unwrap(), Database::postgres().await.unwrap()).await;
}
