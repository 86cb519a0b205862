//! Leases: a job that must run once in the cluster runs on the node that holds its lease.
//!
//! Time is the database's, so that nodes whose clocks differ agree. A node that dies loses its leases when they expire;
//! a node that starts again under its name has them at once, which is why names of nodes are unique.

use crate::db::sql;
use crate::{Connection, Error};

/// Takes the lease `name` for `node` and `for_ms` milliseconds. True also where the node has it already; false while
/// another node has it.
pub async fn take(c: &mut Connection, name: &str, node: &str, for_ms: i64) -> Result<bool, Error> {
    let now = c.dialect().now_ms();
    let text = format!(
        "INSERT INTO lease (name, node, until) VALUES ($1, $2, {now} + $3)
         ON CONFLICT (name) DO UPDATE SET node = excluded.node, until = excluded.until
         WHERE lease.node = excluded.node OR lease.until <= {now}"
    );
    Ok(sql(text).bind(name).bind(node).bind(for_ms).execute(c).await? == 1)
}

/// Holds the lease for `for_ms` milliseconds from now. False where the node has it no longer: its work must stop.
pub async fn renew(c: &mut Connection, name: &str, node: &str, for_ms: i64) -> Result<bool, Error> {
    let now = c.dialect().now_ms();
    let text = format!("UPDATE lease SET until = {now} + $3 WHERE name = $1 AND node = $2 AND until > {now}");
    Ok(sql(text).bind(name).bind(node).bind(for_ms).execute(c).await? == 1)
}

/// Gives the lease back, if the node still has it.
pub async fn release(c: &mut Connection, name: &str, node: &str) -> Result<(), Error> {
    sql("DELETE FROM lease WHERE name = $1 AND node = $2").bind(name).bind(node).execute(c).await?;
    Ok(())
}

/// Who holds the lease now.
pub async fn holder(c: &mut Connection, name: &str) -> Result<Option<String>, Error> {
    let text = format!("SELECT node FROM lease WHERE name = $1 AND until > {}", c.dialect().now_ms());
    sql(text).bind(name).scalar_optional(c).await
}
