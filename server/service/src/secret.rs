//! Random tokens and what is stored of them.

use crate::Error;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

pub(crate) fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|e| Error::Internal(format!("the system gives no randomness: {e}")))?;
    Ok(bytes)
}

/// 256 bits in 43 characters that need no quoting in URLs and cookies.
pub(crate) fn token() -> Result<String, Error> {
    Ok(URL_SAFE_NO_PAD.encode(random::<32>()?))
}

/// What is stored instead of a token: who reads the database can log in with nothing.
pub(crate) fn fingerprint(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// Names a line of the log.
pub(crate) fn short_id() -> String {
    random::<6>().map(hex::encode).unwrap_or_else(|_| "unnamed".into())
}

/// 80 bits that are always the same for the same parts: ids of mail that must not be sent twice.
pub fn derived(parts: &[&str]) -> u128 {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize();
    digest.iter().take(10).fold(0, |n, byte| n << 8 | u128::from(*byte))
}
