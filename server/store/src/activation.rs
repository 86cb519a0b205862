//! The links by which new administrators set their first password (guide chapter 4). Only a token's hash is stored.

use crate::db::sql;
use crate::{Connection, Error};
use model::{AdministratorId, Timestamp};

/// Makes it the one link of the administrator; earlier ones end.
pub async fn insert(
    c: &mut Connection,
    hash: &str,
    administrator: AdministratorId,
    created: Timestamp,
    expires: Timestamp,
) -> Result<(), Error> {
    remove_of(c, administrator).await?;
    sql("INSERT INTO activation_token (hash, administrator, created, expires) VALUES ($1, $2, $3, $4)")
        .bind(hash)
        .bind(administrator.0)
        .bind(created.0)
        .bind(expires.0)
        .execute(c)
        .await?;
    Ok(())
}

/// Whose link it is, while it holds.
pub async fn peek(c: &mut Connection, hash: &str, now: Timestamp) -> Result<Option<AdministratorId>, Error> {
    let id = sql("SELECT administrator FROM activation_token WHERE hash = $1 AND expires > $2").bind(hash).bind(now.0);
    Ok(id.scalar_optional(c).await?.map(AdministratorId))
}

/// Uses the link up: whose it was, for exactly one caller.
pub async fn take(c: &mut Connection, hash: &str, now: Timestamp) -> Result<Option<AdministratorId>, Error> {
    let id = sql("DELETE FROM activation_token WHERE hash = $1 AND expires > $2 RETURNING administrator")
        .bind(hash)
        .bind(now.0);
    Ok(id.scalar_optional(c).await?.map(AdministratorId))
}

pub async fn remove_of(c: &mut Connection, administrator: AdministratorId) -> Result<(), Error> {
    sql("DELETE FROM activation_token WHERE administrator = $1").bind(administrator.0).execute(c).await?;
    Ok(())
}
