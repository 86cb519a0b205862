//! Waiting for a change of configuration by whichever process.

use crate::{Pools, Store, change};
use sqlx::postgres::PgListener;
use sqlx::{Pool, Postgres};
use std::time::Duration;
use tokio::time::Instant;

/// How long after a failed try the server is asked again to notify.
const AGAIN: Duration = Duration::from_secs(15);

/// Notices changes. PostgreSQL tells of them; with SQLite, and while no connection can be had, only time passes and
/// the caller looks at the counter ([`change::counter`]).
pub struct Changes {
    pool: Option<Pool<Postgres>>,
    listener: Option<PgListener>,
    next_try: Instant,
}

impl Store {
    pub fn changes(&self) -> Changes {
        let pool = match &self.0 {
            Pools::Sqlite { .. } => None,
            Pools::Postgres { read, .. } => Some(read.clone()),
        };
        Changes { pool, listener: None, next_try: Instant::now() }
    }
}

impl Changes {
    /// Returns when a change is announced, or after `longest`.
    pub async fn wait(&mut self, longest: Duration) {
        let end = Instant::now() + longest;
        if self.listener.is_none() {
            self.listen().await;
        }
        if let Some(listener) = &mut self.listener {
            match tokio::time::timeout_at(end, listener.recv()).await {
                Ok(Ok(_)) | Err(_) => return,
                Ok(Err(error)) => {
                    tracing::warn!(%error, "the database tells of no changes for now; they are looked for instead");
                    self.listener = None;
                    self.next_try = Instant::now() + AGAIN;
                }
            }
        }
        tokio::time::sleep_until(end).await;
    }

    async fn listen(&mut self) {
        let Some(pool) = self.pool.as_ref().filter(|_| self.next_try <= Instant::now()) else { return };
        let connected = async {
            let mut listener = PgListener::connect_with(pool).await?;
            listener.listen(change::CHANNEL).await?;
            Ok::<_, sqlx::Error>(listener)
        };
        match connected.await {
            Ok(listener) => self.listener = Some(listener),
            Err(error) => {
                tracing::warn!(%error, "the database cannot be asked to tell of changes; they are looked for instead");
                self.next_try = Instant::now() + AGAIN;
            }
        }
    }
}
