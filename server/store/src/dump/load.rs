//! Filling an empty database with rows that were read from another.

use super::schema::quoted;
use super::{Table, tables};
use crate::db::{Dialect, Value, sql};
use crate::{Error, Store, Tx, change};
use serde::{Deserialize, Serialize};

/// Rows that one statement inserts: few sizes, so that each is prepared once.
const CHUNKS: [usize; 3] = [100, 10, 1];

/// The highest id that a table gave out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sequence {
    pub table: String,
    pub last: i64,
}

/// One transaction that fills a database; without [`Loader::finish`] nothing of it stays.
pub struct Loader {
    tx: Tx,
    known: Vec<Table>,
}

impl Loader {
    /// Begins, and takes out the rows that every new database has. `store`: from [`super::prepare()`].
    pub async fn begin(store: &Store) -> Result<Loader, Error> {
        let mut tx = store.begin().await?;
        let known = tables(&mut tx).await?;
        for table in known.iter().rev() {
            sql(format!("DELETE FROM {}", quoted(&table.name))).execute(&mut tx).await?;
        }
        Ok(Loader { tx, known })
    }

    /// Whether this database has the table with all of its columns.
    pub fn check(&self, table: &Table) -> Result<(), Error> {
        let corrupt = |why: String| Error::Corrupt { what: "a table of a backup", text: table.name.clone(), why };
        let ours = self.known.iter().find(|t| t.name == table.name);
        let ours = ours.ok_or_else(|| corrupt("this schema has no such table".into()))?;
        match table.columns.iter().find(|c| !ours.columns.contains(c)) {
            Some(column) => Err(corrupt(format!("this schema has no column {:?} of that kind", column.name))),
            None => Ok(()),
        }
    }

    /// Inserts rows, each with a value for every column of `table`, after the rows that they refer to.
    pub async fn insert(&mut self, table: &Table, rows: &[Vec<Value>]) -> Result<(), Error> {
        let columns: Vec<String> = table.columns.iter().map(|c| quoted(&c.name)).collect();
        let head = format!("INSERT INTO {} ({}) ", quoted(&table.name), columns.join(", "));
        let mut rest = rows;
        while let Some(size) = CHUNKS.into_iter().find(|n| *n <= rest.len()) {
            let (chunk, after) = rest.split_at(size);
            let mut query = sql(head.clone());
            query.push_values(chunk, |v, row| {
                for value in row {
                    v.push_bind(value.clone());
                }
            });
            query.execute(&mut self.tx).await?;
            rest = after;
        }
        Ok(())
    }

    /// Lets the tables give out ids above those that were ever used.
    pub async fn sequences(&mut self, sequences: &[Sequence]) -> Result<(), Error> {
        for s in sequences.iter().filter(|s| s.last > 0 && self.known.iter().any(|t| t.name == s.table)) {
            match self.tx.dialect() {
                Dialect::Sqlite => {
                    // The row is there once a row was inserted; its number only grows.
                    sql("INSERT INTO sqlite_sequence (name, seq) SELECT $1, 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = $1)")
                        .bind(&s.table)
                        .execute(&mut self.tx)
                        .await?;
                    sql("UPDATE sqlite_sequence SET seq = max(seq, $2) WHERE name = $1")
                }
                Dialect::Postgres => sql("SELECT setval(pg_get_serial_sequence(quote_ident($1), 'id'), $2)"),
            }
            .bind(&s.table)
            .bind(s.last)
            .execute(&mut self.tx)
            .await?;
        }
        Ok(())
    }

    /// Commits. Nodes that run on the database see that all has changed.
    pub async fn finish(mut self) -> Result<(), Error> {
        sql("DELETE FROM meta WHERE name = $1").bind(change::LOADING).execute(&mut self.tx).await?;
        change::bump(&mut self.tx).await?;
        self.tx.commit().await
    }
}
