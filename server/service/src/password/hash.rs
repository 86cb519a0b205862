//! Hashes of passwords: argon2id, never more at a time than the machine stands.

use super::LONGEST;
use crate::{Error, secret};
use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use std::sync::{Arc, OnceLock};
use tokio::sync::Semaphore;

/// Each takes 19 MiB for some tens of milliseconds.
const AT_ONCE: usize = 4;

#[derive(Debug)]
pub(crate) struct Hasher {
    permits: Arc<Semaphore>,
}

fn hash_now(password: &str, salt: &[u8]) -> Result<String, Error> {
    let wrong = |e: argon2::password_hash::Error| Error::Internal(format!("hashing a password: {e}"));
    let salt = SaltString::encode_b64(salt).map_err(wrong)?;
    Ok(Argon2::default().hash_password(password.as_bytes(), &salt).map_err(wrong)?.to_string())
}

/// A hash that no password has, so that an unknown name takes as long as a wrong password.
fn dummy() -> &'static str {
    static DUMMY: OnceLock<String> = OnceLock::new();
    DUMMY.get_or_init(|| {
        let unguessable = secret::token().unwrap_or_default();
        hash_now(&unguessable, b"no such user here").unwrap_or_default()
    })
}

/// Whether text has the form of a hash that this module verifies.
pub(crate) fn is_hash(text: &str) -> bool {
    PasswordHash::new(text).is_ok_and(|h| h.algorithm.as_str() == "argon2id" && h.hash.is_some())
}

impl Hasher {
    pub(crate) fn new() -> Self {
        Hasher { permits: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    pub(crate) async fn hash(&self, password: String) -> Result<String, Error> {
        let salt = secret::random::<16>()?;
        self.run(move || hash_now(&password, &salt)).await?
    }

    /// Takes the same time whether or not there is a hash.
    pub(crate) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Error> {
        self.run(move || {
            // Longer ones were never set; hashing them only costs.
            let fits = password.chars().count() <= LONGEST;
            let password = if fits { password.as_bytes() } else { b"" };
            let known = hash.is_some();
            let text = hash.as_deref().unwrap_or_else(|| dummy());
            let right = PasswordHash::new(text).is_ok_and(|h| Argon2::default().verify_password(password, &h).is_ok());
            right && known && fits
        })
        .await
    }

    /// Whether it is one of these.
    pub(crate) async fn is_any(&self, password: &str, hashes: &[String]) -> Result<bool, Error> {
        for hash in hashes {
            if self.verify(password.to_owned(), Some(hash.clone())).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let _permit = self.permits.clone().acquire_owned().await.map_err(|e| Error::Internal(e.to_string()))?;
        tokio::task::spawn_blocking(work).await.map_err(|e| Error::Internal(format!("hashing a password: {e}")))
    }
}
