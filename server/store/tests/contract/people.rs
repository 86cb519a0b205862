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
        by_link: true,
    };
    store::session::insert(&mut tx, "hash", &session).await.unwrap();
    let failures = Failures { failures: 3, last: NOW, until: NOW.plus(HOUR) };
    store::session::set_failures(&mut tx, "key", failures).await.unwrap();
    tx.commit().await.unwrap();
    let mut c = store.read().await.unwrap();
    assert_eq!(store::session::get(&mut c, "hash").await.unwrap(), Some(session.clone()));
    assert_eq!(store::session::of(&mut c, session.who).await.unwrap(), [("hash".to_owned(), session)]);
    assert_eq!(store::session::failures(&mut c, "key").await.unwrap(), failures);
    drop(c);
    assert_eq!(store.purge(NOW.plus(2 * DAY), &Retention::default()).await.unwrap().sessions, 1);
    let mut c = store.read().await.unwrap();
    assert_eq!(store::session::failures(&mut c, "key").await.unwrap(), Failures::default());
}

async fn a_session_is_ended_by_its_id_for_its_person_only(db: Database) {
    let mut tx = db.store.begin().await.unwrap();
    let mut people = Vec::new();
    for (n, email) in ["a@x.test", "b@x.test"].into_iter().enumerate() {
        let admin = store::administrator::Administrator {
            id: AdministratorId(0),
            email: email.parse().unwrap(),
            role: Role::System,
            account: None,
            password_hash: None,
            active: true,
            created: NOW,
        };
        let who = Who::Administrator(store::administrator::insert(&mut tx, &admin).await.unwrap());
        for letter in ["a", "b", "c"] {
            let session = Session {
                who,
                created: NOW,
                last_seen: NOW,
                origin: String::new(),
                form_token: String::new(),
                by_link: false,
            };
            let hash = format!("{n}{letter}").repeat(32);
            store::session::insert(&mut tx, &hash, &session).await.unwrap();
        }
        people.push(who);
    }
    let ids = store::session::of(&mut tx, people[0]).await.unwrap();
    let id = ids[0].0.clone();
    assert_eq!((ids.len(), id.len()), (3, store::session::ID));
    assert!(!store::session::remove_one(&mut tx, people[1], &id).await.unwrap());
    assert!(store::session::remove_one(&mut tx, people[0], &id).await.unwrap());
    assert!(!store::session::remove_one(&mut tx, people[0], &id).await.unwrap());
    assert_eq!(store::session::remove_others(&mut tx, people[1], &"1b".repeat(32)).await.unwrap(), 2);
    assert_eq!(store::session::of(&mut tx, people[0]).await.unwrap().len(), 2);
    assert!(store::session::use_up(&mut tx, "key", NOW).await.unwrap());
    assert!(!store::session::use_up(&mut tx, "key", NOW).await.unwrap());
}

on_both!(a_session_is_ended_by_its_id_for_its_person_only, sessions_and_failures_are_found_again_and_old_ones_purged,);
