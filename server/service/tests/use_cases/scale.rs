//! The snapshot at a million mailboxes against a thousand: lookups on the way of mail, and how soon a change is in force.
//! `cargo nextest run --release -p postern-service --run-ignored only --no-capture -E 'test(scale)'`

use crate::world::system;
use model::{DomainId, EmailAddress, Settings};
use serde_json::json;
use service::{Lookup, Service, SettingsOf, Snapshot, SnapshotStore, Store};
use std::time::{Duration, Instant};
use store::db::sql;

struct Side {
    _dir: tempfile::TempDir,
    store: Store,
    service: Service,
    domains: u32,
    mailboxes: u32,
}

/// Every other mailbox is of the first domain; one in ten sets something itself.
async fn side(domains: u32, mailboxes: u32) -> Side {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    let numbers = |n: u32| {
        format!("(WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < {n} - 1) SELECT n FROM s)")
    };
    let none = serde_json::to_string(&Settings::default()).unwrap();
    let mut own = Settings::default();
    own.set("filtering.junk", json!("block")).unwrap();
    let own = serde_json::to_string(&own).unwrap();
    let mut tx = store.begin().await.unwrap();
    for text in [
        "INSERT INTO account (name, name_key, created) VALUES ('a', 'a', 1)".to_owned(),
        format!(
            "INSERT INTO domain (account, name, unrecognized, settings, gateways, created)
             SELECT 1, 'd' || n || '.test', 'reject', '{none}', '[]', n FROM {}",
            numbers(domains)
        ),
        format!(
            "INSERT INTO mailbox (domain, account, address, state, settings, created)
             SELECT d, 1, 'u' || n || '@d' || (d - 1) || '.test', 'active',
                    CASE WHEN n % 10 = 3 THEN '{own}' ELSE '{none}' END, n
             FROM (SELECT n, CASE WHEN n % 2 = 0 THEN 1 ELSE n % {domains} + 1 END AS d FROM {}) AS t",
            numbers(mailboxes)
        ),
        "INSERT INTO mailbox_address (key, mailbox, address, is_primary) SELECT address, id, address, 1 FROM mailbox"
            .into(),
    ] {
        sql(text).execute(&mut tx).await.unwrap();
    }
    tx.commit().await.unwrap();
    let service = crate::world::service_on(&store);
    Side { _dir: dir, store, service, domains, mailboxes }
}

impl Side {
    fn address(&self, round: u32) -> EmailAddress {
        let n = (u64::from(round).wrapping_mul(2_654_435_761) % u64::from(self.mailboxes)) as u32;
        let d = if n.is_multiple_of(2) { 0 } else { n % self.domains };
        format!("u{n}@d{d}.test").parse().unwrap()
    }
}

/// Resident memory of this process, MB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

#[tokio::test]
#[ignore = "a measurement"]
async fn scale_of_the_snapshot() {
    let sides = [side(100, 1_000).await, side(100_000, 1_000_000).await];
    let mut medians = Vec::new();
    let mut all = Vec::new();
    for s in &sides {
        let (before, start) = (resident(), Instant::now());
        all.push(SnapshotStore::load(s.store.clone()).await.unwrap());
        println!("{} mailboxes: read in {:?}, {} MB more", s.mailboxes, start.elapsed(), resident() - before);
    }
    // In turn, so that whatever else the machine does falls on both; the first pass works everything out.
    for pass in 0..2 {
        let mut times: [Vec<Duration>; 2] = Default::default();
        for batch in 0..2_000u32 {
            for (side, (s, snapshots)) in sides.iter().zip(&all).enumerate() {
                let snapshot = snapshots.get();
                let asked: Vec<EmailAddress> = (0..100).map(|n| s.address(batch * 100 + n)).collect();
                let start = Instant::now();
                let known = asked.iter().filter(|a| matches!(snapshot.lookup(a), Lookup::Known(_))).count();
                times[side].push(start.elapsed() / 100);
                assert_eq!(known, 100);
            }
        }
        for t in &mut times {
            t.sort_unstable();
        }
        medians = times.iter().map(|t| t[t.len() / 2]).collect();
        println!("lookup, pass {pass}: {medians:?}");
    }
    println!("| lookup of a recipient and its policy | {:?} | {:?} |", medians[0], medians[1]);
    let places = [
        ("a mailbox's setting", SettingsOf::Mailbox(model::MailboxId(17))),
        ("a setting of the domain with half of the mailboxes", SettingsOf::Domain(DomainId(1))),
        ("a setting of the whole system", SettingsOf::System),
    ];
    for (what, of) in places {
        let mut medians = Vec::new();
        for (s, snapshots) in sides.iter().zip(&all) {
            let mut times = Vec::new();
            for n in 0..20u8 {
                let value = json!(if n % 2 == 0 { "quarantine" } else { "markup" });
                s.service.change_settings(&system(), of, &[("filtering.spam".into(), value)]).await.unwrap();
                let start = Instant::now();
                assert!(snapshots.refresh_if_changed().await.unwrap());
                assert!(matches!(snapshots.get().lookup(&s.address(17)), Lookup::Known(_)));
                times.push(start.elapsed());
            }
            times.sort_unstable();
            medians.push(times[times.len() / 2]);
        }
        println!("| change of {what} until a lookup sees it | {:?} | {:?} |", medians[0], medians[1]);
    }
    let anew = Snapshot::load(&sides[1].store).await.unwrap();
    assert_eq!(anew.addresses(), all[1].get().addresses());
}
