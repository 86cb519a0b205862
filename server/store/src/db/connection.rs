//! A connection that knows which database it leads to, and a transaction on one.

use super::Dialect;
use crate::Error;
use sqlx::pool::PoolConnection;
use sqlx::{Database, Postgres, Sqlite};
use std::ops::{Deref, DerefMut};

/// What every function of this crate works on: a connection of the pool, or one within a transaction.
pub enum Connection {
    Sqlite(Handle<Sqlite>),
    Postgres(Handle<Postgres>),
}

/// A connection of a pool, with or without an open transaction.
pub enum Handle<DB: Database> {
    Pooled(PoolConnection<DB>),
    Transaction(sqlx::Transaction<'static, DB>),
}

impl<DB: Database> Handle<DB> {
    pub(super) fn raw(&mut self) -> &mut DB::Connection {
        match self {
            Handle::Pooled(c) => c,
            Handle::Transaction(t) => t,
        }
    }

    async fn end(self, commit: bool) -> Result<(), Error> {
        match self {
            Handle::Pooled(_) => Ok(()),
            Handle::Transaction(t) if commit => Ok(t.commit().await?),
            Handle::Transaction(t) => Ok(t.rollback().await?),
        }
    }
}

impl Connection {
    pub fn dialect(&self) -> Dialect {
        match self {
            Connection::Sqlite(_) => Dialect::Sqlite,
            Connection::Postgres(_) => Dialect::Postgres,
        }
    }

    async fn end(self, commit: bool) -> Result<(), Error> {
        match self {
            Connection::Sqlite(h) => h.end(commit).await,
            Connection::Postgres(h) => h.end(commit).await,
        }
    }
}

impl From<PoolConnection<Sqlite>> for Connection {
    fn from(c: PoolConnection<Sqlite>) -> Self {
        Connection::Sqlite(Handle::Pooled(c))
    }
}
impl From<PoolConnection<Postgres>> for Connection {
    fn from(c: PoolConnection<Postgres>) -> Self {
        Connection::Postgres(Handle::Pooled(c))
    }
}

/// An open transaction; dropped without [`Transaction::commit`] it is rolled back.
pub struct Transaction(Connection);

impl Transaction {
    /// All that was done in it holds, durably, when this returns.
    pub async fn commit(self) -> Result<(), Error> {
        self.0.end(true).await
    }

    /// Undoes it now, not when the connection is next used.
    pub async fn rollback(self) -> Result<(), Error> {
        self.0.end(false).await
    }
}

impl From<sqlx::Transaction<'static, Sqlite>> for Transaction {
    fn from(t: sqlx::Transaction<'static, Sqlite>) -> Self {
        Transaction(Connection::Sqlite(Handle::Transaction(t)))
    }
}
impl From<sqlx::Transaction<'static, Postgres>> for Transaction {
    fn from(t: sqlx::Transaction<'static, Postgres>) -> Self {
        Transaction(Connection::Postgres(Handle::Transaction(t)))
    }
}

impl Deref for Transaction {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        &self.0
    }
}
impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.0
    }
}
