//! Requests that a program may send again without their being done again: a key stands for one request of one token.

use crate::{Error, Service};
use model::time::{DAY, MINUTE};
use model::{Actor, Principal};
pub use store::idempotency::Known;

/// How long an answer is kept, in ms.
const KEPT: i64 = DAY;
/// How long a request may take: a key whose server died at work is free after that.
const WORK: i64 = MINUTE;

fn token_of(actor: &Actor) -> Result<i64, Error> {
    match actor.principal {
        Principal::Token { id, .. } => Ok(id),
        _ => Err(Error::forbidden()),
    }
}

impl Service {
    /// Takes the key for the request with this fingerprint. After `New` do the work, then call [`Service::end_once`].
    pub async fn begin_once(&self, actor: &Actor, key: &str, request: &str) -> Result<Known, Error> {
        let token = token_of(actor)?;
        let now = self.now();
        let mut tx = self.inner.store.begin().await?;
        let known = store::idempotency::begin(&mut tx, token, key, request, now, now.plus(WORK)).await?;
        tx.commit().await?;
        Ok(known)
    }

    /// Keeps status and answer, or frees the key where the request came to nothing.
    pub async fn end_once(&self, actor: &Actor, key: &str, answer: Option<(u16, &str)>) -> Result<(), Error> {
        let token = token_of(actor)?;
        let mut tx = self.inner.store.begin().await?;
        match answer {
            Some((status, text)) => {
                store::idempotency::finish(&mut tx, token, key, status, text, self.now().plus(KEPT)).await?
            }
            None => store::idempotency::forget(&mut tx, token, key).await?,
        }
        Ok(tx.commit().await?)
    }
}
