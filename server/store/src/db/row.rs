//! Rows of either database, read by type.

use super::Dialect;
use crate::Error;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{ColumnIndex, Row as _, TypeInfo, ValueRef};

/// One row of an answer.
pub enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// A column, by name or by number from 0.
pub trait Index: ColumnIndex<SqliteRow> + ColumnIndex<PgRow> + Copy {}
impl<T: ColumnIndex<SqliteRow> + ColumnIndex<PgRow> + Copy> Index for T {}

/// What a column can be read as.
pub trait Column: Sized {
    /// An error where the column is missing, NULL, or of another kind.
    fn read<I: Index>(row: &Row, index: I) -> Result<Self, Error>;
}

impl Row {
    pub fn get<T: Column>(&self, index: impl Index) -> Result<T, Error> {
        T::read(self, index)
    }

    pub fn dialect(&self) -> Dialect {
        match self {
            Row::Sqlite(_) => Dialect::Sqlite,
            Row::Postgres(_) => Dialect::Postgres,
        }
    }

    fn is_null(&self, index: impl Index) -> Result<bool, Error> {
        Ok(match self {
            Row::Sqlite(r) => r.try_get_raw(index)?.is_null(),
            Row::Postgres(r) => r.try_get_raw(index)?.is_null(),
        })
    }
}

impl Column for i64 {
    fn read<I: Index>(row: &Row, index: I) -> Result<Self, Error> {
        let row = match row {
            Row::Sqlite(r) => return Ok(r.try_get(index)?),
            Row::Postgres(r) => r,
        };
        // An expression such as `x IS NOT NULL` or `1` has a smaller type than the columns have.
        let kind = row.try_get_raw(index)?.type_info().name().to_owned();
        Ok(match kind.as_str() {
            "BOOL" => i64::from(row.try_get::<bool, _>(index)?),
            "INT4" => i64::from(row.try_get::<i32, _>(index)?),
            _ => row.try_get(index)?,
        })
    }
}

impl Column for bool {
    fn read<I: Index>(row: &Row, index: I) -> Result<Self, Error> {
        Ok(i64::read(row, index)? != 0)
    }
}

macro_rules! same_in_both {
    ($($t:ty),*) => {$(
        impl Column for $t {
            fn read<I: Index>(row: &Row, index: I) -> Result<Self, Error> {
                Ok(match row {
                    Row::Sqlite(r) => r.try_get(index)?,
                    Row::Postgres(r) => r.try_get(index)?,
                })
            }
        }
    )*};
}
same_in_both!(f64, String, Vec<u8>);

impl<T: Column> Column for Option<T> {
    fn read<I: Index>(row: &Row, index: I) -> Result<Self, Error> {
        if row.is_null(index)? { Ok(None) } else { T::read(row, index).map(Some) }
    }
}
