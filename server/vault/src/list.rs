//! What is in a vault's directory, without opening it.

use crate::{BlobId, Error};
use std::{fs, io, path::Path, time::SystemTime};

/// A blob's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    pub id: BlobId,
    /// When it was put, the last time.
    pub put: SystemTime,
    /// Bytes of the file.
    pub size: u64,
}

/// Every blob in the vault `dir`, in no order. A directory that is not there holds none.
///
/// # Errors
/// A directory that cannot be read.
pub fn list(dir: &Path) -> Result<Vec<Found>, Error> {
    let mut out = Vec::new();
    for shard in 0..=u8::MAX {
        let name = hex::encode([shard]);
        let path = dir.join(&name);
        let files = match fs::read_dir(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            files => files.map_err(Error::io("list", &path))?,
        };
        for file in files {
            let file = file.map_err(Error::io("list", &path))?;
            let id = file.file_name().to_str().and_then(|rest| format!("{name}{rest}").parse().ok());
            // One that was removed since it was listed is none.
            if let (Some(id), Ok(meta)) = (id, file.metadata()) {
                out.push(Found { id, put: meta.modified().unwrap_or_else(|_| SystemTime::now()), size: meta.len() });
            }
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn blobs_are_listed_and_other_files_are_not() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(list(&dir.path().join("none")).unwrap(), []);
        let vault = crate::Vault::open(dir.path()).unwrap();
        let ids = [vault.put(b"one").await.unwrap(), vault.put(b"two").await.unwrap()];
        fs::write(dir.path().join("ab/note"), "").unwrap();
        let mut found: Vec<_> = list(dir.path()).unwrap().iter().map(|f| f.id).collect();
        found.sort();
        let mut ids = ids.to_vec();
        ids.sort();
        assert_eq!(found, ids);
    }
}
