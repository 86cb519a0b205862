//! Lists that go on where they stopped, however deep: by the sort key and id of the last row, not by counting rows.

use crate::Error;
use crate::db::{Query, Value};
use crate::query::{page_of, push_page};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Where a list goes on. Opaque to callers: they hand back the text that they were given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    key: Key,
    id: Key,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Key {
    Int(i64),
    Text(String),
}

impl From<i64> for Key {
    fn from(v: i64) -> Self {
        Key::Int(v)
    }
}
impl From<String> for Key {
    fn from(v: String) -> Self {
        Key::Text(v)
    }
}
impl From<&Key> for Value {
    fn from(k: &Key) -> Self {
        match k {
            Key::Int(v) => (*v).into(),
            Key::Text(v) => v.into(),
        }
    }
}

/// A cursor that this list did not give out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this list; expected the `next` of an earlier page")]
pub struct BadCursor;

/// Longer ones were not made here.
const LONGEST: usize = 2_000;
const VERSION: u8 = 1;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = postcard::to_allocvec(&(VERSION, &self.key, &self.id)).map_err(|_| fmt::Error)?;
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl FromStr for Cursor {
    type Err = BadCursor;
    fn from_str(text: &str) -> Result<Self, BadCursor> {
        if text.len() > LONGEST {
            return Err(BadCursor);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| BadCursor)?;
        match postcard::from_bytes(&bytes) {
            Ok((VERSION, key, id)) => Ok(Cursor { key, id }),
            _ => Err(BadCursor),
        }
    }
}

/// Some rows of a list, and where the next begin.
#[derive(Debug, Clone, PartialEq)]
pub struct Slice<T> {
    pub rows: Vec<T>,
    /// None: these were the last.
    pub next: Option<Cursor>,
}

/// The order of a list: its sort column and, among equal ones, the column that tells rows apart.
pub(crate) struct Order {
    pub key: &'static str,
    /// None where no two rows have the same key.
    pub id: Option<&'static str>,
    pub descending: bool,
    /// Whether the columns are text.
    pub text: (bool, bool),
}

impl Order {
    /// Appends ` AND (key, id) > …`, the order, and a limit of one row more than is asked for.
    pub(crate) fn after(&self, b: &mut Query, after: Option<&Cursor>, limit: u32) -> Result<u32, Error> {
        if let Some(c) = after {
            let kinds = (matches!(c.key, Key::Text(_)), matches!(c.id, Key::Text(_)));
            if kinds != self.text {
                return Err(Error::Cursor(BadCursor));
            }
            let way = if self.descending { " < " } else { " > " };
            b.push(" AND ");
            match self.id {
                None => b.push(self.key).push(way).push_bind(&c.key),
                Some(id) => {
                    b.push("(").push(self.key).push(", ").push(id).push(")").push(way).push("(");
                    b.push_bind(&c.key).push(", ").push_bind(&c.id).push(")")
                }
            };
        }
        let (_, limit, _) = page_of(1, limit);
        push_page(b, self.key, self.id, self.descending, (limit + 1, 0));
        Ok(limit)
    }
}

/// The rows that were asked for, of one more; `place` gives a row's sort key and id.
pub(crate) fn slice<T, K, I>(mut rows: Vec<T>, limit: u32, place: impl FnOnce(&T) -> (K, I)) -> Slice<T>
where
    Key: From<K> + From<I>,
{
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|last| {
        let (key, id) = place(last);
        Cursor { key: key.into(), id: id.into() }
    });
    Slice { rows, next }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text_and_anything_else_is_refused() {
        for cursor in [
            Cursor { key: Key::Text("zoë@acme.test".into()), id: Key::Int(-7) },
            Cursor { key: Key::Int(i64::MAX), id: Key::Text(String::new()) },
        ] {
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for bad in ["", "x", "AAAA", "../../etc/passwd", &"A".repeat(5_000)] {
            assert_eq!(bad.parse::<Cursor>(), Err(BadCursor), "{bad}");
        }
    }
}
