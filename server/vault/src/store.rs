//! The vault in a directory.

use crate::{
    BlobId, Error, blob,
    commit::{Commit, sync_dir},
    key::Key,
};
use bytes::Bytes;
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};
use tokio::sync::Semaphore;

/// How many bodies are packed and written at a time: enough to share syncs, few enough to bound memory.
const AT_ONCE: usize = 16;
/// No write of a blob takes that long.
const LEFT_BEHIND: Duration = Duration::from_secs(3_600);

/// Bodies by content. Cheap to clone.
#[derive(Clone)]
pub struct Vault {
    inner: Arc<Inner>,
}

struct Inner {
    dir: PathBuf,
    key: Key,
    commit: Commit,
    puts: Semaphore,
}

impl Vault {
    /// Opens the vault in `dir`; the directory and the key are made at the first start.
    pub fn open(dir: &Path) -> Result<Vault, Error> {
        let new = dir.join("new");
        fs::create_dir_all(&new).map_err(Error::io("create", &new))?;
        let mut used = false;
        for file in fs::read_dir(dir).map_err(Error::io("list", dir))? {
            let file = file.map_err(Error::io("list", dir))?;
            used |= is_shard(&file.file_name()) && fs::read_dir(file.path()).is_ok_and(|mut d| d.next().is_some());
        }
        let key = Key::open(dir, used)?;
        sweep(&new, SystemTime::now())?;
        // All at once, so that no blob is ever in a directory whose own name could be lost.
        for shard in 0..=u8::MAX {
            let shard = dir.join(hex::encode([shard]));
            fs::create_dir_all(&shard).map_err(Error::io("create", &shard))?;
        }
        sync_dir(dir)?;
        let inner = Inner { dir: dir.to_owned(), key, commit: Commit::default(), puts: Semaphore::new(AT_ONCE) };
        Ok(Vault { inner: Arc::new(inner) })
    }

    /// Keeps a body; on stable storage when this returns. One that is there already (and reads well) only gets
    /// a new modification time. Several at once share their syncs.
    pub async fn put(&self, body: &[u8]) -> Result<BlobId, Error> {
        self.put_bytes(Bytes::copy_from_slice(body)).await
    }

    /// As [`Vault::put`], without a copy.
    pub async fn put_bytes(&self, body: Bytes) -> Result<BlobId, Error> {
        if body.len() as u64 > blob::MAX_PLAIN {
            return Err(Error::TooLarge(body.len() as u64));
        }
        let _turn = self.inner.puts.acquire().await.map_err(|_| Error::Stopping)?;
        self.blocking(move |inner| inner.put(&body)).await
    }

    /// The body, checked to be the one that was put.
    pub async fn get(&self, id: &BlobId) -> Result<Bytes, Error> {
        let id = *id;
        self.blocking(move |inner| inner.get(&id)).await
    }

    /// Deletes a body; one that is not there is no error. The caller knows that nobody needs it, and that no
    /// `put` of the same content runs meanwhile.
    pub async fn remove(&self, id: &BlobId) -> Result<(), Error> {
        let id = *id;
        self.blocking(move |inner| inner.remove(&id)).await
    }

    /// Seals a small secret for one purpose; the caller keeps what comes.
    pub fn seal_secret(&self, purpose: &str, secret: &[u8]) -> Result<Vec<u8>, Error> {
        crate::secret::seal(&self.inner.key, purpose, secret)
    }

    /// A secret that was sealed for this purpose with this vault's key.
    pub fn open_secret(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        crate::secret::open(&self.inner.key, purpose, sealed)
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let inner = self.inner.clone();
        tokio::task::spawn_blocking(move || work(&inner)).await.map_err(|_| Error::Stopping)?
    }
}

/// Deletes what a crash left half-written. What is young may be under way in another process that has the vault
/// open, as the command line has beside the server.
fn sweep(new: &Path, now: SystemTime) -> Result<(), Error> {
    for file in fs::read_dir(new).map_err(Error::io("list", new))? {
        let path = file.map_err(Error::io("list", new))?.path();
        let written = fs::metadata(&path).and_then(|m| m.modified());
        if written.is_ok_and(|at| now.duration_since(at).is_ok_and(|age| age > LEFT_BEHIND)) {
            fs::remove_file(&path).map_err(Error::io("remove", &path))?;
        }
    }
    Ok(())
}

fn is_shard(name: &std::ffi::OsStr) -> bool {
    name.to_str().is_some_and(|n| n.len() == 2 && n.bytes().all(|b| b.is_ascii_hexdigit()))
}

impl Inner {
    fn path(&self, id: &BlobId) -> PathBuf {
        self.dir.join(id.file())
    }

    fn put(&self, body: &[u8]) -> Result<BlobId, Error> {
        let id = BlobId::of(body);
        match self.get(&id) {
            Ok(_) => {
                let path = self.path(&id);
                let refreshed =
                    File::options().append(true).open(&path).and_then(|f| f.set_modified(SystemTime::now()));
                match refreshed {
                    Ok(()) => return Ok(id),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(Error::io("refresh", &path)(error)),
                }
            }
            Err(Error::Missing(_)) => {}
            // A blob of another key is replaced too: with ours in place nobody can read it any more.
            Err(error @ (Error::Damaged { .. } | Error::WrongKey { .. })) => {
                tracing::error!(%error, "writing the blob anew");
            }
            Err(error) => return Err(error),
        }
        self.write(&id, &blob::seal(&self.key, &id, body)?)?;
        Ok(id)
    }

    fn write(&self, id: &BlobId, sealed: &[u8]) -> Result<(), Error> {
        let to = self.path(id);
        let mut salt = [0; 16];
        getrandom::fill(&mut salt).map_err(Error::Random)?;
        let from = self.dir.join("new").join(hex::encode(salt));
        let written = File::create_new(&from).and_then(|mut file| {
            file.write_all(sealed)?;
            file.sync_all()
        });
        if let Err(error) = written {
            let _ = fs::remove_file(&from);
            return Err(Error::io("write", &from)(error));
        }
        self.commit.rename(from, to)
    }

    fn get(&self, id: &BlobId) -> Result<Bytes, Error> {
        let path = self.path(id);
        match fs::read(&path) {
            Ok(blob) => blob::unseal(&self.key, id, &blob),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Error::Missing(*id)),
            Err(error) => Err(Error::io("read", &path)(error)),
        }
    }

    fn remove(&self, id: &BlobId) -> Result<(), Error> {
        let path = self.path(id);
        match fs::remove_file(&path) {
            Ok(()) => sync_dir(path.parent().unwrap_or(&self.dir)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(Error::io("remove", &path)(error)),
        }
    }
}
