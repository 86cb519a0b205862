//! Whether there is room for one more message.

use crate::{Error, disk::Disk};
use parking_lot::Mutex;
use std::{
    path::Path,
    time::{Duration, Instant},
};

const FRESH: Duration = Duration::from_secs(1);

/// Free space of the spool's disk, asked at most once a second.
#[derive(Default)]
pub struct Space {
    last: Mutex<Option<(Instant, u64)>>,
}

impl Space {
    /// Free bytes; `u64::MAX` where the system does not say.
    pub fn free(&self, disk: &dyn Disk, dir: &Path) -> u64 {
        let mut last = self.last.lock();
        match *last {
            Some((at, free)) if at.elapsed() < FRESH => free,
            _ => {
                let free = disk.free(dir).unwrap_or(u64::MAX);
                *last = Some((Instant::now(), free));
                metrics::gauge!("postern_spool_free_bytes").set(free as f64);
                free
            }
        }
    }

    /// Fails with [`Error::Full`] when less than `keep` bytes are free.
    pub fn check(&self, disk: &dyn Disk, dir: &Path, keep: u64) -> Result<(), Error> {
        let free = self.free(disk, dir);
        if free < keep {
            return Err(Error::Full {
                dir: dir.to_owned(),
                why: format!("{free} bytes are free, {keep} must stay free"),
            });
        }
        Ok(())
    }
}
