//! A blob as bytes: compressed, then sealed with AES-256-GCM.
//!
//! ```text
//!  0  "PVLT"        4
//!  4  version       1
//!  5  zero          3
//!  8  key           8  fingerprint of the key
//! 16  plain size    8  in bytes, little-endian
//! 24  nonce        12  random
//! 36  sealed           zstd frame and 16 bytes of tag
//! ```
//! The first 36 bytes and the blob's name are authenticated with it.

use crate::{Error, key::Key};
use aes_gcm::aead::{Aead, Payload};
use bytes::Bytes;
use sha2::{Digest, Sha256};
use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

/// Most bytes that a body may have: what mail servers take, and what a reader has to allocate.
pub const MAX_PLAIN: u64 = 200 << 20;
const HEADER: usize = 36;
const TAG: usize = 16;
const MAGIC: &[u8; 4] = b"PVLT";
const VERSION: u8 = 1;
const LEVEL: i32 = 3;

/// The SHA-256 of a body's plain bytes; as text 64 hexadecimal digits in lower case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobId([u8; 32]);

impl BlobId {
    pub fn of(body: &[u8]) -> Self {
        BlobId(Sha256::digest(body).into())
    }
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
    /// Its file's place below the vault's directory.
    pub fn file(&self) -> PathBuf {
        let name = self.to_string();
        Path::new(&name[..2]).join(&name[2..])
    }
}

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}
impl fmt::Debug for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl FromStr for BlobId {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        let mut id = [0; 32];
        hex::decode_to_slice(text, &mut id).map_err(|_| Error::Name)?;
        Ok(BlobId(id))
    }
}

fn bound(header: &[u8], id: &BlobId) -> Vec<u8> {
    [header, &id.0].concat()
}

pub fn seal(key: &Key, id: &BlobId, plain: &[u8]) -> Result<Vec<u8>, Error> {
    if plain.len() as u64 > MAX_PLAIN {
        return Err(Error::TooLarge(plain.len() as u64));
    }
    let mut nonce = [0; 12];
    getrandom::fill(&mut nonce).map_err(Error::Random)?;
    let packed = zstd::bulk::compress(plain, LEVEL).map_err(|_| Error::Encrypt(plain.len()))?;
    let mut out = Vec::with_capacity(HEADER + packed.len() + TAG);
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&[VERSION, 0, 0, 0]);
    out.extend_from_slice(&key.fingerprint);
    out.extend_from_slice(&(plain.len() as u64).to_le_bytes());
    out.extend_from_slice(&nonce);
    let aad = bound(&out, id);
    let sealed = key.cipher.encrypt((&nonce).into(), Payload { msg: &packed, aad: &aad });
    out.extend_from_slice(&sealed.map_err(|_| Error::Encrypt(plain.len()))?);
    Ok(out)
}

/// The plain bytes, for sure those that the blob is named by.
pub fn unseal(key: &Key, id: &BlobId, blob: &[u8]) -> Result<Bytes, Error> {
    let damaged = |what| Error::Damaged { id: *id, what };
    if blob.len() < HEADER + TAG || &blob[..4] != MAGIC {
        return Err(damaged("it is cut short or no blob at all"));
    }
    let (header, sealed) = blob.split_at(HEADER);
    if header[4] != VERSION {
        return Err(Error::Newer { id: *id, version: header[4] });
    }
    if header[8..16] != key.fingerprint {
        let (theirs, ours) = (hex::encode(&header[8..16]), hex::encode(key.fingerprint));
        return Err(Error::WrongKey { id: *id, theirs, ours });
    }
    let (mut size, mut nonce) = ([0; 8], [0; 12]);
    size.copy_from_slice(&header[16..24]);
    nonce.copy_from_slice(&header[24..]);
    let size = u64::from_le_bytes(size);
    if size > MAX_PLAIN {
        return Err(damaged("the size that it gives is beyond the limit"));
    }
    let aad = bound(header, id);
    let packed = key.cipher.decrypt((&nonce).into(), Payload { msg: sealed, aad: &aad });
    let packed = packed.map_err(|_| damaged("its bytes have changed since they were written"))?;
    // The size is authenticated by now, so this allocates what the writer had.
    let plain = zstd::bulk::decompress(&packed, size as usize).map_err(|_| damaged("it does not unpack"))?;
    if plain.len() as u64 != size || BlobId::of(&plain) != *id {
        return Err(damaged("its content is not what it is named by"));
    }
    Ok(plain.into())
}
