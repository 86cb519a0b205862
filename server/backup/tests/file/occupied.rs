//! Restoring where something is already.

use crate::made::{create, databases, empty, made, options, restore, rows};
use backup::{Installation, MARKER, Options};
use spool::Spool;
use std::path::Path;

async fn original(directory: &Path) -> (Installation, std::path::PathBuf) {
    let data = directory.join("original");
    let from = made(data.clone(), store::Target::Sqlite(data)).await;
    let file = directory.join("backup");
    create(&from, &file).await;
    (from, file)
}

const FORCE: Options = Options { force: true, without_queue: false };

#[tokio::test]
async fn a_directory_that_holds_something_is_refused_and_with_force_put_aside() {
    let directory = tempfile::tempdir().unwrap();
    let (from, file) = original(directory.path()).await;
    let to = empty(directory.path());
    std::fs::create_dir(&to.data).unwrap();
    std::fs::write(to.data.join("postern.db"), "old").unwrap();
    std::fs::create_dir(to.data.join("rules")).unwrap();
    std::fs::write(to.data.join("rules/old.txt"), "old rule").unwrap();
    let error = restore(&to, &file, Options::default()).await.unwrap_err().to_string();
    assert!(error.contains("not empty (postern.db, rules)") && error.contains("--force"), "{error}");
    assert_eq!(std::fs::read_dir(&to.data).unwrap().count(), 2, "nothing was changed");

    let restored = restore(&to, &file, FORCE).await.unwrap();
    assert_eq!(rows(&to.database).await, rows(&from.database).await);
    let aside = restored.aside.unwrap();
    assert_eq!(std::fs::read_to_string(aside.join("postern.db")).unwrap(), "old");
    assert_eq!(std::fs::read_to_string(aside.join("rules/old.txt")).unwrap(), "old rule");
    assert_eq!(std::fs::read_dir(&aside).unwrap().count(), 2);
    assert!(!to.data.join("rules/old.txt").exists());
}

#[tokio::test]
async fn a_database_that_holds_something_is_refused_and_with_force_replaced() {
    let directory = tempfile::tempdir().unwrap();
    let (from, file) = original(directory.path()).await;
    for (n, database) in databases(Path::new("")).into_iter().enumerate().skip(1) {
        let to = Installation { data: directory.path().join(format!("data{n}")), database, configuration: None };
        let store = store::Store::connect(&to.database).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        store::account::insert(&mut tx, "theirs", model::Timestamp(1)).await.unwrap();
        tx.commit().await.unwrap();
        let error = restore(&to, &file, FORCE).await.unwrap_err().to_string();
        assert!(error.contains("stop every node"), "{error}");
        store.close().await;
        let error = restore(&to, &file, Options::default()).await.unwrap_err().to_string();
        assert!(error.contains("holds something") && error.contains("--force"), "{error}");
        restore(&to, &file, FORCE).await.unwrap();
        assert_eq!(rows(&to.database).await, rows(&from.database).await);
    }
}

#[tokio::test]
async fn a_running_server_is_in_the_way() {
    let directory = tempfile::tempdir().unwrap();
    let (_, file) = original(directory.path()).await;
    let to = empty(directory.path());
    let (spool, _) = Spool::open(&to.data.join("spool"), options()).unwrap();
    let error = restore(&to, &file, FORCE).await.unwrap_err().to_string();
    assert!(error.contains("stop it first"), "{error}");
    spool.close().await;
}

/// A restore that was stopped at any file is done again over what it left, and what was there before is still aside.
#[tokio::test]
async fn a_restore_that_was_stopped_is_done_again_without_force() {
    let directory = tempfile::tempdir().unwrap();
    let (from, file) = original(directory.path()).await;
    let to = empty(directory.path());
    for (name, moving) in [("moved", false), ("half", true)] {
        let _ = std::fs::remove_dir_all(&to.data);
        std::fs::create_dir_all(to.data.join("replaced-1")).unwrap();
        std::fs::write(to.data.join(MARKER), r#"{"backup":"/b","aside":"replaced-1"}"#).unwrap();
        std::fs::write(to.data.join("replaced-1/first"), "old").unwrap();
        std::fs::write(to.data.join("second"), "ours, or old while moves are under way").unwrap();
        if moving {
            std::fs::write(to.data.join("replaced-1").join(MARKER), "").unwrap();
        }
        let why = backup::unfinished(&to.data).unwrap();
        assert!(why.contains("postern restore /b"), "{why}");
        restore(&to, &file, Options::default()).await.unwrap();
        assert!(backup::unfinished(&to.data).is_none());
        assert_eq!(rows(&to.database).await, rows(&from.database).await, "{name}");
        assert_eq!(to.data.join("replaced-1/second").exists(), moving, "{name}");
        assert!(to.data.join("replaced-1/first").exists() && !to.data.join("second").exists(), "{name}");
    }
}
