//! A database of every released version is brought forward with all that is in it.
#![allow(clippy::unwrap_used)]

use crate::db::sql;
use crate::{Scope, Store, Target, postgres, sqlite};
use model::{AccountId, MailboxId, Timestamp};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use std::path::Path;

/// The schemas that releases had.
const RELEASED: &[i64] = &[2];

/// What such a database may hold. Two nodes could note one digest twice.
const CONTENT: &str = "
    INSERT INTO account (id, name, name_key, created) VALUES (1, 'Acme', 'acme', 1), (2, 'Other', 'other', 1);
    INSERT INTO domain (id, account, name, unrecognized, settings, gateways, created)
        VALUES (1, 1, 'acme.test', 'reject', '{}', '[]', 1), (2, 2, 'other.test', 'reject', '{}', '[]', 1);
    INSERT INTO mailbox (id, domain, address, state, settings, created)
        VALUES (1, 1, 'bob@acme.test', 'active', '{}', 1), (2, 1, 'ann@acme.test', 'active', '{}', 1), (3, 2, 'joe@other.test', 'active', '{}', 1);
    INSERT INTO mailbox_address (key, mailbox, address, is_primary) VALUES ('bob@acme.test', 1, 'bob@acme.test', 1);
    INSERT INTO digest (mailbox, sent, since, until, messages) VALUES (1, 5, 1, 4, 2), (1, 6, 1, 4, 2), (1, 9, 4, 8, 1);
    INSERT INTO api_token (hash, name, scopes, created) VALUES ('h', 'n', '[]', 1);
";

async fn is_whole(store: &Store) {
    let mut c = store.read().await.unwrap();
    assert_eq!(crate::account::totals(&mut c, Scope::All).await.unwrap(), (2, 2, 3));
    assert_eq!(crate::account::totals(&mut c, Scope::Account(AccountId(1))).await.unwrap(), (1, 1, 2));
    let bob = crate::mailbox::by_address(&mut c, &"bob@acme.test".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((bob.id, bob.account), (MailboxId(1), AccountId(1)));
    assert_eq!(crate::digest::last_until(&mut c, MailboxId(1)).await.unwrap(), Some(Timestamp(8)));
    assert_eq!(sql("SELECT count(*) FROM digest").count(&mut c).await.unwrap(), 2);
    let token = crate::token::get(&mut c, "h").await.unwrap().unwrap();
    assert_eq!((token.last_used, token.revoked), (None, None));
}

#[tokio::test]
async fn every_released_sqlite_schema_is_brought_forward() {
    for version in RELEASED {
        let directory = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new().filename(directory.path().join(crate::FILE)).create_if_missing(true);
        let mut c = options.connect().await.unwrap();
        sqlite::MIGRATIONS.run_to(*version, &mut c).await.unwrap();
        sqlx::raw_sql(CONTENT).execute(&mut c).await.unwrap();
        c.close().await.unwrap();
        is_whole(&Store::open(directory.path()).await.unwrap()).await;
    }
}

#[tokio::test]
async fn every_released_postgres_schema_is_brought_forward() {
    for version in RELEASED {
        let Some(database) = testdb::postgres() else { return };
        let target = Target::parse(&database.url, Path::new("")).unwrap();
        let Target::Postgres(options) = &target else { unreachable!() };
        let mut c = options.connect().await.unwrap();
        postgres::MIGRATIONS.run_to(*version, &mut c).await.unwrap();
        sqlx::raw_sql(CONTENT).execute(&mut c).await.unwrap();
        c.close().await.unwrap();
        is_whole(&Store::connect(&target).await.unwrap()).await;
    }
}
