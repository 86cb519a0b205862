//! The database: configuration, people, traffic, quarantine, audit.
//!
//! One module a table family; its functions take a [`Connection`], so that a use case puts several of them and its
//! audit row into one transaction ([`Store::begin`]). SQLite is the embedded default: one writer, several readers,
//! WAL, `synchronous=FULL`. SQL is written so that PostgreSQL can run the same text wherever possible; what cannot be
//! shared (search) stands in one function.

pub mod account;
pub mod administrator;
pub mod audit;
pub mod batch;
pub mod change;
mod codec;
pub mod digest;
pub mod domain;
mod error;
pub mod mailbox;
pub mod outbound;
pub mod purge;
pub mod quarantine;
mod query;
pub mod rollup;
pub mod senders;
pub mod session;
pub mod token;
pub mod traffic;

pub use batch::{BatchOptions, Batcher};
pub use error::Error;
pub use query::{Scope, page_of};
pub use traffic::{MessageRecord, OutcomeRecord, QuarantineRecord, RecipientRecord};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::{path::Path, time::Duration};

/// What `commit` of a transaction fails with.
pub use sqlx::Error as DatabaseError;

pub type Db = sqlx::Sqlite;
/// What every function of this crate works on: a pooled connection or a transaction.
pub type Connection = sqlx::SqliteConnection;
/// An open transaction; dropped without [`sqlx::Transaction::commit`] it is rolled back.
pub type Tx = sqlx::Transaction<'static, Db>;
pub type Pooled = sqlx::pool::PoolConnection<Db>;

/// Name of the database file in the data directory.
pub const FILE: &str = "postern.db";

const READERS: u32 = 4;
/// How long a writer of this process waits for one of another process (command line beside a running server).
const BUSY: Duration = Duration::from_secs(15);

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/sqlite");

/// The open database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    write: sqlx::Pool<Db>,
    read: sqlx::Pool<Db>,
}

impl Store {
    /// Opens the database in directory `data`, makes it where there is none, and brings it to the newest schema.
    pub async fn open(data: &Path) -> Result<Store, Error> {
        let path = data.join(FILE);
        let fail = |source| Error::Open { path: path.clone(), source };
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY)
            .statement_cache_capacity(256)
            .pragma("temp_store", "memory")
            .pragma("cache_size", "-16000");
        let pool = |n| {
            SqlitePoolOptions::new()
                .max_connections(n)
                .acquire_timeout(Duration::from_secs(60))
                .test_before_acquire(false)
        };
        let write = pool(1)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.clone())
            .await
            .map_err(fail)?;
        MIGRATIONS.run(&write).await?;
        let fail = |source| Error::Open { path: path.clone(), source };
        let read = pool(READERS).connect_with(options.pragma("query_only", "on")).await.map_err(fail)?;
        Ok(Store { write, read })
    }

    /// A connection for reading.
    pub async fn read(&self) -> Result<Pooled, Error> {
        Ok(self.read.acquire().await?)
    }

    /// A transaction for reading: all that is read in it is of one state.
    pub async fn begin_read(&self) -> Result<Tx, Error> {
        Ok(self.read.begin().await?)
    }

    /// A transaction for writing. There is one at a time: do nothing slow in it.
    pub async fn begin(&self) -> Result<Tx, Error> {
        Ok(self.write.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Waits for running work and closes the files; the write-ahead log is folded in.
    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}
