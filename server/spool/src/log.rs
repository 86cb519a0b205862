//! The end of the log, where records are appended.

use crate::{
    Error,
    disk::{Disk, SegmentFile},
    segment::Name,
    spool::random,
};
use std::{path::PathBuf, sync::Arc};

pub struct Log {
    pub dir: PathBuf,
    pub disk: Arc<dyn Disk>,
    pub segment_bytes: u64,
    pub next_number: u64,
    pub last: Option<Last>,
}

/// The segment that is appended to.
pub struct Last {
    pub name: Name,
    pub file: Box<dyn SegmentFile>,
    /// Bytes that are known good; what may be beyond is cut off or overwritten.
    pub len: u64,
    /// Bytes of those that are on stable storage.
    pub synced: u64,
}

impl Log {
    /// The segment that the next `bytes` go to; begins a new one where they would not fit.
    pub fn room_for(&mut self, bytes: usize) -> Result<&mut Last, Error> {
        let fits = |last: &Last| last.len == 0 || last.len + bytes as u64 <= self.segment_bytes;
        if let Some(last) = &self.last
            && !fits(last)
        {
            // Ends of messages may not be synced yet; once the segment is left nobody would do it.
            if last.synced < last.len {
                let path = last.name.path(&self.dir);
                last.file.sync_data().map_err(|e| Error::io("sync", &path, e))?;
            }
            self.last = None;
        }
        let last = match self.last.take() {
            Some(last) => last,
            None => {
                let name = Name { number: self.next_number, mark: (random() as u64).to_be_bytes() };
                let path = name.path(&self.dir);
                // A number is not used again even if this fails half-way.
                self.next_number += 1;
                let file = self.disk.create(&path).map_err(|e| Error::io("create", &path, e))?;
                Last { name, file, len: 0, synced: 0 }
            }
        };
        Ok(self.last.insert(last))
    }

    /// Appends to the last segment and, with `sync`, makes it lasting. After an error none of `bytes` is in the log.
    pub fn append(&mut self, bytes: &[u8], sync: bool) -> Result<(), Error> {
        let Some(last) = &mut self.last else {
            return Err(Error::Closed);
        };
        let path = last.name.path(&self.dir);
        let written = last.file.write_all_at(bytes, last.len).map_err(|e| Error::io("write", &path, e));
        let result = written.and_then(|()| match sync {
            true => last.file.sync_data().map_err(|e| Error::io("sync", &path, e)),
            false => Ok(()),
        });
        match result {
            Ok(()) => {
                last.len += bytes.len() as u64;
                if sync {
                    last.synced = last.len;
                }
                Ok(())
            }
            Err(error) => {
                // What was written is taken back. After a failed sync the system may have dropped pages that it
                // could not write, so the file is not gone on with unless it is merely full.
                let cut = last.file.set_len(last.len).and_then(|()| last.file.sync_data());
                if cut.is_err() || !error.is_full() {
                    self.last = None;
                }
                Err(error)
            }
        }
    }
}
