//! The mark of a restore that has begun and not ended: no server starts on what is there then.

use crate::Error;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Its file's name in the data directory.
pub const MARKER: &str = "restore-unfinished";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marker {
    /// The backup that is being restored.
    pub backup: PathBuf,
    /// The directory below the data directory that what was there before has gone to.
    pub aside: Option<String>,
}

/// The words for a start on a data directory whose restore was not finished; None where all is well.
pub fn unfinished(data: &Path) -> Option<String> {
    let marker = match read(data) {
        Ok(None) => return None,
        Ok(Some(marker)) => marker.backup.display().to_string(),
        Err(_) => "FILE".to_owned(),
    };
    Some(format!(
        "{} holds a restore that was not finished: run `postern restore {marker}` again, or remove {}",
        data.display(),
        data.join(MARKER).display(),
    ))
}

pub fn read(data: &Path) -> Result<Option<Marker>, Error> {
    let path = data.join(MARKER);
    match std::fs::read(&path) {
        Ok(text) => Ok(Some(serde_json::from_slice(&text).unwrap_or(Marker { backup: "FILE".into(), aside: None }))),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(Error::io("read", &path)(e)),
    }
}

/// On stable storage when it returns.
pub fn set(data: &Path, marker: &Marker) -> Result<(), Error> {
    let path = data.join(MARKER);
    let text = serde_json::to_vec(marker).map_err(std::io::Error::other).map_err(Error::io("write", &path))?;
    File::create(&path)
        .and_then(|mut file| {
            file.write_all(&text)?;
            file.sync_all()
        })
        .map_err(Error::io("write", &path))?;
    sync(data)
}

/// Everything below `data` is on stable storage first.
pub fn clear(data: &Path) -> Result<(), Error> {
    let directory = File::open(data).map_err(Error::io("open", data))?;
    rustix::fs::syncfs(&directory).map_err(|e| Error::io("sync", data)(e.into()))?;
    let path = data.join(MARKER);
    std::fs::remove_file(&path).map_err(Error::io("remove", &path))?;
    sync(data)
}

fn sync(directory: &Path) -> Result<(), Error> {
    File::open(directory).and_then(|d| d.sync_all()).map_err(Error::io("sync", directory))
}
