//! Columns to types of the model and back.

use crate::Error;
use crate::db::Row;
use model::{Edit, Settings};
use serde::{Serialize, de::DeserializeOwned};
use std::{fmt::Display, str::FromStr};

pub(crate) fn int(row: &Row, column: &str) -> Result<i64, Error> {
    row.get(column)
}
pub(crate) fn count(row: &Row, column: &str) -> Result<u64, Error> {
    Ok(u64::try_from(row.get::<i64>(column)?).unwrap_or(0))
}
pub(crate) fn text(row: &Row, column: &str) -> Result<String, Error> {
    row.get(column)
}
/// A word of the model, stored as text.
pub(crate) fn word<T>(row: &Row, column: &'static str) -> Result<T, Error>
where
    T: FromStr,
    T::Err: Display,
{
    let text: String = row.get(column)?;
    text.parse().map_err(|e: T::Err| Error::Corrupt { what: column, text, why: e.to_string() })
}
pub(crate) fn json<T: DeserializeOwned>(row: &Row, column: &'static str) -> Result<T, Error> {
    from_json(column, row.get(column)?)
}
pub(crate) fn from_json<T: DeserializeOwned>(what: &'static str, text: String) -> Result<T, Error> {
    serde_json::from_str(&text).map_err(|e| Error::Corrupt { what, text, why: e.to_string() })
}
pub(crate) fn to_json<T: Serialize>(what: &'static str, value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|e| Error::Encode { what, why: e.to_string() })
}
/// A word that serde writes as one string (roles, states), without its quotes.
pub(crate) fn to_word<T: Serialize>(what: &'static str, value: &T) -> Result<String, Error> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(s)) => Ok(s),
        other => Err(Error::Encode { what, why: format!("{other:?}") }),
    }
}
pub(crate) fn serde_word<T: DeserializeOwned>(row: &Row, column: &'static str) -> Result<T, Error> {
    let text: String = row.get(column)?;
    serde_json::from_value(serde_json::Value::String(text.clone())).map_err(|e| Error::Corrupt {
        what: column,
        text,
        why: e.to_string(),
    })
}
pub(crate) fn settings(row: &Row) -> Result<Settings, Error> {
    let text = text(row, "settings")?;
    // So it is in nearly every row.
    if text == "{}" { Ok(Settings::default()) } else { from_json("settings", text) }
}

/// Edit lists hold raw bytes: postcard, with a version byte before it.
pub(crate) fn edits_out(edits: &[Edit]) -> Result<Vec<u8>, Error> {
    let mut out = vec![1];
    out.extend(postcard::to_allocvec(edits).map_err(|e| Error::Encode { what: "edits", why: e.to_string() })?);
    Ok(out)
}
pub(crate) fn edits_in(bytes: &[u8]) -> Result<Vec<Edit>, Error> {
    let bad = |why: String| Error::Corrupt { what: "edits", text: format!("{} bytes", bytes.len()), why };
    match bytes.split_first() {
        Some((1, rest)) => postcard::from_bytes(rest).map_err(|e| bad(e.to_string())),
        Some((v, _)) => Err(bad(format!("version {v} is not known"))),
        None => Err(bad("empty".into())),
    }
}
