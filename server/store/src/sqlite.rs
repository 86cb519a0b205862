//! Opening the embedded database: one writer, several readers, WAL, `synchronous=FULL`.

use crate::{Error, FILE, Pools, Store};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, Pool, Sqlite};
use std::{path::Path, time::Duration};

const READERS: u32 = 4;
/// Kilobytes of the file that each reader keeps in memory at most (negative: SQLite's word for kilobytes rather than
/// pages). It takes no more than the file has; with a million mailboxes, pages that are asked for again stay.
const READ_CACHE: &str = "-65536";
/// How long a writer of this process waits for one of another process (command line beside a running server).
const BUSY: Duration = Duration::from_secs(15);

pub(crate) static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/sqlite");

/// The writer and the readers.
pub async fn open(data: &Path) -> Result<(Pool<Sqlite>, Pool<Sqlite>), Error> {
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
            // On a full disk SQLite rolls back by itself; a connection that still believes to be in a transaction
            // would refuse every later one.
            .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
    };
    let write = pool(1)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options.clone())
        .await
        .map_err(fail)?;
    let mut first = write.acquire().await?;
    crate::migrated(MIGRATIONS.run_direct(None, &mut *first, false).await, &MIGRATIONS)?;
    drop(first);
    let read = options.pragma("query_only", "on").pragma("cache_size", READ_CACHE);
    let read = pool(READERS).connect_with(read).await.map_err(fail)?;
    Ok((write, read))
}

/// A reader of a database that is there.
pub async fn open_unchanged(data: &Path) -> Result<Pool<Sqlite>, Error> {
    let path = data.join(FILE);
    if !path.exists() {
        return Err(Error::Absent(path.display().to_string()));
    }
    let options = SqliteConnectOptions::new()
        .filename(&path)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .pragma("temp_store", "memory")
        .pragma("query_only", "on");
    let pool = SqlitePoolOptions::new().max_connections(READERS).test_before_acquire(false);
    pool.connect_with(options).await.map_err(|source| Error::Open { path, source })
}

/// A new file with schema `version`, written without care for a crash: whoever fills it begins anew after one.
pub async fn fresh(data: &Path, version: i64) -> Result<Store, Error> {
    let path = data.join(FILE);
    let options = SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Off)
        .synchronous(SqliteSynchronous::Off)
        .foreign_keys(true)
        .statement_cache_capacity(256)
        .pragma("temp_store", "memory")
        .pragma("cache_size", "-64000");
    let pool = SqlitePoolOptions::new().max_connections(1).test_before_acquire(false);
    let pool = pool.connect_with(options).await.map_err(|source| Error::Open { path, source })?;
    MIGRATIONS.run_to(version, &mut *pool.acquire().await?).await?;
    Ok(Store(Pools::Sqlite { write: pool.clone(), read: pool }))
}
