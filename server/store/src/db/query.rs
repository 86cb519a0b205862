//! A statement and its values.

use super::{Column, Connection, Row, Value};
use crate::Error;
use futures::TryStreamExt;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, AssertSqlSafe};
use std::borrow::Cow;
use std::fmt::Write;

/// SQL text with places `$1`, `$2` … and what stands in them. Either the whole text is given and values are bound in
/// order, or it is built piece by piece with [`Query::push`] and [`Query::push_bind`].
#[derive(Debug, Clone)]
pub struct Query {
    text: Cow<'static, str>,
    values: Vec<Value>,
}

/// A statement with this text.
pub fn sql(text: impl Into<Cow<'static, str>>) -> Query {
    Query { text: text.into(), values: Vec::new() }
}

impl Query {
    /// The value of the next place.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Value>) -> Query {
        self.values.push(value.into());
        self
    }

    /// Appends text. Never text that a stranger wrote: that is what [`Query::push_bind`] is for.
    pub fn push(&mut self, text: &str) -> &mut Query {
        self.text.to_mut().push_str(text);
        self
    }

    /// Appends the next place, and its value.
    pub fn push_bind(&mut self, value: impl Into<Value>) -> &mut Query {
        self.values.push(value.into());
        // Writing to a String does not fail.
        let _ = write!(self.text.to_mut(), "${}", self.values.len());
        self
    }

    /// Appends `VALUES (…), (…)`, a row for each of `rows`.
    pub fn push_values<T>(
        &mut self,
        rows: impl IntoIterator<Item = T>,
        mut each: impl FnMut(&mut RowValues<'_>, T),
    ) -> &mut Query {
        self.push("VALUES ");
        for (n, row) in rows.into_iter().enumerate() {
            self.push(if n == 0 { "(" } else { ", (" });
            each(&mut RowValues { query: self, first: true }, row);
            self.push(")");
        }
        self
    }

    /// Appends `(…, …)` with a place for each value.
    pub fn push_list<V: Into<Value>>(&mut self, values: impl IntoIterator<Item = V>) -> &mut Query {
        self.push("(");
        for (n, value) in values.into_iter().enumerate() {
            if n > 0 {
                self.push(", ");
            }
            self.push_bind(value);
        }
        self.push(")")
    }

    fn sqlite(self) -> Result<(AssertSqlSafe<Cow<'static, str>>, SqliteArguments), Error> {
        let mut arguments = SqliteArguments::default();
        arguments.reserve(self.values.len(), 0);
        self.values.into_iter().try_for_each(|v| v.into_sqlite(&mut arguments)).map_err(sqlx::Error::Encode)?;
        Ok((AssertSqlSafe(self.text), arguments))
    }

    fn postgres(self) -> Result<(AssertSqlSafe<Cow<'static, str>>, PgArguments), Error> {
        let mut arguments = PgArguments::default();
        arguments.reserve(self.values.len(), self.values.len() * 16);
        self.values.into_iter().try_for_each(|v| v.into_postgres(&mut arguments)).map_err(sqlx::Error::Encode)?;
        Ok((AssertSqlSafe(self.text), arguments))
    }

    /// How many rows it inserted, changed or removed.
    pub async fn execute(self, c: &mut Connection) -> Result<u64, Error> {
        #[cfg(test)]
        crate::plans::note(&self, c).await?;
        Ok(match c {
            Connection::Sqlite(h) => {
                let (text, arguments) = self.sqlite()?;
                sqlx::query_with(text, arguments).execute(h.raw()).await?.rows_affected()
            }
            Connection::Postgres(h) => {
                let (text, arguments) = self.postgres()?;
                sqlx::query_with(text, arguments).execute(h.raw()).await?.rows_affected()
            }
        })
    }

    pub async fn fetch_optional(self, c: &mut Connection) -> Result<Option<Row>, Error> {
        #[cfg(test)]
        crate::plans::note(&self, c).await?;
        Ok(match c {
            Connection::Sqlite(h) => {
                let (text, arguments) = self.sqlite()?;
                sqlx::query_with(text, arguments).fetch_optional(h.raw()).await?.map(Row::Sqlite)
            }
            Connection::Postgres(h) => {
                let (text, arguments) = self.postgres()?;
                sqlx::query_with(text, arguments).fetch_optional(h.raw()).await?.map(Row::Postgres)
            }
        })
    }

    pub async fn fetch_all(self, c: &mut Connection) -> Result<Vec<Row>, Error> {
        #[cfg(test)]
        crate::plans::note(&self, c).await?;
        self.answers(c).await
    }

    /// Calls `each` with every row as it comes, so that an answer of any length takes the memory of one row.
    pub async fn fetch_each<E: From<Error>>(
        self,
        c: &mut Connection,
        mut each: impl AsyncFnMut(Row) -> Result<(), E>,
    ) -> Result<(), E> {
        match c {
            Connection::Sqlite(h) => {
                let (text, arguments) = self.sqlite()?;
                let mut rows = sqlx::query_with(text, arguments).fetch(h.raw());
                while let Some(row) = rows.try_next().await.map_err(Error::from)? {
                    each(Row::Sqlite(row)).await?;
                }
            }
            Connection::Postgres(h) => {
                let (text, arguments) = self.postgres()?;
                let mut rows = sqlx::query_with(text, arguments).fetch(h.raw());
                while let Some(row) = rows.try_next().await.map_err(Error::from)? {
                    each(Row::Postgres(row)).await?;
                }
            }
        }
        Ok(())
    }

    async fn answers(self, c: &mut Connection) -> Result<Vec<Row>, Error> {
        Ok(match c {
            Connection::Sqlite(h) => {
                let (text, arguments) = self.sqlite()?;
                let rows = sqlx::query_with(text, arguments).fetch_all(h.raw()).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Connection::Postgres(h) => {
                let (text, arguments) = self.postgres()?;
                let rows = sqlx::query_with(text, arguments).fetch_all(h.raw()).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// How the database would answer, a line a step.
    #[cfg(test)]
    pub(crate) async fn plan(&self, c: &mut Connection) -> Result<Vec<String>, Error> {
        let (word, column) = match c.dialect() {
            super::Dialect::Sqlite => ("EXPLAIN QUERY PLAN ", 3),
            super::Dialect::Postgres => ("EXPLAIN ", 0),
        };
        let query = Query { text: format!("{word}{}", self.text).into(), values: self.values.clone() };
        query.answers(c).await?.iter().map(|row| row.get(column)).collect()
    }

    /// The row; an error where there is none.
    pub async fn fetch_one(self, c: &mut Connection) -> Result<Row, Error> {
        self.fetch_optional(c).await?.ok_or(Error::Query(sqlx::Error::RowNotFound))
    }

    /// First column of the one row.
    pub async fn scalar<T: Column>(self, c: &mut Connection) -> Result<T, Error> {
        self.fetch_one(c).await?.get(0)
    }

    /// The one number of a `SELECT count(*)`.
    pub async fn count(self, c: &mut Connection) -> Result<u64, Error> {
        Ok(u64::try_from(self.scalar::<i64>(c).await?).unwrap_or(0))
    }

    /// First column of the row, where there is one.
    pub async fn scalar_optional<T: Column>(self, c: &mut Connection) -> Result<Option<T>, Error> {
        self.fetch_optional(c).await?.map(|row| row.get(0)).transpose()
    }

    /// First column of every row.
    pub async fn scalars<T: Column>(self, c: &mut Connection) -> Result<Vec<T>, Error> {
        self.fetch_all(c).await?.iter().map(|row| row.get(0)).collect()
    }
}

/// The values of one row of [`Query::push_values`].
pub struct RowValues<'q> {
    query: &'q mut Query,
    first: bool,
}

impl RowValues<'_> {
    pub fn push_bind(&mut self, value: impl Into<Value>) -> &mut Self {
        if !std::mem::take(&mut self.first) {
            self.query.push(", ");
        }
        self.query.push_bind(value);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_number_their_places_after_those_that_are_bound() {
        let mut q = sql("SELECT a FROM t WHERE b = $1").bind(7i64);
        q.push(" AND c = ").push_bind("x").push(" AND d IN ").push_list([1i64, 2]);
        assert_eq!(q.text, "SELECT a FROM t WHERE b = $1 AND c = $2 AND d IN ($3, $4)");
        assert_eq!(q.values.len(), 4);
    }

    #[test]
    fn rows_are_written_as_values() {
        let mut q = sql("INSERT INTO t (a, b) ");
        q.push_values([(1i64, "x"), (2, "y")], |v, (a, b)| {
            v.push_bind(a).push_bind(b);
        });
        assert_eq!(q.text, "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4)");
    }
}
