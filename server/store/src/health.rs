//! Whether the database agrees with itself, for `postern check`. Each answer lists what is wrong, a line each.

use crate::db::{Dialect, Row, sql};
use crate::{Connection, Error};
use std::collections::HashMap;

/// Lines of an answer; more help nobody.
const LINES: usize = 20;

/// Damage of the files. Reads all of an SQLite database; PostgreSQL only says which indexes are not whole.
pub async fn integrity(c: &mut Connection) -> Result<Vec<String>, Error> {
    let mut lines: Vec<String> = sql(c.dialect().pick(
        "PRAGMA integrity_check(20)",
        "SELECT c.relname::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
         WHERE c.relnamespace = current_schema()::regnamespace AND NOT i.indisvalid LIMIT 20",
    ))
    .scalars(c)
    .await?;
    lines.retain(|line| line != "ok");
    Ok(lines)
}

/// Rows that refer to rows that are not there. PostgreSQL never has any.
pub async fn references(c: &mut Connection) -> Result<Vec<String>, Error> {
    if c.dialect() == Dialect::Postgres {
        return Ok(Vec::new());
    }
    let rows =
        sql("SELECT \"table\", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2").fetch_all(c).await?;
    let line = |r: &Row| {
        let (table, parent, count): (String, String, i64) = (r.get(0)?, r.get(1)?, r.get(2)?);
        Ok(format!("{count} rows of {table} refer to rows of {parent} that are not there"))
    };
    rows.iter().take(LINES).map(line).collect()
}

/// Counts that triggers keep and that are not what is counted.
pub async fn counts(c: &mut Connection) -> Result<Vec<String>, Error> {
    let mut out = Vec::new();
    for (what, text) in [
        (
            "total",
            "SELECT count(*) FROM total WHERE accounts <> (SELECT count(*) FROM account)
             OR domains <> (SELECT count(*) FROM domain) OR mailboxes <> (SELECT count(*) FROM mailbox)",
        ),
        (
            "domain",
            "SELECT count(*) FROM domain d LEFT JOIN (SELECT domain, count(*) AS n FROM mailbox GROUP BY domain) m ON m.domain = d.id
             WHERE d.mailboxes <> coalesce(m.n, 0)",
        ),
        (
            "account",
            "SELECT count(*) FROM account a LEFT JOIN (SELECT account, count(*) AS n FROM mailbox GROUP BY account) m ON m.account = a.id
             LEFT JOIN (SELECT account, count(*) AS n FROM domain GROUP BY account) d ON d.account = a.id
             WHERE a.mailboxes <> coalesce(m.n, 0) OR a.domains <> coalesce(d.n, 0)",
        ),
    ] {
        let wrong = sql(text).count(c).await?;
        if wrong > 0 {
            out.push(format!("{wrong} rows of {what} hold counts that are not those of their rows"));
        }
    }
    Ok(out)
}

/// The bodies that rows name, and of each the rows that are held now.
pub async fn bodies(c: &mut Connection) -> Result<HashMap<String, Vec<i64>>, Error> {
    let mut out: HashMap<String, Vec<i64>> = HashMap::new();
    sql("SELECT blob, id, disposition = 'quarantined' FROM quarantine")
        .fetch_each(c, async |row: Row| {
            let rows = out.entry(row.get(0)?).or_default();
            if row.get(2)? {
                rows.push(row.get(1)?);
            }
            Ok::<_, Error>(())
        })
        .await?;
    sql("SELECT DISTINCT blob FROM kept_copy")
        .fetch_each(c, async |row: Row| {
            out.entry(row.get(0)?).or_default();
            Ok::<_, Error>(())
        })
        .await?;
    Ok(out)
}

/// Whether a row names the body.
pub async fn is_named(c: &mut Connection, blob: &str) -> Result<bool, Error> {
    sql("SELECT EXISTS (SELECT 1 FROM quarantine WHERE blob = $1 UNION ALL SELECT 1 FROM kept_copy WHERE blob = $1)")
        .bind(blob)
        .scalar(c)
        .await
}
