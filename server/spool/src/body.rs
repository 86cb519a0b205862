//! A body on its way into the spool.

use crate::{Error, disk::sync_parent, spool::Core};
use bytes::Bytes;
use model::MessageId;
use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

/// How much of a large body is gathered before it is written to its file.
const CHUNK: usize = 256 << 10;

/// Takes a body as it arrives: in memory at first, in a file of its own above `Options::memory_body`. Dropped
/// without being accepted it leaves nothing behind.
pub struct BodyWriter {
    core: Arc<Core>,
    memory: Vec<u8>,
    len: u64,
    large: Option<Large>,
    /// Set while a write is under way, so that one that is given up half-way is noticed.
    incomplete: bool,
}

struct Large {
    file: Arc<File>,
    path: Owned,
    crc: crc32fast::Hasher,
}

/// A file that goes with its owner, unless it is kept.
pub struct Owned {
    path: PathBuf,
    keep: bool,
}

impl Owned {
    pub fn keep(mut self) {
        self.keep = true;
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        if !self.keep
            && let Err(error) = std::fs::remove_file(&self.path)
        {
            tracing::warn!(file = %self.path.display(), %error, "cannot remove the file of an unfinished body");
        }
    }
}

/// A body that is complete and, if it is large, on stable storage.
pub enum Sealed {
    Memory(Bytes),
    Large { file: Owned, crc: u32 },
}

impl BodyWriter {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        BodyWriter { core, memory: Vec::new(), len: 0, large: None, incomplete: false }
    }

    /// Bytes written so far.
    pub fn len(&self) -> u64 {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Appends. After an error, or when the future was dropped before its end, the body can only be dropped.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.incomplete {
            return Err(Error::Incomplete);
        }
        self.memory.extend_from_slice(bytes);
        self.len += bytes.len() as u64;
        if self.large.is_none() && self.memory.len() > self.core.options.memory_body {
            self.incomplete = true;
            self.core.check_space()?;
            let path = self.core.large_dir().join(format!("{:032x}.part", self.core.random()));
            let large = blocking(move || {
                let file = File::create_new(&path).map_err(|e| Error::io("create", &path, e))?;
                let path = Owned { path, keep: false };
                Ok(Large { file: Arc::new(file), path, crc: crc32fast::Hasher::new() })
            });
            self.large = Some(large.await?);
            self.flush().await?;
        } else if self.large.is_some() && self.memory.len() >= CHUNK {
            self.incomplete = true;
            self.core.check_space()?;
            self.flush().await?;
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), Error> {
        let Some(large) = &mut self.large else {
            return Ok(());
        };
        self.incomplete = true;
        let (file, path) = (large.file.clone(), large.path.path.clone());
        let mut memory = std::mem::take(&mut self.memory);
        let mut crc = large.crc.clone();
        let written = blocking(move || {
            (&*file).write_all(&memory).map_err(|e| Error::io("write", &path, e))?;
            crc.update(&memory);
            memory.clear();
            Ok((memory, crc))
        });
        (self.memory, large.crc) = written.await?;
        self.incomplete = false;
        Ok(())
    }

    /// Completes the body under its message's name.
    pub(crate) async fn seal(mut self, id: MessageId) -> Result<Sealed, Error> {
        if self.incomplete {
            return Err(Error::Incomplete);
        }
        self.flush().await?;
        let Some(large) = self.large.take() else {
            return Ok(Sealed::Memory(self.memory.into()));
        };
        let to = self.core.large_path(id);
        blocking(move || {
            let Large { file, path: mut owned, crc } = large;
            file.sync_data().map_err(|e| Error::io("sync", &owned.path, e))?;
            std::fs::rename(&owned.path, &to).map_err(|e| Error::io("rename", &owned.path, e))?;
            owned.path = to;
            sync_parent(&owned.path).map_err(|e| Error::io("sync the directory of", &owned.path, e))?;
            Ok(Sealed::Large { file: owned, crc: crc.finalize() })
        })
        .await
    }
}

/// Runs file work where it may wait.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::Closed)?
}

/// A whole large body, checked.
pub fn read_large(path: &Path, id: MessageId, size: u64, crc: u32) -> Result<Bytes, Error> {
    let body = std::fs::read(path).map_err(|e| Error::io("read", path, e))?;
    if body.len() as u64 != size || crc32fast::hash(&body) != crc {
        return Err(Error::Damaged { id, file: path.to_owned() });
    }
    Ok(body.into())
}
