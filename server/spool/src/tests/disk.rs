//! A disk that can be full, fail, be slow and lose its power.

use crate::disk::{Disk, Real, SegmentFile};
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

#[derive(Clone, Default)]
pub struct TestDisk(pub Arc<Mutex<State>>);

#[derive(Default)]
pub struct State {
    /// Bytes that can still be written; none: no end.
    pub room: Option<u64>,
    pub sync_fails: bool,
    pub sync_takes: Duration,
    /// The power goes with the n-th sync from now, before it (false) or right after it (true).
    pub power_goes: Option<(u64, bool)>,
    pub power_off: bool,
    /// How much of each segment is on stable storage.
    pub synced: HashMap<PathBuf, u64>,
}

impl State {
    fn powered(&self) -> io::Result<()> {
        if self.power_off { Err(io::Error::other("the power is off")) } else { Ok(()) }
    }
}

struct TestFile {
    file: File,
    path: PathBuf,
    state: Arc<Mutex<State>>,
}

impl SegmentFile for TestFile {
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut state = self.state.lock();
        state.powered()?;
        let Some(room) = state.room else { return SegmentFile::write_all_at(&self.file, bytes, offset) };
        let fits = usize::try_from(room).unwrap().min(bytes.len());
        state.room = Some(room - fits as u64);
        SegmentFile::write_all_at(&self.file, &bytes[..fits], offset)?;
        if fits < bytes.len() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn sync_data(&self) -> io::Result<()> {
        let takes = self.state.lock().sync_takes;
        std::thread::sleep(takes);
        let mut state = self.state.lock();
        state.powered()?;
        if state.sync_fails {
            return Err(io::Error::other("a bad sector"));
        }
        let mut goes_after = false;
        if let Some((syncs, after)) = &mut state.power_goes {
            *syncs = syncs.saturating_sub(1);
            if *syncs == 0 {
                goes_after = *after;
                state.power_off = true;
                if !goes_after {
                    return Err(io::Error::other("the power is off"));
                }
            }
        }
        let len = self.file.metadata()?.len();
        state.synced.insert(self.path.clone(), len);
        // Synced, but nobody is told.
        if goes_after { Err(io::Error::other("the power is off")) } else { Ok(()) }
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut state = self.state.lock();
        state.powered()?;
        let before = self.file.metadata()?.len();
        if let Some(room) = &mut state.room {
            *room += before.saturating_sub(len);
        }
        if let Some(synced) = state.synced.get_mut(&self.path) {
            *synced = len.min(*synced);
        }
        File::set_len(&self.file, len)
    }
}

impl TestDisk {
    fn file(&self, path: &Path, file: File) -> Box<dyn SegmentFile> {
        Box::new(TestFile { file, path: path.to_owned(), state: self.0.clone() })
    }
}

impl Disk for TestDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn SegmentFile>> {
        let mut state = self.0.lock();
        state.powered()?;
        state.synced.insert(path.to_owned(), 0);
        Ok(self.file(path, File::create_new(path)?))
    }
    fn open(&self, path: &Path) -> io::Result<Box<dyn SegmentFile>> {
        Ok(self.file(path, File::options().write(true).open(path)?))
    }
    fn remove(&self, path: &Path, to: Option<&Path>) -> io::Result<()> {
        self.0.lock().powered()?;
        Real.remove(path, to)
    }
    fn free(&self, _: &Path) -> io::Result<u64> {
        Ok(self.0.lock().room.unwrap_or(u64::MAX))
    }
}
