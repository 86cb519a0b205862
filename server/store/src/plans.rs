//! Every statement on the way of mail, and the first page of each list, is served by an index: on both databases, with
//! enough rows that a scan would be the wrong choice.
#![allow(clippy::unwrap_used)]

use crate::db::{Query, sql};
use crate::senders::{Kind, Owner};
use crate::{Connection, Dialect, Error, Scope, Store, Target};
use model::view::{ListQuery, QuarantineQuery};
use model::{AccountId, DomainId, MailboxId, Timestamp};
use std::cell::RefCell;
use std::path::Path;

tokio::task_local! {
    /// The plans of what is run, while somebody collects them.
    static PLANS: RefCell<Vec<String>>;
}

/// Keeps the plan of a statement that is about to run, if plans are being collected.
pub(crate) async fn note(query: &Query, c: &mut Connection) -> Result<(), Error> {
    if PLANS.try_with(|_| ()).is_ok() {
        let plan = query.plan(c).await?;
        PLANS.with(|all| all.borrow_mut().extend(plan));
    }
    Ok(())
}

/// 3 accounts, 200 domains, 20,000 mailboxes, 20,000 entries of a domain, 20,000 held messages and log rows.
async fn filled(store: &Store) {
    let numbers = |n: u32| match store.dialect() {
        Dialect::Postgres => format!("generate_series(1, {n}) AS s(n)"),
        Dialect::Sqlite => format!(
            "(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {n}) SELECT n FROM s) AS s"
        ),
    };
    let mut tx = store.begin().await.unwrap();
    for text in [
        format!("INSERT INTO account (name, name_key, created) SELECT 'a' || n, 'a' || n, n FROM {}", numbers(3)),
        format!(
            "INSERT INTO domain (account, name, unrecognized, settings, gateways, created)
             SELECT n % 3 + 1, 'd' || n || '.test', 'reject', '{{}}', '[]', n FROM {}",
            numbers(200)
        ),
        format!(
            "INSERT INTO mailbox (domain, account, address, state, settings, created)
             SELECT n % 200 + 1, (n % 200 + 1) % 3 + 1, 'u' || n || '@d' || (n % 200 + 1) || '.test', 'active', '{{}}', n FROM {}",
            numbers(20_000)
        ),
        "INSERT INTO mailbox_address (key, mailbox, address, is_primary) SELECT address, id, address, 1 FROM mailbox"
            .into(),
        format!(
            "INSERT INTO sender_entry (level, owner, kind, position, entry, comment)
             SELECT 'domain', 1, 'friend', n, 's' || n || '.test', '' FROM {}",
            numbers(20_000)
        ),
        format!(
            "INSERT INTO message (id, received, direction, client_ip, helo, envelope_from, header_from, subject, size, score, findings, headline)
             SELECT {}, n, 'inbound', '192.0.2.1', 'h', 'f', 'f', 's', 1, 0.5, '{{}}', '' FROM {}",
            store.dialect().pick("substr('00000000000000000000000000' || n, -26)", "lpad(n::text, 26, '0')"),
            numbers(20_000)
        ),
        "INSERT INTO recipient (message, address, received, mailbox, domain, account, category, action, disposition, filter, info, updated)
         SELECT m.id, x.address, m.received, x.id, x.domain, x.account, 'SPAM', 'quarantine', 'quarantined', '', '', 0
         FROM message m JOIN mailbox x ON x.id = m.received"
            .into(),
        format!(
            "INSERT INTO quarantine (message, recipient, mailbox, domain, account, received, direction, sender, envelope_from, subject,
                category, action, disposition, system, blob, edits, size, score, verdict)
             SELECT message, address, mailbox, domain, account, received, 'inbound', 'f', 'f', 's' || received, category, action, disposition,
                0, message, {}, 1, 0.5, '{{}}' FROM recipient",
            store.dialect().pick("x'01'", "'\\x01'::bytea")
        ),
        format!(
            "INSERT INTO audit (at, actor, origin, act, object, detail, account)
             SELECT n, 'a', 'o', 'x', 'y', 'z', n % 3 + 1 FROM {}",
            numbers(20_000)
        ),
        "ANALYZE".into(),
    ] {
        sql(text).execute(&mut tx).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// The plans of all that `work` runs.
async fn plans(work: impl Future<Output = Result<(), Error>>) -> Vec<String> {
    PLANS
        .scope(RefCell::default(), async {
            work.await.unwrap();
            PLANS.with(RefCell::take)
        })
        .await
}

/// A scan or a sort of a whole table. SQLite says SCAN also of an index in order, which a list's first page is.
fn scans(dialect: Dialect, line: &str) -> bool {
    let line = line.trim_start().trim_start_matches("->").trim_start();
    match dialect {
        Dialect::Postgres => line.starts_with("Seq Scan on") || line.starts_with("Sort  ("),
        Dialect::Sqlite => {
            line.starts_with("SCAN") && !line.contains("USING") || line.contains("USE TEMP B-TREE FOR ORDER BY")
        }
    }
}

/// No scans: the full-text index, and the log in the order of its primary key, which a table without row ids is.
const FINE: &[&str] = &["SCAN quarantine_search VIRTUAL TABLE", "SCAN r"];

async fn nothing_is_scanned(store: &Store) {
    filled(store).await;
    let mut c = store.read().await.unwrap();
    if store.dialect() == Dialect::Postgres {
        // Whatever the table's size makes cheaper here: what is left then has no index that serves it.
        for kind in ["seqscan", "sort", "bitmapscan"] {
            sql(format!("SET enable_{kind} = off")).execute(&mut c).await.unwrap();
        }
    }
    let (domain, mailbox) = (DomainId(1), MailboxId(17));
    let mut bad = Vec::new();
    macro_rules! look {
        ($what:expr, $call:expr) => {
            let lines = plans(async {
                $call.await?;
                Ok(())
            })
            .await;
            assert!(!lines.is_empty(), "{}: no plan was seen", $what);
            let scanned = lines.iter().filter(|l| scans(store.dialect(), l) && !FINE.iter().any(|s| l.contains(s)));
            if scanned.count() > 0 {
                bad.push(format!("{}:\n  {}", $what, lines.join("\n  ")));
            }
        };
    }
    let address = "u17@d18.test".parse().unwrap();
    look!("recipient to mailbox", crate::mailbox::by_address(&mut c, &address));
    look!("mailbox by id", crate::mailbox::get(&mut c, mailbox));
    look!("aliases", crate::mailbox::aliases(&mut c, mailbox));
    look!("domain by name", crate::domain::by_name(&mut c, &"d5.test".parse().unwrap()));
    look!("domain settings", crate::domain::get(&mut c, domain));
    let candidates = ["s77.test".to_owned(), "test".into(), "a@s77.test".into()];
    look!("sender in a domain's lists", crate::senders::matching(&mut c, Owner::Domain(domain), &candidates));
    look!("a page of a sender list", crate::senders::slice(&mut c, Owner::Domain(domain), Kind::Friend, None, 50));
    let list = ListQuery::default();
    for scope in [Scope::All, Scope::Account(AccountId(2))] {
        look!("domains", crate::domain::list(&mut c, scope, &list));
        look!("domains on", crate::domain::slice(&mut c, scope, "", None, 50));
        look!("mailboxes", crate::mailbox::list(&mut c, scope, None, &list));
        look!("mailboxes on", crate::mailbox::slice(&mut c, scope, None, "", None, 50));
        look!("a domain's mailboxes", crate::mailbox::list(&mut c, scope, Some(DomainId(4)), &list));
        look!("audit on", crate::audit::slice(&mut c, scope, "", None, 50));
        look!("log on", crate::log::slice(&mut c, scope, &Default::default(), None, 50));
        look!("quarantine on", crate::quarantine::slice(&mut c, scope, &QuarantineQuery::default(), None, 50));
    }
    let owner = Scope::Mailbox(mailbox);
    look!("owner's quarantine", crate::quarantine::slice(&mut c, owner, &QuarantineQuery::default(), None, 50));
    // Its few sums are sorted, its rows are found by the index.
    let month = plans(async { crate::rollup::of_mailbox(&mut c, mailbox, Timestamp(0)).await.map(drop) }).await;
    assert!(month.iter().any(|l| l.contains("recipient_mailbox")), "{month:?}");
    let search = QuarantineQuery { q: "s1999".into(), ..QuarantineQuery::default() };
    look!("search", crate::quarantine::slice(&mut c, owner, &search, None, 50));
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[tokio::test]
async fn nothing_is_scanned_on_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    nothing_is_scanned(&Store::open(directory.path()).await.unwrap()).await;
}

#[tokio::test]
async fn nothing_is_scanned_on_postgres() {
    let Some(database) = testdb::postgres() else { return };
    let target = Target::parse(&database.url, Path::new("")).unwrap();
    nothing_is_scanned(&Store::connect(&target).await.unwrap()).await;
}
