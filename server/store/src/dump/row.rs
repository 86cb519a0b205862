//! A row as a line: a JSON array in the order of the table's columns. Whole numbers are numbers; fractions are text, so
//! that no digit is lost; bytes are text in base64.

use super::{Kind, Table};
use crate::Error;
use crate::db::Value;
use base64::{Engine, engine::general_purpose::STANDARD};

/// Appends the row and a line's end.
pub fn encode(values: &[Value], out: &mut Vec<u8>) -> Result<(), Error> {
    let failed = |e: serde_json::Error| Error::Encode { what: "a row", why: e.to_string() };
    for (n, value) in values.iter().enumerate() {
        out.push(if n == 0 { b'[' } else { b',' });
        match value {
            Value::Int(Some(v)) => serde_json::to_writer(&mut *out, v).map_err(failed)?,
            Value::Float(Some(v)) => serde_json::to_writer(&mut *out, &v.to_string()).map_err(failed)?,
            Value::Text(Some(v)) => serde_json::to_writer(&mut *out, v).map_err(failed)?,
            Value::Bytes(Some(v)) => serde_json::to_writer(&mut *out, &STANDARD.encode(v)).map_err(failed)?,
            Value::Int(None) | Value::Float(None) | Value::Text(None) | Value::Bytes(None) => {
                out.extend_from_slice(b"null");
            }
        }
    }
    out.extend_from_slice(if values.is_empty() { b"[]\n" } else { b"]\n" });
    Ok(())
}

/// The values of a line for the columns of `table`.
pub fn decode(line: &[u8], table: &Table) -> Result<Vec<Value>, Error> {
    let broken = |why: String| Error::Corrupt { what: "a row of a backup", text: table.name.clone(), why };
    let cells: Vec<serde_json::Value> = serde_json::from_slice(line).map_err(|e| broken(e.to_string()))?;
    if cells.len() != table.columns.len() {
        return Err(broken(format!("{} values for {} columns", cells.len(), table.columns.len())));
    }
    let wrong = |column: &str| broken(format!("the value of {column} is of another kind"));
    cells
        .into_iter()
        .zip(&table.columns)
        .map(|(cell, column)| {
            use serde_json::Value as Json;
            Ok(match (column.kind, cell) {
                (Kind::Int, Json::Null) => Value::Int(None),
                (Kind::Float, Json::Null) => Value::Float(None),
                (Kind::Text, Json::Null) => Value::Text(None),
                (Kind::Bytes, Json::Null) => Value::Bytes(None),
                (Kind::Int, Json::Number(n)) => Value::Int(Some(n.as_i64().ok_or_else(|| wrong(&column.name))?)),
                (Kind::Float, Json::String(s)) => Value::Float(Some(s.parse().map_err(|_| wrong(&column.name))?)),
                (Kind::Text, Json::String(s)) => Value::Text(Some(s)),
                (Kind::Bytes, Json::String(s)) => {
                    Value::Bytes(Some(STANDARD.decode(s).map_err(|_| wrong(&column.name))?))
                }
                _ => return Err(wrong(&column.name)),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::dump::Column;
    use proptest::prelude::*;

    fn table() -> Table {
        let kinds = [Kind::Int, Kind::Float, Kind::Text, Kind::Bytes];
        let columns = kinds.map(|kind| Column { name: format!("{kind:?}"), kind }).into();
        Table { name: "t".into(), columns, key: Vec::new() }
    }

    proptest! {
        #[test]
        fn a_row_survives(
            int in any::<Option<i64>>(), float in any::<Option<f64>>().prop_filter("not a number", |f| f.is_none_or(|f| !f.is_nan())),
            text in any::<Option<String>>(), bytes in any::<Option<Vec<u8>>>(),
        ) {
            let row = vec![Value::Int(int), Value::Float(float), Value::Text(text), Value::Bytes(bytes)];
            let mut line = Vec::new();
            encode(&row, &mut line).unwrap();
            prop_assert_eq!(line.iter().filter(|b| **b == b'\n').count(), 1);
            prop_assert_eq!(decode(&line, &table()).unwrap(), row);
        }
        #[test]
        fn any_bytes_are_answered(line in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = decode(&line, &table());
        }
    }

    #[test]
    fn a_row_that_does_not_fit_names_table_and_column() {
        for (line, words) in [
            ("[1]", "1 values for 4"),
            (r#"["x",null,null,null]"#, "Int"),
            (r#"[1,null,null,"?"]"#, "Bytes"),
            ("{", "t"),
        ] {
            let error = decode(line.as_bytes(), &table()).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
