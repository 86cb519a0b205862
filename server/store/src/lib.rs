//! The database: configuration, people, traffic, quarantine, audit.
//!
//! One module a table family; its functions take a [`Connection`], so that a use case puts several of them and its
//! audit row into one transaction ([`Store::begin`]). SQLite is the embedded default, PostgreSQL serves several nodes;
//! both run the same statements through [`db`], and the few that differ keep both texts side by side.

pub mod account;
pub mod activation;
pub mod administrator;
pub mod audit;
pub mod batch;
pub mod brand;
pub mod bulk;
pub mod change;
mod change_watch;
mod codec;
mod cursor;
pub mod db;
pub mod defaults;
pub mod definition;
pub mod digest;
pub mod dkim;
pub mod domain;
pub mod dump;
mod error;
pub mod group;
pub mod health;
pub mod idempotency;
pub mod lease;
pub mod log;
pub mod mailbox;
pub mod outbound;
pub mod password;
#[cfg(test)]
mod plans;
mod postgres;
pub mod preference;
pub mod purge;
pub mod quarantine;
mod query;
pub mod reception;
pub mod reference;
pub mod relay;
pub mod rollup;
pub mod search;
pub mod senders;
pub mod session;
mod sqlite;
mod target;
pub mod tls_result;
pub mod token;
pub mod traffic;
#[cfg(test)]
mod upgrade;

pub use batch::{BatchOptions, Batcher};
pub use change_watch::Changes;
pub use cursor::{BadCursor, Cursor, Slice};
pub use db::{Connection, Dialect, Transaction as Tx};
pub use error::Error;
pub use query::{Scope, page_of};
pub use target::Target;
pub use traffic::{MessageRecord, OutcomeRecord, QuarantineRecord, RecipientRecord};

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{Pool, Postgres, Sqlite};
use std::path::Path;

/// Name of the database file in the data directory.
pub const FILE: &str = "postern.db";

/// The open database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store(Pools);

/// Connections for writing and for reading.
#[derive(Debug, Clone)]
enum Pools {
    Sqlite { write: Pool<Sqlite>, read: Pool<Sqlite> },
    Postgres { write: Pool<Postgres>, read: Pool<Postgres> },
}

/// Taken by each transaction of [`Store::begin`] until its end; "postern" in hexadecimal.
const WRITER: &str = "SELECT pg_advisory_xact_lock(31647739056321134)";

impl Store {
    /// Opens the embedded database in directory `data`, makes it where there is none, and brings it to the newest
    /// schema.
    pub async fn open(data: &Path) -> Result<Store, Error> {
        Store::connect(&Target::Sqlite(data.to_owned())).await
    }

    /// Opens the database and brings it to the newest schema.
    pub async fn connect(target: &Target) -> Result<Store, Error> {
        let store = Store(match target {
            Target::Sqlite(data) => {
                let (write, read) = sqlite::open(data).await?;
                Pools::Sqlite { write, read }
            }
            Target::Postgres(options) => {
                let (write, read) = postgres::open(options).await?;
                Pools::Postgres { write, read }
            }
        });
        if change::meta(&mut store.read().await?, change::LOADING).await?.is_some() {
            return Err(Error::Loading(target.to_string()));
        }
        Ok(store)
    }

    /// Opens a database that is there, and leaves its schema as it is: to look at it, or to copy it. Writing is refused.
    pub async fn connect_unchanged(target: &Target) -> Result<Store, Error> {
        Ok(Store(match target {
            Target::Sqlite(data) => {
                let read = sqlite::open_unchanged(data).await?;
                Pools::Sqlite { write: read.clone(), read }
            }
            Target::Postgres(options) => {
                let read = postgres::open_unchanged(options).await?;
                Pools::Postgres { write: read.clone(), read }
            }
        }))
    }

    pub fn dialect(&self) -> Dialect {
        match self.0 {
            Pools::Sqlite { .. } => Dialect::Sqlite,
            Pools::Postgres { .. } => Dialect::Postgres,
        }
    }

    /// A connection for reading.
    pub async fn read(&self) -> Result<Connection, Error> {
        Ok(match &self.0 {
            Pools::Sqlite { read, .. } => read.acquire().await?.into(),
            Pools::Postgres { read, .. } => read.acquire().await?.into(),
        })
    }

    /// A transaction for reading: all that is read in it is of one state.
    pub async fn begin_read(&self) -> Result<Tx, Error> {
        Ok(match &self.0 {
            Pools::Sqlite { read, .. } => read.begin().await?.into(),
            Pools::Postgres { read, .. } => {
                read.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?.into()
            }
        })
    }

    /// A transaction for writing. There is one at a time, in the whole cluster: what it reads stays true until it
    /// commits. Do nothing slow in it.
    pub async fn begin(&self) -> Result<Tx, Error> {
        match &self.0 {
            Pools::Sqlite { .. } => self.begin_traffic().await,
            Pools::Postgres { write, .. } => {
                let mut tx = write.begin().await?;
                sqlx::query(WRITER).execute(&mut *tx).await?;
                Ok(tx.into())
            }
        }
    }

    /// A transaction for rows that nobody else writes at the same time, such as those of a message that this node
    /// received: on PostgreSQL it waits for no other.
    pub async fn begin_traffic(&self) -> Result<Tx, Error> {
        Ok(match &self.0 {
            Pools::Sqlite { write, .. } => write.begin_with("BEGIN IMMEDIATE").await?.into(),
            Pools::Postgres { write, .. } => write.begin().await?.into(),
        })
    }

    /// Waits for running work and closes files or connections; SQLite's write-ahead log is folded in.
    pub async fn close(&self) {
        match &self.0 {
            Pools::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres { write, read } => {
                read.close().await;
                write.close().await;
            }
        }
    }
}

/// Tells a database of a newer version from one that cannot be migrated.
fn migrated(result: Result<(), MigrateError>, known: &Migrator) -> Result<(), Error> {
    let newest = known.iter().map(|m| m.version).max().unwrap_or(0);
    match result {
        Err(MigrateError::VersionMissing(found)) if found > newest => Err(Error::Newer { found, known: newest }),
        other => Ok(other?),
    }
}
