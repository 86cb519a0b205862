//! Giving new blobs their names, many with one sync of a directory.

use crate::Error;
use std::{
    collections::BTreeSet,
    fs::File,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError, mpsc},
};

/// A blob that is whole and synced in `new/`.
struct Ready {
    from: PathBuf,
    to: PathBuf,
    done: mpsc::Sender<Result<(), Error>>,
}

#[derive(Default)]
pub struct Commit {
    ready: Mutex<Vec<Ready>>,
    turn: Mutex<()>,
}

/// Nothing is half-done behind these locks when a thread panics, so poisoning says nothing.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Commit {
    /// Renames `from` to `to`, lasting when this returns. Whoever gets the turn does it for all that wait.
    pub fn rename(&self, from: PathBuf, to: PathBuf) -> Result<(), Error> {
        let (done, answer) = mpsc::channel();
        lock(&self.ready).push(Ready { from, to, done });
        let _turn = lock(&self.turn);
        let all = std::mem::take(&mut *lock(&self.ready));
        let mut dirs = BTreeSet::new();
        let mut renamed = Vec::with_capacity(all.len());
        for Ready { from, to, done } in all {
            let result = std::fs::rename(&from, &to).map_err(Error::io("rename", &from));
            if result.is_err() {
                let _ = std::fs::remove_file(&from);
            }
            let dir = to.parent().unwrap_or(Path::new(".")).to_owned();
            dirs.insert(dir.clone());
            renamed.push((dir, done, result));
        }
        let synced: Vec<_> = dirs.into_iter().map(|dir| (sync_dir(&dir), dir)).collect();
        for (dir, done, result) in renamed {
            let sync = synced.iter().find(|(_, d)| *d == dir).map_or(Ok(()), |(r, _)| r.clone());
            let _ = done.send(result.and(sync));
        }
        answer.recv().map_err(|_| Error::Stopping)?
    }
}

/// Makes the names in `dir` lasting.
pub fn sync_dir(dir: &Path) -> Result<(), Error> {
    File::open(dir).and_then(|d| d.sync_all()).map_err(Error::io("sync", dir))
}
