//! An empty database of a given schema, to be filled.

use super::{holds_rows, newest};
use crate::db::sql;
use crate::{Error, Store, Target, change, postgres, sqlite};
use std::path::Path;

/// What may be in the place of the new database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// A database with rows is refused with [`Error::NotEmpty`].
    Refuse,
    /// It goes, with all that is in it.
    Replace,
}

/// Whether [`prepare`] would begin; nothing is changed.
///
/// # Errors
/// A schema that this program does not know, rows that are not to be replaced, a database that a node runs on.
pub async fn ready(target: &Target, version: i64, existing: Existing) -> Result<(), Error> {
    if version > newest() {
        return Err(Error::Newer { found: version, known: newest() });
    }
    if let Target::Postgres(options) = target {
        postgres::is_unused(options).await?;
    }
    if existing == Existing::Refuse { is_empty(target).await } else { Ok(()) }
}

/// Makes an empty database of schema `version`, and leaves a mark in it until [`super::Loader::finish`]: no server
/// starts on it meanwhile. [`Store::connect`] brings it to the newest schema afterwards.
///
/// # Errors
/// As [`ready`].
pub async fn prepare(target: &Target, version: i64, existing: Existing) -> Result<Store, Error> {
    ready(target, version, existing).await?;
    let store = match target {
        Target::Sqlite(data) => {
            remove_files(data)?;
            sqlite::fresh(data, version).await?
        }
        Target::Postgres(options) => postgres::fresh(options, version).await?,
    };
    let mut tx = store.begin().await?;
    change::set_meta(&mut tx, change::LOADING, "1").await?;
    tx.commit().await?;
    Ok(store)
}

/// Refuses a database that holds anything.
async fn is_empty(target: &Target) -> Result<(), Error> {
    let store = match Store::connect_unchanged(target).await {
        Ok(store) => store,
        Err(Error::Absent(_)) => return Ok(()),
        Err(error) => return Err(error),
    };
    let mut c = store.read().await?;
    let loading = super::version(&mut c).await? > 0
        && sql("SELECT EXISTS (SELECT 1 FROM meta WHERE name = $1)").bind(change::LOADING).scalar(&mut c).await?;
    let filled = !loading && holds_rows(&mut c).await?;
    drop(c);
    store.close().await;
    if filled { Err(Error::NotEmpty(target.to_string())) } else { Ok(()) }
}

fn remove_files(data: &Path) -> Result<(), Error> {
    for end in ["", "-wal", "-shm", "-journal"] {
        let path = data.join(format!("{}{end}", crate::FILE));
        match std::fs::remove_file(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::Open { path, source: sqlx::Error::Io(e) });
            }
            _ => {}
        }
    }
    Ok(())
}
