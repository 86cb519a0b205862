//! What can be bound to a place of a statement. The schemas need four kinds; truth values are 0 and 1.

use sqlx::Arguments;
use sqlx::error::BoxDynError;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;

/// A value with its kind, also where it is NULL: PostgreSQL wants to know.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Int(Option<i64>),
    Float(Option<f64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

impl Value {
    pub(super) fn into_sqlite(self, to: &mut SqliteArguments) -> Result<(), BoxDynError> {
        match self {
            Value::Int(v) => to.add(v),
            Value::Float(v) => to.add(v),
            Value::Text(v) => to.add(v),
            Value::Bytes(v) => to.add(v),
        }
    }

    pub(super) fn into_postgres(self, to: &mut PgArguments) -> Result<(), BoxDynError> {
        match self {
            Value::Int(v) => to.add(v),
            Value::Float(v) => to.add(v),
            Value::Text(v) => to.add(v.map(without_nul)),
            Value::Bytes(v) => to.add(v),
        }
    }
}

/// PostgreSQL refuses NUL in text, and strangers write it into headers: it becomes U+FFFD.
fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

impl From<i64> for Value {
    fn from(v: i64) -> Self {
        Value::Int(Some(v))
    }
}
impl From<Option<i64>> for Value {
    fn from(v: Option<i64>) -> Self {
        Value::Int(v)
    }
}
impl From<bool> for Value {
    fn from(v: bool) -> Self {
        Value::Int(Some(v.into()))
    }
}
impl From<f64> for Value {
    fn from(v: f64) -> Self {
        Value::Float(Some(v))
    }
}
impl From<&str> for Value {
    fn from(v: &str) -> Self {
        Value::Text(Some(v.to_owned()))
    }
}
impl From<String> for Value {
    fn from(v: String) -> Self {
        Value::Text(Some(v))
    }
}
impl From<&String> for Value {
    fn from(v: &String) -> Self {
        v.as_str().into()
    }
}
impl From<Option<String>> for Value {
    fn from(v: Option<String>) -> Self {
        Value::Text(v)
    }
}
impl From<&Option<String>> for Value {
    fn from(v: &Option<String>) -> Self {
        Value::Text(v.clone())
    }
}
impl From<Vec<u8>> for Value {
    fn from(v: Vec<u8>) -> Self {
        Value::Bytes(Some(v))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nul_in_text_becomes_the_replacement_character() {
        assert_eq!(without_nul("a\0b".into()), "a\u{fffd}b");
        assert_eq!(without_nul("plain".into()), "plain");
    }
}
