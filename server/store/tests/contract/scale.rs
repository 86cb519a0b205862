//! A thousand times the rows must not cost a tenth more: list pages, lookups on the way of mail, settings.
//! `cargo nextest run --release -p postern-store --run-ignored all scale --no-capture -j1`

use crate::database::Database;
use model::view::ListQuery;
use model::*;
use sqlx::ConnectOptions;
use std::time::{Duration, Instant};
use store::db::sql;
use store::senders::{self, Kind, Owner};
use store::{Connection, Cursor, Dialect, Scope, Store, Target, domain, mailbox};

/// How many there are: one domain has half the mailboxes, and all of the list.
#[derive(Clone, Copy)]
struct Size {
    domains: u32,
    mailboxes: u32,
    entries: u32,
}
const SMALL: Size = Size { domains: 100, mailboxes: 1_000, entries: 1_000 };
const LARGE: Size = Size { domains: 100_000, mailboxes: 1_000_000, entries: 1_000_000 };

async fn fill(db: &Database, size: Size) {
    let store = &db.store;
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
    match &db.target {
        Target::Postgres(options) => {
            let mut c = options.connect().await.unwrap();
            sqlx::raw_sql("VACUUM ANALYZE").execute(&mut c).await.unwrap();
        }
        Target::Sqlite(_) => {
            let mut tx = store.begin().await.unwrap();
            sql("ANALYZE").execute(&mut tx).await.unwrap();
            tx.commit().await.unwrap();
        }
    }
}

/// A number of a fixed row of them, so that both sizes are asked alike.
fn nth(round: u32, below: u32) -> u32 {
    (u64::from(round).wrapping_mul(2_654_435_761) % u64::from(below)) as u32
}

/// What is asked, the same way of both sizes.
#[derive(Clone, Copy)]
enum Question {
    Recipient,
    SenderInList,
    DomainSettings,
    Mailboxes(Scope, Option<DomainId>),
    Domains,
    MailboxesOn,
    SenderListOn,
}

const FIRST: DomainId = DomainId(1);
const QUESTIONS: &[(&str, Question)] = &[
    ("recipient lookup", Question::Recipient),
    ("sender in a domain's list", Question::SenderInList),
    ("settings of a domain", Question::DomainSettings),
    ("mailboxes, first page, all", Question::Mailboxes(Scope::All, None)),
    ("mailboxes, first page, account", Question::Mailboxes(Scope::Account(AccountId(1)), None)),
    ("mailboxes, first page, domain", Question::Mailboxes(Scope::All, Some(FIRST))),
    ("domains, first page", Question::Domains),
    ("mailboxes, on by cursor", Question::MailboxesOn),
    ("sender list, on by cursor", Question::SenderListOn),
];

/// A store, how much is in it, and places in its lists that both sizes have.
struct Side {
    c: Connection,
    size: Size,
    mailboxes: Option<Cursor>,
    senders: Option<Cursor>,
    times: Vec<Duration>,
}

impl Side {
    async fn new(store: &Store, size: Size) -> Side {
        let mut c = store.read().await.unwrap();
        let mailboxes = mailbox::slice(&mut c, Scope::All, None, "", None, 400).await.unwrap().next;
        let senders = senders::slice(&mut c, Owner::Domain(FIRST), Kind::Friend, None, 200).await.unwrap().next;
        Side { c, size, mailboxes, senders, times: Vec::new() }
    }

    async fn ask(&mut self, question: Question, round: u32) {
        let q = ListQuery { per_page: 50, ..ListQuery::default() };
        let (c, size) = (&mut self.c, self.size);
        let start = Instant::now();
        let rows = match question {
            Question::Recipient => {
                let n = nth(round, size.mailboxes);
                let d = if n.is_multiple_of(2) { 0 } else { n % size.domains };
                let address = format!("u{n}@d{d}.test").parse().unwrap();
                50 * usize::from(mailbox::by_address(c, &address).await.unwrap().is_some())
            }
            Question::SenderInList => {
                let entry = format!("s{}.test", nth(round, size.entries));
                let asked = [format!("a@{entry}"), entry, "test".into(), "192.0.2.1".into()];
                50 * senders::matching(c, Owner::Domain(FIRST), &asked).await.unwrap().len()
            }
            Question::DomainSettings => {
                let id = DomainId(i64::from(nth(round, size.domains)) + 1);
                50 * usize::from(domain::get(c, id).await.unwrap().is_some())
            }
            Question::Mailboxes(scope, domain) => mailbox::list(c, scope, domain, &q).await.unwrap().rows.len(),
            Question::Domains => domain::list(c, Scope::All, &q).await.unwrap().rows.len(),
            Question::MailboxesOn => {
                mailbox::slice(c, Scope::All, None, "", self.mailboxes.as_ref(), 50).await.unwrap().rows.len()
            }
            Question::SenderListOn => {
                let after = self.senders.as_ref();
                senders::slice(c, Owner::Domain(FIRST), Kind::Friend, after, 50).await.unwrap().rows.len()
            }
        };
        self.times.push(start.elapsed());
        assert_eq!(rows, 50);
    }

    fn median(&mut self) -> Duration {
        self.times.sort_unstable();
        let median = self.times[self.times.len() / 2];
        self.times.clear();
        median
    }
}

/// Both sizes are asked in turn, so that whatever else the machine does falls on both.
async fn scale(what: &str, small: Database, large: Database) {
    fill(&small, SMALL).await;
    let start = Instant::now();
    fill(&large, LARGE).await;
    println!("{what}: filled in {:?}", start.elapsed());
    let (mut small, mut large) = (Side::new(&small.store, SMALL).await, Side::new(&large.store, LARGE).await);
    let mut too_slow = Vec::new();
    for (name, question) in QUESTIONS {
        // The first pass brings what is asked for into memory.
        for _ in 0..2 {
            small.times.clear();
            large.times.clear();
            for round in 0..4_000 {
                small.ask(*question, round).await;
                large.ask(*question, round).await;
            }
        }
        let (small, large) = (small.median(), large.median());
        let ratio = large.as_secs_f64() / small.as_secs_f64();
        println!("| {what} | {name} | {:.0} µs | {:.0} µs | {ratio:.2} |", small.as_micros(), large.as_micros());
        if ratio > 1.1 {
            too_slow.push(*name);
        }
    }
    println!("{what}, slower by more than a tenth: {too_slow:?}");
    search(what, &mut large.c).await;
}

/// What a search as one types costs with a million mailboxes and a hundred thousand domains: all kinds together, slowest
/// of many texts.
async fn search(what: &str, c: &mut Connection) {
    use store::search::{self, Few};
    const KINDS: [Few; 7] = [
        Few::OutboundIps,
        Few::Groups,
        Few::Accounts,
        Few::Administrators,
        Few::ContentFilters,
        Few::Verifiers,
        Few::Notifications,
    ];
    for scope in [Scope::All, Scope::Account(AccountId(1))] {
        let (mut worst, mut sum, texts) =
            (Duration::ZERO, Duration::ZERO, ["u", "u5", "u99999", "d7", "d777.t", "nothing", "test"]);
        for text in texts {
            let start = Instant::now();
            search::domains(c, scope, text, 6).await.unwrap();
            search::mailboxes(c, scope, text, 6).await.unwrap();
            for kind in KINDS {
                search::few(c, kind, scope, text, 6).await.unwrap();
            }
            worst = worst.max(start.elapsed());
            sum += start.elapsed();
        }
        println!("| {what} | search, {scope:?} | mean {:?} | slowest {worst:?} |", sum / texts.len() as u32);
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
