//! Reading all rows of a table, one at a time.

use super::schema::quoted;
use super::{Kind, Sequence, Table};
use crate::db::{Dialect, Row, Value, sql};
use crate::{Connection, Error};

/// Calls `each` with every row of `table`, in the order of its key. In a transaction of [`crate::Store::begin_read`] all
/// tables are of one state. `each` may take its time, and its error ends the reading.
pub async fn rows<E: From<Error>>(
    c: &mut Connection,
    table: &Table,
    mut each: impl AsyncFnMut(Vec<Value>) -> Result<(), E>,
) -> Result<(), E> {
    let list = |names: &mut dyn Iterator<Item = &str>| names.map(quoted).collect::<Vec<_>>().join(", ");
    let columns = list(&mut table.columns.iter().map(|c| c.name.as_str()));
    let mut text = format!("SELECT {columns} FROM {}", quoted(&table.name));
    if !table.key.is_empty() {
        text.push_str(&format!(" ORDER BY {}", list(&mut table.key.iter().map(String::as_str))));
    }
    let kinds: Vec<Kind> = table.columns.iter().map(|c| c.kind).collect();
    let values = |row: &Row| kinds.iter().enumerate().map(|(n, kind)| value(row, n, *kind)).collect::<Result<_, _>>();
    sql(text).fetch_each(c, async |row| each(values(&row)?).await).await
}

fn value(row: &Row, n: usize, kind: Kind) -> Result<Value, Error> {
    Ok(match kind {
        Kind::Int => Value::Int(row.get(n)?),
        Kind::Float => Value::Float(row.get(n)?),
        Kind::Text => Value::Text(row.get(n)?),
        Kind::Bytes => Value::Bytes(row.get(n)?),
    })
}

/// The highest id that each table ever gave out: ids are not used twice, also when the last row has gone.
pub async fn sequences(c: &mut Connection) -> Result<Vec<Sequence>, Error> {
    let pair = |r: &Row| Ok(Sequence { table: r.get(0)?, last: r.get(1)? });
    if c.dialect() == Dialect::Sqlite {
        let rows = sql("SELECT name, seq FROM sqlite_sequence ORDER BY name").fetch_all(c).await?;
        return rows.iter().map(pair).collect();
    }
    // The view shows NULL for a sequence that was never used.
    let rows = sql("SELECT t.relname::text, coalesce(q.last_value, 0)
         FROM pg_sequences q JOIN pg_class s ON s.relname = q.sequencename AND s.relnamespace = current_schema()::regnamespace
         JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'i'
         JOIN pg_class t ON t.oid = d.refobjid WHERE q.schemaname = current_schema() ORDER BY 1")
    .fetch_all(c)
    .await?;
    rows.iter().map(pair).collect()
}
