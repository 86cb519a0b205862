//! The links by which people set a password: new administrators their first one (guide chapter 4), and whoever has
//! forgotten theirs. Only a token's hash is stored.

use crate::codec::int;
use crate::db::{Row, sql};
use crate::session::Who;
use crate::{Connection, Error};
use model::{AdministratorId, MailboxId, Timestamp};

/// Makes it the one link of the person; earlier ones end.
pub async fn insert(
    c: &mut Connection,
    hash: &str,
    who: Who,
    created: Timestamp,
    expires: Timestamp,
) -> Result<(), Error> {
    remove_of(c, who).await?;
    let (column, id) = who.column();
    sql(format!("INSERT INTO password_link (hash, {column}, created, expires) VALUES ($1, $2, $3, $4)"))
        .bind(hash)
        .bind(id)
        .bind(created.0)
        .bind(expires.0)
        .execute(c)
        .await?;
    Ok(())
}

/// Whose link it is, while it holds.
pub async fn peek(c: &mut Connection, hash: &str, now: Timestamp) -> Result<Option<Who>, Error> {
    let row = sql("SELECT administrator, mailbox FROM password_link WHERE hash = $1 AND expires > $2");
    row.bind(hash).bind(now.0).fetch_optional(c).await?.as_ref().map(who).transpose()
}

/// Uses the link up: whose it was, for exactly one caller.
pub async fn take(c: &mut Connection, hash: &str, now: Timestamp) -> Result<Option<Who>, Error> {
    let row = sql("DELETE FROM password_link WHERE hash = $1 AND expires > $2 RETURNING administrator, mailbox");
    row.bind(hash).bind(now.0).fetch_optional(c).await?.as_ref().map(who).transpose()
}

pub async fn remove_of(c: &mut Connection, who: Who) -> Result<(), Error> {
    let (column, id) = who.column();
    sql(format!("DELETE FROM password_link WHERE {column} = $1")).bind(id).execute(c).await?;
    Ok(())
}

fn who(r: &Row) -> Result<Who, Error> {
    match r.get::<Option<i64>>("administrator")? {
        Some(id) => Ok(Who::Administrator(AdministratorId(id))),
        None => Ok(Who::Owner(MailboxId(int(r, "mailbox")?))),
    }
}
