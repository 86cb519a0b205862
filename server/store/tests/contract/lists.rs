//! Lists go on where they stopped, row by row the same as by page number, and know how many there are.

use crate::database::{Database, on_both};
use crate::records::{NOW, held, some_domain, some_mailbox};
use model::view::{AuditRow, ListQuery, QuarantineQuery};
use model::*;
use store::senders::{self, Kind, Owner};
use store::{Connection, Cursor, Error, Scope, Slice, Store, account, audit, domain, log, mailbox, quarantine};

/// All rows, three at a time, through the cursor's text.
async fn walk<T>(mut next: impl AsyncFnMut(Option<&Cursor>) -> Result<Slice<T>, Error>) -> Vec<T> {
    let mut rows = Vec::new();
    let mut after: Option<Cursor> = None;
    for _ in 0..100 {
        let slice = next(after.as_ref()).await.unwrap();
        assert!(slice.rows.len() <= 3);
        rows.extend(slice.rows);
        match slice.next {
            Some(cursor) => after = Some(cursor.to_string().parse().unwrap()),
            None => return rows,
        }
    }
    panic!("the list does not end");
}

/// Two accounts, five domains, eleven mailboxes.
async fn some(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    for name in ["Zeta", "acme"] {
        account::insert(&mut tx, name, NOW).await.unwrap();
    }
    for n in 0..5 {
        let d = some_domain(AccountId(n % 2 + 1), &format!("d{}.test", 5 - n));
        domain::insert(&mut tx, &d).await.unwrap();
    }
    for n in 0..11 {
        let m = some_mailbox(DomainId(n % 5 + 1), &format!("u{}@d{}.test", n * 7 % 11, 5 - n % 5));
        mailbox::insert(&mut tx, &m).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn accounts_domains_and_mailboxes_are_walked_as_they_are_paged(db: Database) {
    some(&db.store).await;
    let mut c = db.store.read().await.unwrap();
    let q = ListQuery { per_page: 100, ..ListQuery::default() };
    for scope in [Scope::All, Scope::Account(AccountId(1)), Scope::Account(AccountId(2)), Scope::Account(AccountId(9))]
    {
        let page = account::list(&mut c, scope, &q).await.unwrap();
        let rows = walk(async |after| account::slice(&mut c, scope, "", after, 3).await).await;
        assert_eq!((page.total, &page.rows), (rows.len() as u64, &rows));
        let page = domain::list(&mut c, scope, &q).await.unwrap();
        let rows = walk(async |after| domain::slice(&mut c, scope, "", after, 3).await).await;
        assert_eq!((page.total, &page.rows), (rows.len() as u64, &rows));
        for domain in [None, Some(DomainId(1)), Some(DomainId(2))] {
            let page = mailbox::list(&mut c, scope, domain, &q).await.unwrap();
            let rows = walk(async |after| mailbox::slice(&mut c, scope, domain, "", after, 3).await).await;
            assert_eq!((page.total, &page.rows), (rows.len() as u64, &rows), "{scope:?} {domain:?}");
        }
    }
    let searched = ListQuery { q: "D1.".into(), ..q };
    let page = mailbox::list(&mut c, Scope::All, None, &searched).await.unwrap();
    assert_eq!((page.total, page.rows.len()), (2, 2));
    assert_eq!(mailbox::slice(&mut c, Scope::All, None, "D1.", None, 3).await.unwrap().rows, page.rows);
}

async fn a_row_that_comes_or_goes_moves_no_other_out_of_the_walk(db: Database) {
    some(&db.store).await;
    let mut c = db.store.begin().await.unwrap();
    let first = mailbox::slice(&mut c, Scope::All, None, "", None, 4).await.unwrap();
    mailbox::delete(&mut c, first.rows[0].id).await.unwrap();
    mailbox::delete(&mut c, first.rows[3].id).await.unwrap();
    mailbox::insert(&mut c, &some_mailbox(DomainId(1), "a@d5.test")).await.unwrap();
    let rest = mailbox::slice(&mut c, Scope::All, None, "", first.next.as_ref(), 100).await.unwrap();
    assert_eq!((rest.rows.len(), rest.next), (7, None));
}

async fn held_mail_and_the_log_and_the_trail_are_walked_from_the_newest(db: Database) {
    // Several of one moment: the id tells them apart.
    let all: Vec<_> = (0..10).map(|n| held(n, NOW.plus(n as i64 / 4), &format!("s{n}"))).collect();
    db.store.record_messages(&all).await.unwrap();
    let mut c = db.store.begin().await.unwrap();
    for n in 0..7 {
        let row = AuditRow {
            at: NOW.plus(n / 3),
            actor: "a".into(),
            origin: String::new(),
            act: format!("{n}"),
            object: String::new(),
            detail: String::new(),
        };
        audit::insert(&mut c, &row, Some(AccountId(1))).await.unwrap();
    }
    for scope in [Scope::All, Scope::Account(AccountId(1)), Scope::Mailbox(MailboxId(7))] {
        for asc in [false, true] {
            let q = QuarantineQuery { asc, ..QuarantineQuery::default() };
            let page = quarantine::list(&mut c, scope, &q).await.unwrap();
            let rows = walk(async |after| quarantine::slice(&mut c, scope, &q, after, 3).await).await;
            assert_eq!((rows.len(), &rows), (10, &page.rows));
        }
        let rows = walk(async |after| log::slice(&mut c, scope, &Default::default(), after, 3).await).await;
        assert_eq!(rows.len(), 10);
        assert!(rows.windows(2).all(|w| w[0].message > w[1].message));
        assert_eq!((rows[9].subject.as_str(), rows[9].category), ("s0", Category::Spam));
    }
    let rows = walk(async |after| audit::slice(&mut c, Scope::Account(AccountId(1)), "", after, 3).await).await;
    let page = audit::list(&mut c, Scope::All, &ListQuery::default()).await.unwrap();
    assert_eq!((rows.len(), rows.iter().map(|(_, r)| r.clone()).collect::<Vec<_>>()), (7, page.rows));
    let late = log::LogQuery { from: Some(NOW.plus(1)), to: Some(NOW.plus(2)), ..Default::default() };
    assert_eq!(log::slice(&mut c, Scope::All, &late, None, 50).await.unwrap().rows.len(), 4);
    let other = log::LogQuery { category: Some(Category::Virus), ..Default::default() };
    assert!(log::slice(&mut c, Scope::All, &other, None, 50).await.unwrap().rows.is_empty());
    drop(c);
}

async fn a_cursor_of_another_kind_of_list_is_refused(db: Database) {
    some(&db.store).await;
    let mut c = db.store.read().await.unwrap();
    let cursor = account::slice(&mut c, Scope::All, "", None, 1).await.unwrap().next;
    let error = audit::slice(&mut c, Scope::All, "", cursor.as_ref(), 5).await.unwrap_err();
    assert!(matches!(error, Error::Cursor(_)), "{error:?}");
}

async fn sender_lists_grow_shrink_and_are_asked_without_reading_them(db: Database) {
    let mut c: store::Tx = db.store.begin().await.unwrap();
    let owner = Owner::Domain(DomainId(1));
    let entries = |from: usize, to: usize| -> Vec<SenderEntry> {
        (from..to).map(|n| format!("s{n}.test // number {n}").parse().unwrap()).collect()
    };
    senders::set(&mut c, owner, Kind::Friend, &entries(0, 1_200)).await.unwrap();
    assert_eq!(senders::add(&mut c, owner, Kind::Friend, &entries(1_190, 1_210)).await.unwrap(), 10);
    assert_eq!(senders::remove(&mut c, owner, Kind::Friend, &entries(3, 5)).await.unwrap(), 2);
    senders::set(&mut c, owner, Kind::Enemy, &entries(7, 8)).await.unwrap();
    let candidates = ["s7.test".to_owned(), "s4.test".into(), "test".into(), "s1209.test".into()];
    let mut found = senders::matching(&mut c, owner, &candidates).await.unwrap();
    found.sort_by(|a, b| a.1.cmp(&b.1).then((a.0 == Kind::Enemy).cmp(&(b.0 == Kind::Enemy))));
    let expected = [(Kind::Friend, "s1209.test"), (Kind::Friend, "s7.test"), (Kind::Enemy, "s7.test")]
        .map(|(k, e)| (k, e.to_owned()));
    assert_eq!(found, expected);
    let other: &mut Connection = &mut c;
    assert!(senders::matching(other, Owner::Domain(DomainId(2)), &candidates).await.unwrap().is_empty());
    let all = senders::get(&mut c, owner).await.unwrap().friends;
    let mut walked = Vec::new();
    let mut after = None;
    loop {
        let slice = senders::slice(&mut c, owner, Kind::Friend, after.as_ref(), 500).await.unwrap();
        walked.extend(slice.rows);
        after = slice.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!((walked.len(), &walked), (1_208, &all));
    assert_eq!(all[0].comment, "number 0");
}

async fn text_from_strangers_is_stored_however_long_and_whatever_is_in_it(db: Database) {
    let mut m = held(1, NOW, &"語\0".repeat(50_000));
    m.header_from = "x".repeat(100_000);
    m.helo = "a\0b".into();
    db.store.record_messages(&[m.clone()]).await.unwrap();
    let mut c = db.store.read().await.unwrap();
    let row = quarantine::list(&mut c, Scope::All, &QuarantineQuery::default()).await.unwrap().rows.remove(0);
    assert_eq!(row.subject.chars().count(), 500);
    let logged = log::slice(&mut c, Scope::All, &Default::default(), None, 1).await.unwrap().rows.remove(0);
    assert_eq!((logged.header_from.len(), logged.subject.chars().count()), (100_000, 100_000));
}

on_both!(
    accounts_domains_and_mailboxes_are_walked_as_they_are_paged,
    a_row_that_comes_or_goes_moves_no_other_out_of_the_walk,
    held_mail_and_the_log_and_the_trail_are_walked_from_the_newest,
    a_cursor_of_another_kind_of_list_is_refused,
    sender_lists_grow_shrink_and_are_asked_without_reading_them,
    text_from_strangers_is_stored_however_long_and_whatever_is_in_it,
);
