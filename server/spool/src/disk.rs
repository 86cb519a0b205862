//! The disk as the log sees it, so that tests can fill it, break it and cut its power.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::FileExt,
    path::Path,
};

pub trait SegmentFile: Send {
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;
    fn sync_data(&self) -> io::Result<()>;
    fn set_len(&self, len: u64) -> io::Result<()>;
}

pub trait Disk: Send + Sync {
    /// A new, empty segment; its name is on stable storage too when this returns.
    fn create(&self, path: &Path) -> io::Result<Box<dyn SegmentFile>>;
    /// A segment that is there, to go on with.
    fn open(&self, path: &Path) -> io::Result<Box<dyn SegmentFile>>;
    /// Deletes a file or, with `to`, moves it; lasting when this returns.
    fn remove(&self, path: &Path, to: Option<&Path>) -> io::Result<()>;
    /// Bytes that this process may still write under `dir`.
    fn free(&self, dir: &Path) -> io::Result<u64>;
}

pub struct Real;

impl SegmentFile for File {
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        FileExt::write_all_at(self, bytes, offset)
    }
    fn sync_data(&self) -> io::Result<()> {
        File::sync_data(self)
    }
    fn set_len(&self, len: u64) -> io::Result<()> {
        File::set_len(self, len)
    }
}

impl Disk for Real {
    fn create(&self, path: &Path) -> io::Result<Box<dyn SegmentFile>> {
        let file = OpenOptions::new().write(true).create_new(true).open(path)?;
        sync_parent(path)?;
        Ok(Box::new(file))
    }
    fn open(&self, path: &Path) -> io::Result<Box<dyn SegmentFile>> {
        Ok(Box::new(OpenOptions::new().write(true).open(path)?))
    }
    fn remove(&self, path: &Path, to: Option<&Path>) -> io::Result<()> {
        match to {
            None => std::fs::remove_file(path)?,
            Some(to) => {
                std::fs::rename(path, to)?;
                sync_parent(to)?;
            }
        }
        sync_parent(path)
    }
    fn free(&self, dir: &Path) -> io::Result<u64> {
        let disk = rustix::fs::statvfs(dir)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }
}

/// Makes the name of `path` lasting: a new file may otherwise be lost with its directory's entry.
pub fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(dir) => File::open(dir)?.sync_all(),
        None => Ok(()),
    }
}
