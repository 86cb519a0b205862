//! The database's rows as members: pieces of lines, small enough to be held in memory.

use crate::file::Writer;
use crate::{Error, name};
use store::Connection;
use store::db::Value;
use store::dump::{self, Loader, Table};

/// A piece ends with the row that takes it beyond this many bytes.
const PIECE: usize = 4 << 20;

/// The member of piece `n` of the table that is filled as number `order`.
fn member(order: usize, table: &str, n: usize) -> String {
    format!("{}{order:04}.{table}/{n:06}.jsonl", name::DATABASE)
}

/// Writes all rows of the table; `each` sees them. How many there were.
pub async fn write(
    c: &mut Connection,
    to: &mut Writer,
    (order, table): (usize, &Table),
    mut each: impl FnMut(&[Value]),
) -> Result<u64, Error> {
    let (mut lines, mut pieces, mut count) = (Vec::with_capacity(64 << 10), 0, 0);
    dump::rows(c, table, async |row| -> Result<(), Error> {
        each(&row);
        count += 1;
        dump::encode(&row, &mut lines)?;
        if lines.len() >= PIECE {
            pieces += 1;
            to.add(&member(order, &table.name, pieces), 0o600, &lines)?;
            lines.clear();
        }
        Ok(())
    })
    .await?;
    if !lines.is_empty() {
        to.add(&member(order, &table.name, pieces + 1), 0o600, &lines)?;
    }
    Ok(count)
}

/// The table that a member's rows are of.
pub fn table_of<'t>(tables: &'t [Table], member: &str) -> Option<&'t Table> {
    let (order, _) = member.strip_prefix(name::DATABASE)?.split_once('.')?;
    tables.get(order.parse::<usize>().ok()?)
}

/// Puts the rows of one piece in. How many there were.
pub async fn load(loader: &mut Loader, table: &Table, piece: &[u8]) -> Result<u64, Error> {
    let mut rows = Vec::new();
    for line in piece.split_inclusive(|b| *b == b'\n') {
        rows.push(dump::decode(line, table)?);
    }
    loader.insert(table, &rows).await?;
    Ok(rows.len() as u64)
}
