//! Which tables there are, of which columns, in an order in which they can be filled.

use crate::db::{Dialect, sql};
use crate::{Connection, Error};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// Not carried: the schema's own history; counts and the search index, which triggers keep; and what is of a running
/// process only: sessions (a session that was ended since must not come back), leases, counts of failed logins and of rate limits, notes on
/// changes for servers that were running.
const LEFT_OUT: &[&str] = &["_sqlx_migrations", "total", "session", "lease", "login_failure", "change_note", "rate"];
const LEFT_OUT_FAMILIES: &[&str] = &["sqlite_", "quarantine_search"];
/// Columns that triggers fill when the rows they count come.
const COUNTS: &[(&str, &str)] = &[("account", "domains"), ("account", "mailboxes"), ("domain", "mailboxes")];
/// Tables that an empty database has rows in.
const NEVER_EMPTY: &[&str] = &["change", "meta"];

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Int,
    Float,
    Text,
    Bytes,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub name: String,
    pub kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
    /// Columns of the primary key: the order of its rows.
    pub key: Vec<String>,
}

/// The number of the schema; 0 where there is none.
pub async fn version(c: &mut Connection) -> Result<i64, Error> {
    if !names(c).await?.iter().any(|n| n == "_sqlx_migrations") {
        return Ok(0);
    }
    sql("SELECT coalesce(max(version), 0) FROM _sqlx_migrations").scalar(c).await
}

/// The number of the newest schema that this program knows.
pub fn newest() -> i64 {
    crate::sqlite::MIGRATIONS.iter().map(|m| m.version).max().unwrap_or(0)
}

/// The tables that are carried, each after those that its rows refer to.
pub async fn tables(c: &mut Connection) -> Result<Vec<Table>, Error> {
    let mut out = Vec::new();
    for name in in_order(names(c).await?, &references(c).await?) {
        let left_out = LEFT_OUT.contains(&name.as_str()) || LEFT_OUT_FAMILIES.iter().any(|f| name.starts_with(f));
        if !left_out {
            out.push(table(c, name).await?);
        }
    }
    Ok(out)
}

/// Whether anything is in the database that a new one does not have.
pub async fn holds_rows(c: &mut Connection) -> Result<bool, Error> {
    for table in tables(c).await? {
        if !NEVER_EMPTY.contains(&table.name.as_str()) {
            let text = format!("SELECT EXISTS (SELECT 1 FROM {})", quoted(&table.name));
            if sql(text).scalar::<bool>(c).await? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// A name as both databases take it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

async fn names(c: &mut Connection) -> Result<Vec<String>, Error> {
    let text = c.dialect().pick(
        "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
        "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1",
    );
    sql(text).scalars(c).await
}

/// Pairs of a table and one that its rows refer to.
async fn references(c: &mut Connection) -> Result<Vec<(String, String)>, Error> {
    let text = c.dialect().pick(
        "SELECT m.name, f.\"table\" FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'",
        "SELECT a.relname::text, b.relname::text FROM pg_constraint k
         JOIN pg_class a ON a.oid = k.conrelid JOIN pg_class b ON b.oid = k.confrelid
         WHERE k.contype = 'f' AND k.connamespace = current_schema()::regnamespace",
    );
    sql(text).fetch_all(c).await?.iter().map(|r| Ok((r.get(0)?, r.get(1)?))).collect()
}

/// Parents first; what refers to each other in a circle comes last, as it is.
fn in_order(names: Vec<String>, references: &[(String, String)]) -> Vec<String> {
    let mut parents: HashMap<&str, Vec<&str>> = HashMap::new();
    for (child, parent) in references.iter().filter(|(child, parent)| child != parent) {
        parents.entry(child).or_default().push(parent);
    }
    let (mut out, mut rest) = (Vec::with_capacity(names.len()), names);
    loop {
        let waiting: HashSet<String> = rest.iter().cloned().collect();
        let is_ready = |name: &String| {
            parents.get(name.as_str()).is_none_or(|p| p.iter().all(|parent| !waiting.contains(*parent)))
        };
        let (ready, later): (Vec<_>, Vec<_>) = rest.into_iter().partition(is_ready);
        if ready.is_empty() {
            out.extend(later);
            return out;
        }
        out.extend(ready);
        rest = later;
    }
}

async fn table(c: &mut Connection, name: String) -> Result<Table, Error> {
    let (columns, key) = match c.dialect() {
        Dialect::Sqlite => (
            "SELECT name, type FROM pragma_table_info($1) ORDER BY cid",
            "SELECT name FROM pragma_table_info($1) WHERE pk > 0 ORDER BY pk",
        ),
        Dialect::Postgres => (
            "SELECT column_name::text, data_type::text FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name = $1 AND is_generated = 'NEVER' ORDER BY ordinal_position",
            "SELECT a.attname::text FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
             WHERE i.indrelid = to_regclass(quote_ident($1)) AND i.indisprimary
             ORDER BY array_position(i.indkey::int2[], a.attnum)",
        ),
    };
    let key = sql(key).bind(&name).scalars(c).await?;
    let mut out = Table { name, columns: Vec::new(), key };
    for row in sql(columns).bind(&out.name).fetch_all(c).await? {
        let (column, declared): (String, String) = (row.get(0)?, row.get(1)?);
        if !COUNTS.contains(&(out.name.as_str(), column.as_str())) {
            out.columns.push(Column { name: column, kind: kind(&declared)? });
        }
    }
    Ok(out)
}

fn kind(declared: &str) -> Result<Kind, Error> {
    Ok(match declared.to_ascii_uppercase().as_str() {
        "INTEGER" | "BIGINT" => Kind::Int,
        "DOUBLE PRECISION" => Kind::Float,
        "TEXT" => Kind::Text,
        "BLOB" | "BYTEA" => Kind::Bytes,
        _ => {
            return Err(Error::Corrupt {
                what: "type of a column",
                text: declared.to_owned(),
                why: "expected BIGINT, DOUBLE PRECISION, TEXT or bytes".into(),
            });
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_come_first_and_a_circle_ends() {
        let names = |list: &[&str]| list.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let refs = [pair("a", "c"), pair("c", "d"), pair("d", "d")];
        assert_eq!(in_order(names(&["a", "b", "c", "d"]), &refs), names(&["b", "d", "c", "a"]));
        let circle = [pair("a", "b"), pair("b", "a")];
        assert_eq!(in_order(names(&["a", "b", "c"]), &circle), names(&["c", "a", "b"]));
    }
}
