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

async fn a_change_tells_what_it_was_about(db: Database) {
    use store::change::{Touched, bump, counter, since, touch};
    let store = &db.store;
    let mut tx = store.begin().await.unwrap();
    let first = counter(&mut tx).await.unwrap();
    touch(&mut tx, &[Touched::Domain(DomainId(7)), Touched::Mailbox(MailboxId(9))]).await.unwrap();
    touch(&mut tx, &[Touched::Domain(DomainId(7))]).await.unwrap();
    touch(&mut tx, &[Touched::Levels]).await.unwrap();
    let now = counter(&mut tx).await.unwrap();
    assert_eq!(now, first + 3);
    let mut all = since(&mut tx, first, now).await.unwrap().unwrap();
    all.sort_by_key(|t| format!("{t:?}"));
    assert_eq!(all, [Touched::Domain(DomainId(7)), Touched::Levels, Touched::Mailbox(MailboxId(9))], "each once");
    assert_eq!(since(&mut tx, first + 2, now).await.unwrap().unwrap(), [Touched::Levels]);
    assert_eq!(since(&mut tx, now, now).await.unwrap().unwrap(), []);
    // One that does not tell: what was missed since then is not known.
    bump(&mut tx).await.unwrap();
    assert_eq!(since(&mut tx, first, now + 1).await.unwrap(), None);
    touch(&mut tx, &[Touched::Outbound]).await.unwrap();
    assert_eq!(since(&mut tx, first, now + 2).await.unwrap(), None);
    assert_eq!(since(&mut tx, now + 1, now + 2).await.unwrap().unwrap(), [Touched::Outbound]);
    tx.rollback().await.unwrap();
    assert_eq!(counter(&mut store.read().await.unwrap()).await.unwrap(), first, "not without the change itself");
}

async fn who_has_missed_too_much_is_told_so(db: Database) {
    use store::change::{Touched, counter, since, touch};
    let mut tx = db.store.begin().await.unwrap();
    let first = counter(&mut tx).await.unwrap();
    for _ in 0..2_002 {
        touch(&mut tx, &[Touched::Outbound]).await.unwrap();
    }
    let now = counter(&mut tx).await.unwrap();
    assert_eq!(since(&mut tx, first, now).await.unwrap(), None, "the first notes are gone");
    assert_eq!(since(&mut tx, first + 10, now).await.unwrap().unwrap(), [Touched::Outbound]);
    let many: Vec<Touched> = (0..20_001).map(|n| Touched::Mailbox(MailboxId(n))).collect();
    touch(&mut tx, &many).await.unwrap();
    assert_eq!(since(&mut tx, now, now + 1).await.unwrap(), None, "as well everything");
    touch(&mut tx, &many[..20_000]).await.unwrap();
    assert_eq!(since(&mut tx, now + 1, now + 2).await.unwrap().map(|t| t.len()), Some(20_000));
}

on_both!(
    a_change_tells_what_it_was_about,
    who_has_missed_too_much_is_told_so,
    a_change_by_another_node_is_noticed_within_a_second,
    another_process_sees_what_this_one_changed,
    an_address_belongs_to_one_mailbox_only_and_goes_with_its_domain,
);
