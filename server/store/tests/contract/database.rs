//! A database of its own for each test, of either kind.

use std::path::Path;
use store::{Store, Target};

/// An empty database, open; gone with its directory or, on PostgreSQL, with the server of the test run.
pub struct Database {
    pub store: Store,
    pub target: Target,
    _directory: Option<tempfile::TempDir>,
}

impl Database {
    pub async fn sqlite() -> Option<Database> {
        let directory = tempfile::tempdir().unwrap();
        let target = Target::Sqlite(directory.path().to_owned());
        Some(Database { store: Store::connect(&target).await.unwrap(), target, _directory: Some(directory) })
    }

    /// None where the machine has no PostgreSQL (see `testdb`).
    pub async fn postgres() -> Option<Database> {
        let target = Target::parse(&testdb::postgres()?.url, Path::new("")).unwrap();
        Some(Database { store: Store::connect(&target).await.unwrap(), target, _directory: None })
    }

    /// The same database as another process sees it.
    pub async fn again(&self) -> Store {
        Store::connect(&self.target).await.unwrap()
    }
}

/// Makes of each `async fn name(db: Database)` a test on SQLite and one on PostgreSQL.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                if let Some(db) = $crate::database::Database::sqlite().await {
                    super::$name(db).await;
                }
            })*
        }
        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                if let Some(db) = $crate::database::Database::postgres().await {
                    super::$name(db).await;
                }
            })*
        }
    };
}
pub(crate) use on_both;
