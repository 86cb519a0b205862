//! Moving all rows from one database to another, which may be of the other kind.

use crate::{Error, Progress};
use sha2::{Digest, Sha256};
use store::db::Value;
use store::dump::{self, Existing, Loader, Table};
use store::{Connection, Store, Target};

/// Rows that are written together.
const TOGETHER: usize = 500;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    pub tables: usize,
    pub rows: u64,
}

/// Copies the database `from` to the empty database `to`, and reads it back: what is there is what was here. `from`
/// stays as it is. No server may run on either.
pub async fn transfer(from: &Target, to: &Target, progress: Progress<'_>) -> Result<Moved, Error> {
    let source = Store::connect_unchanged(from).await?;
    let mut tx = source.begin_read().await?;
    let schema = dump::version(&mut tx).await?;
    let tables = dump::tables(&mut tx).await?;
    let empty = dump::prepare(to, schema, Existing::Refuse).await?;
    let mut loader = Loader::begin(&empty).await?;
    let mut digests = Vec::new();
    let mut rows = 0;
    for table in &tables {
        loader.check(table)?;
        let mut digest = Lines::default();
        let mut batch = Vec::with_capacity(TOGETHER);
        dump::rows(&mut tx, table, async |row| -> Result<(), Error> {
            digest.add(&row)?;
            batch.push(row);
            if batch.len() == TOGETHER {
                loader.insert(table, &batch).await?;
                batch.clear();
            }
            Ok(())
        })
        .await?;
        loader.insert(table, &batch).await?;
        progress(&format!("{}: {} rows", table.name, digest.count));
        rows += digest.count;
        digests.push(digest.end());
    }
    loader.sequences(&dump::sequences(&mut tx).await?).await?;
    loader.finish().await?;
    tx.rollback().await?;
    source.close().await;
    progress("reading back");
    let mut c = empty.begin_read().await?;
    for (table, digest) in tables.iter().zip(&digests) {
        // What tells servers of changes has counted this one.
        if table.name != "change" && digest_of(&mut c, table).await? != *digest {
            return Err(Error::Refused(format!("the table {} does not read back as it was written", table.name)));
        }
    }
    c.rollback().await?;
    empty.close().await;
    Store::connect(to).await?.close().await;
    Ok(Moved { tables: tables.len(), rows })
}

async fn digest_of(c: &mut Connection, table: &Table) -> Result<[u8; 32], Error> {
    let mut lines = Lines::default();
    dump::rows(c, table, async |row| lines.add(&row)).await?;
    Ok(lines.end())
}

/// The rows' digest, and how many there were.
#[derive(Default)]
struct Lines {
    digest: Sha256,
    line: Vec<u8>,
    count: u64,
}

impl Lines {
    fn add(&mut self, row: &[Value]) -> Result<(), Error> {
        self.line.clear();
        // PostgreSQL has no NUL in text, and gets U+FFFD.
        let alike = |value: &Value| match value {
            Value::Text(Some(text)) if text.contains('\0') => Value::Text(Some(text.replace('\0', "\u{fffd}"))),
            other => other.clone(),
        };
        dump::encode(&row.iter().map(alike).collect::<Vec<_>>(), &mut self.line)?;
        self.digest.update(&self.line);
        self.count += 1;
        Ok(())
    }

    fn end(self) -> [u8; 32] {
        self.digest.finalize().into()
    }
}
