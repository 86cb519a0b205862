//! The vault's key and its file.

use crate::{Error, commit::sync_dir};
use aes_gcm::{Aes256Gcm, KeyInit};
use sha2::{Digest, Sha256};
use std::{
    fs::OpenOptions,
    io::{self, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

pub struct Key {
    pub cipher: Aes256Gcm,
    /// Tells keys apart; says nothing about the key.
    pub fingerprint: [u8; 8],
}

impl Key {
    fn new(bytes: &[u8; 32]) -> Self {
        let digest = Sha256::new().chain_update(b"postern vault key fingerprint\0").chain_update(bytes).finalize();
        let mut fingerprint = [0; 8];
        fingerprint.copy_from_slice(&digest[..8]);
        Key { cipher: Aes256Gcm::new(bytes.into()), fingerprint }
    }

    /// The key in `dir`, made if there is none yet. `used`: blobs are there already.
    pub fn open(dir: &Path, used: bool) -> Result<Self, Error> {
        let path = dir.join("vault.key");
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                let mode = std::fs::metadata(&path).map_err(Error::io("read", &path))?.permissions().mode();
                if mode & 0o077 != 0 {
                    tracing::warn!(file = %path.display(), mode = format!("{:o}", mode & 0o777), "the key file can be read by others: set mode 600");
                }
                let mut bytes = [0; 32];
                hex::decode_to_slice(text.trim(), &mut bytes).map_err(|_| Error::KeyFile(path))?;
                Ok(Key::new(&bytes))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && used => Err(Error::KeyMissing(path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Key::make(dir, &path),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(Error::KeyFile(path)),
            Err(error) => Err(Error::io("read", &path)(error)),
        }
    }

    /// The file appears whole or not at all; of two processes that start at once, both get the first one's key.
    fn make(dir: &Path, path: &Path) -> Result<Self, Error> {
        let (mut bytes, mut salt) = ([0; 32], [0; 8]);
        getrandom::fill(&mut bytes).map_err(Error::Random)?;
        getrandom::fill(&mut salt).map_err(Error::Random)?;
        let new = dir.join(format!("vault.key.{}", hex::encode(salt)));
        let linked = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&new)
            .and_then(|mut file| {
                file.write_all(format!("{}\n", hex::encode(bytes)).as_bytes())?;
                file.sync_all()
            })
            .and_then(|()| std::fs::hard_link(&new, path));
        let _ = std::fs::remove_file(&new);
        match linked {
            Ok(()) => {
                sync_dir(dir)?;
                Ok(Key::new(&bytes))
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Key::open(dir, true),
            Err(error) => Err(Error::io("create", path)(error)),
        }
    }
}
