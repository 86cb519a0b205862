//! Small secrets that the database keeps: sealed with the vault's key, each for one purpose.
//!
//! ```text
//!  0  version   1
//!  1  key       8  fingerprint of the key
//!  9  nonce    12  random
//! 21  sealed       the secret and 16 bytes of tag
//! ```
//! The first 21 bytes and the purpose are authenticated with it, so that what was sealed for one thing opens for no other.

use crate::{Error, key::Key};
use aes_gcm::aead::{Aead, Payload};

const VERSION: u8 = 1;
const HEADER: usize = 21;
const TAG: usize = 16;

pub fn seal(key: &Key, purpose: &str, secret: &[u8]) -> Result<Vec<u8>, Error> {
    let mut nonce = [0; 12];
    getrandom::fill(&mut nonce).map_err(Error::Random)?;
    let mut out = Vec::with_capacity(HEADER + secret.len() + TAG);
    out.push(VERSION);
    out.extend_from_slice(&key.fingerprint);
    out.extend_from_slice(&nonce);
    let aad = [&out, purpose.as_bytes()].concat();
    let sealed = key.cipher.encrypt((&nonce).into(), Payload { msg: secret, aad: &aad });
    out.extend_from_slice(&sealed.map_err(|_| Error::Encrypt(secret.len()))?);
    Ok(out)
}

pub fn open(key: &Key, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>, Error> {
    if sealed.len() < HEADER + TAG || sealed[0] != VERSION {
        return Err(Error::Secret("it is cut short or of another version"));
    }
    let (header, rest) = sealed.split_at(HEADER);
    if header[1..9] != key.fingerprint {
        return Err(Error::Secret("it was sealed with another key file"));
    }
    let mut nonce = [0; 12];
    nonce.copy_from_slice(&header[9..]);
    let aad = [header, purpose.as_bytes()].concat();
    let opened = key.cipher.decrypt((&nonce).into(), Payload { msg: rest, aad: &aad });
    opened.map_err(|_| Error::Secret("its bytes have changed, or it was sealed for something else"))
}
