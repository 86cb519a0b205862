//! Passwords of administrators and owners: their age, that they must be changed, and those that were used before.

use crate::codec::int;
use crate::db::sql;
use crate::session::Who;
use crate::{Connection, Error};
use model::Timestamp;

/// Earlier passwords that are remembered for a person.
const REMEMBERED: i64 = 24;

/// How old a password is, and whether the next login must change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Age {
    /// None: before ages were kept, or there is no password.
    pub changed: Option<Timestamp>,
    pub must_change: bool,
}

/// Stores a new password's hash, remembers the one before it, and notes its age.
pub async fn set(c: &mut Connection, who: Who, hash: &str, changed: Timestamp, must_change: bool) -> Result<(), Error> {
    let (table, id) = who.column();
    sql(format!(
        "INSERT INTO password_history ({table}, hash, changed)
         SELECT id, password_hash, coalesce(password_changed, created) FROM {table} WHERE id = $1 AND password_hash IS NOT NULL"
    ))
    .bind(id)
    .execute(c)
    .await?;
    sql(format!(
        "DELETE FROM password_history WHERE {table} = $1 AND id NOT IN
         (SELECT id FROM password_history WHERE {table} = $1 ORDER BY id DESC LIMIT $2)"
    ))
    .bind(id)
    .bind(REMEMBERED)
    .execute(c)
    .await?;
    sql(format!("UPDATE {table} SET password_hash = $2, password_changed = $3, must_change = $4 WHERE id = $1"))
        .bind(id)
        .bind(hash)
        .bind(changed.0)
        .bind(must_change)
        .execute(c)
        .await?;
    Ok(())
}

/// The next login must set another password, or need not.
pub async fn set_must_change(c: &mut Connection, who: Who, must_change: bool) -> Result<(), Error> {
    let (table, id) = who.column();
    sql(format!("UPDATE {table} SET must_change = $2 WHERE id = $1")).bind(id).bind(must_change).execute(c).await?;
    Ok(())
}

pub async fn age(c: &mut Connection, who: Who) -> Result<Option<Age>, Error> {
    let (table, id) = who.column();
    let row = sql(format!("SELECT password_changed, must_change FROM {table} WHERE id = $1"))
        .bind(id)
        .fetch_optional(c)
        .await?;
    row.map(|r| {
        Ok(Age {
            changed: r.get::<Option<i64>>("password_changed")?.map(Timestamp),
            must_change: int(&r, "must_change")? != 0,
        })
    })
    .transpose()
}

/// Hashes of the password that holds now and of those before it, the latest first.
pub async fn latest(c: &mut Connection, who: Who, limit: u32) -> Result<Vec<String>, Error> {
    let (table, id) = who.column();
    let now = sql(format!("SELECT password_hash FROM {table} WHERE id = $1")).bind(id);
    let mut hashes: Vec<String> = now.scalar_optional::<Option<String>>(c).await?.flatten().into_iter().collect();
    hashes.extend(earlier(c, who, limit).await?);
    hashes.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(hashes)
}

/// Hashes of the passwords before the one that holds now, the latest first.
pub async fn earlier(c: &mut Connection, who: Who, limit: u32) -> Result<Vec<String>, Error> {
    let (table, id) = who.column();
    sql(format!("SELECT hash FROM password_history WHERE {table} = $1 ORDER BY id DESC LIMIT $2"))
        .bind(id)
        .bind(i64::from(limit))
        .scalars(c)
        .await
}
