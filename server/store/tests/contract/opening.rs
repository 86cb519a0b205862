//! Opening: several nodes at once, and what is said when it cannot be.

use crate::database::{Database, on_both};
use crate::records::NOW;
use std::path::Path;
use store::{Error, Store, Target};

async fn refused(url: &str) -> String {
    let error = Store::connect(&Target::parse(url, Path::new("")).unwrap()).await.unwrap_err();
    assert!(matches!(error, Error::Server(_)), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("`database`") && !text.contains("S3cret"), "{text}");
    text
}

#[tokio::test]
async fn several_nodes_that_start_at_once_bring_the_schema_up_together() {
    let Some(database) = testdb::postgres() else { return };
    let target = Target::parse(&database.url, Path::new("")).unwrap();
    let nodes: Vec<_> = (0..4)
        .map(|_| {
            let target = target.clone();
            tokio::spawn(async move { Store::connect(&target).await.map(drop) })
        })
        .collect();
    for node in nodes {
        node.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_server_that_cannot_be_used_is_named_with_what_to_do_but_without_the_password() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let text = refused(&format!("postgres://ann:S3cret@127.0.0.1:{closed}/postern")).await;
    assert!(text.contains("cannot be reached") && text.contains(&closed.to_string()), "{text}");
    let Some(database) = testdb::postgres() else { return };
    let wrong = database.tcp_url.replace(&testdb::PASSWORD.replace(' ', "%20"), "S3cret");
    let text = refused(&wrong).await;
    assert!(text.contains("refuses the user \"postgres\" or the password"), "{text}");
    let text = refused(&database.url.replace(&database.name, "nowhere")).await;
    assert!(text.contains("\"nowhere\"") && text.contains("does not exist"), "{text}");
}

async fn a_database_of_a_newer_version_is_left_alone(db: Database) {
    let mut tx = db.store.begin().await.unwrap();
    let newest: i64 = store::db::sql("SELECT max(version) FROM _sqlx_migrations").scalar(&mut tx).await.unwrap();
    let text = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
        SELECT version + 1, 'from the future', success, checksum, execution_time FROM _sqlx_migrations WHERE version = $1";
    assert_eq!(store::db::sql(text).bind(newest).execute(&mut tx).await.unwrap(), 1);
    tx.commit().await.unwrap();
    let error = Store::connect(&db.target).await.unwrap_err();
    assert!(error.to_string().contains("newer version"), "{error}");
}

async fn the_reading_side_refuses_to_write(db: Database) {
    let mut c = db.store.read().await.unwrap();
    assert!(store::account::insert(&mut c, "acme", NOW).await.is_err());
}

on_both!(a_database_of_a_newer_version_is_left_alone, the_reading_side_refuses_to_write);
