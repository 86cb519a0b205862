//! Whatever people type into a search box is answered.

use crate::database::Database;
use crate::records::{NOW, held};
use model::view::{ListQuery, QuarantineQuery};
use model::*;
use proptest::prelude::*;
use store::Scope;

fn no_list_query_fails_in_sql(open: impl AsyncFnOnce() -> Option<Database>, cases: u32) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let Some(db) = runtime.block_on(async {
        let db = open().await?;
        db.store.record_messages(&(0..5).map(|n| held(n, NOW, "subject")).collect::<Vec<_>>()).await.unwrap();
        Some(db)
    }) else {
        return;
    };
    let store = &db.store;
    let word = prop_oneof![".{0,40}", "[\"'%_*()^:+ -]{0,12}", "(AND|OR|NOT|NEAR)( [a-z]{3})?", "(sender|subject):abc"];
    let sort = prop_oneof![".{0,12}", Just("size".to_owned()), Just("subject".to_owned())];
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let strategy = (word, sort, any::<(bool, bool, u32, u32)>(), any::<Option<i64>>());
    proptest!(config, |((q, sort, (asc, all, page, per_page), time) in strategy)| {
        runtime.block_on(async {
            let mut c = store.read().await.unwrap();
            let held = QuarantineQuery {
                q: q.clone(), sort: sort.clone(), asc, all, page, per_page,
                from: time.map(Timestamp), domain: time.map(DomainId), ..QuarantineQuery::default()
            };
            for scope in [Scope::All, Scope::Account(AccountId(1)), Scope::Mailbox(MailboxId(7))] {
                let found = store::quarantine::list(&mut c, scope, &held).await.expect("any query is answered");
                prop_assert!(found.rows.len() <= 500 && found.page >= 1);
                let list = ListQuery { q: q.clone(), sort: sort.clone(), desc: asc, page, per_page };
                store::account::list(&mut c, scope, &list).await.expect("accounts");
                store::domain::list(&mut c, scope, &list).await.expect("domains");
                store::mailbox::list(&mut c, scope, None, &list).await.expect("mailboxes");
                store::audit::list(&mut c, scope, &list).await.expect("audit");
            }
            Ok(())
        })?;
    });
}

#[test]
fn no_list_query_fails_on_sqlite() {
    no_list_query_fails_in_sql(Database::sqlite, 300);
}
#[test]
fn no_list_query_fails_on_postgres() {
    no_list_query_fails_in_sql(Database::postgres, 100);
}
