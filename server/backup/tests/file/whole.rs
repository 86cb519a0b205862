//! What comes back is what was there.

use crate::made::{create, databases, made, mode, options, restore, rows};
use backup::{Installation, Options};
use spool::Spool;
use std::path::Path;

async fn is_whole(restored: &Installation, original: &Installation) {
    assert_eq!(rows(&restored.database).await, rows(&original.database).await);
    let data = &restored.data;
    assert_eq!(std::fs::read_to_string(data.join("tls/smtp-key.pem")).unwrap(), "secret");
    assert_eq!(mode(&data.join("tls/smtp-key.pem")), 0o600);
    assert_eq!(std::fs::read_to_string(data.join("rules/more/own.txt")).unwrap(), "a rule");
    assert_eq!(std::fs::read_to_string(data.join("linked.txt")).unwrap(), "a rule");
    assert!(!data.join("tls/half.partial").exists());
    assert!(backup::unfinished(data).is_none());

    let vault = vault::Vault::open(&data.join("vault")).unwrap();
    for body in [&b"held"[..], b"held too"] {
        assert_eq!(vault.get(&vault::BlobId::of(body)).await.unwrap(), body);
    }
    assert!(vault.get(&vault::BlobId::of(b"of no row")).await.is_err(), "a body that no row names stays behind");
    let (spool, entries) = Spool::open(&data.join("spool"), options()).unwrap();
    let found: Vec<_> = entries.iter().map(|e| (e.size, e.state.as_slice())).collect();
    assert_eq!(found, [(5, &b""[..]), (3 << 20, &[9, 9])]);
    assert_eq!(spool.read(entries[0].id).await.unwrap(), "waits");
    spool.close().await;
}

async fn all_ways(from: &Installation, directory: &Path) {
    let file = directory.join("backup");
    let created = create(from, &file).await;
    assert_eq!((created.bodies, created.missing.len(), created.damaged, created.skipped.len()), (2, 0, 0, 0));
    assert_eq!((mode(&file), created.manifest.queued), (0o600, 2));
    for (n, database) in databases(&directory.join("data0")).into_iter().enumerate() {
        let to = Installation { data: directory.join(format!("data{n}")), database, configuration: None };
        let restored = restore(&to, &file, Options::default()).await.unwrap();
        assert_eq!((restored.queued, restored.settled, restored.aside), (2, 0, None));
        is_whole(&to, from).await;
    }
}

#[tokio::test]
async fn an_installation_on_sqlite_comes_back_on_each_database() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("original");
    all_ways(&made(data.clone(), store::Target::Sqlite(data)).await, directory.path()).await;
}

#[tokio::test]
async fn an_installation_on_postgres_comes_back_on_each_database() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("original");
    let Some(database) = testdb::postgres() else { return };
    let target = store::Target::parse(&database.url, &data).unwrap();
    all_ways(&made(data, target).await, directory.path()).await;
}

#[tokio::test]
async fn the_queue_can_be_left_out() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("original");
    let file = directory.path().join("backup");
    create(&made(data.clone(), store::Target::Sqlite(data)).await, &file).await;
    let to = crate::made::empty(directory.path());
    let restored = restore(&to, &file, Options { without_queue: true, ..Options::default() }).await.unwrap();
    assert_eq!((restored.queued, restored.manifest.queued), (0, 2));
    assert!(Spool::open(&to.data.join("spool"), options()).unwrap().1.is_empty());
}

#[tokio::test]
async fn the_configuration_is_carried_for_reference_and_ours_stays() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("original");
    let mut from = made(data.clone(), store::Target::Sqlite(data.clone())).await;
    std::fs::write(data.join("postern.toml"), "theirs").unwrap();
    from.configuration = Some(data.join("postern.toml"));
    let file = directory.path().join("backup");
    create(&from, &file).await;
    let mut to = crate::made::empty(directory.path());
    std::fs::create_dir(&to.data).unwrap();
    std::fs::write(to.data.join("postern.toml"), "ours").unwrap();
    to.configuration = Some(to.data.join("postern.toml"));
    restore(&to, &file, Options::default()).await.unwrap();
    let read = |name: &str| std::fs::read_to_string(to.data.join(name)).unwrap();
    assert_eq!((read("postern.toml").as_str(), read("postern.toml.of-backup").as_str()), ("ours", "theirs"));
}
