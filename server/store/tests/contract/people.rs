//! Sessions and failed logins.

use crate::database::{Database, on_both};
use crate::records::NOW;
use model::time::{DAY, HOUR};
use model::*;
use store::purge::Retention;
use store::session::{Failures, Session, Who};

async fn sessions_and_failures_are_found_again_and_old_ones_purged(db: Database) {
    let store = &db.store;
    let admin = store::administrator::Administrator {
        id: AdministratorId(0),
        email: "a@x.test".parse().unwrap(),
        role: Role::System,
        account: None,
        password_hash: None,
        active: true,
        created: NOW,
    };
    let mut tx = store.begin().await.unwrap();
    let id = store::administrator::insert(&mut tx, &admin).await.unwrap();
    let session = Session {
        who: Who::Administrator(id),
        created: NOW,
        last_seen: NOW,
        origin: "::1".into(),
        form_token: "f".into(),
    };
    store::session::insert(&mut tx, "hash", &session).await.unwrap();
    let failures = Failures { failures: 3, last: NOW, until: NOW.plus(HOUR) };
    store::session::set_failures(&mut tx, "key", failures).await.unwrap();
    tx.commit().await.unwrap();
    let mut c = store.read().await.unwrap();
    assert_eq!(store::session::get(&mut c, "hash").await.unwrap(), Some(session));
    assert_eq!(store::session::failures(&mut c, "key").await.unwrap(), failures);
    drop(c);
    assert_eq!(store.purge(NOW.plus(2 * DAY), &Retention::default()).await.unwrap().sessions, 1);
    let mut c = store.read().await.unwrap();
    assert_eq!(store::session::failures(&mut c, "key").await.unwrap(), Failures::default());
}

on_both!(sessions_and_failures_are_found_again_and_old_ones_purged,);
