//! Administrators (guide chapter 4).

use crate::codec::{self, DbRow, int};
use crate::{Connection, Error};
use model::{AccountId, AdministratorId, EmailAddress, Role, Timestamp};
use sqlx::Row;

#[derive(Debug, Clone, PartialEq)]
pub struct Administrator {
    pub id: AdministratorId,
    pub email: EmailAddress,
    pub role: Role,
    /// None for system administrators only.
    pub account: Option<AccountId>,
    pub password_hash: Option<String>,
    pub active: bool,
    pub created: Timestamp,
}

/// `id` of the argument is not used. A taken address is a conflict.
pub async fn insert(c: &mut Connection, a: &Administrator) -> Result<AdministratorId, Error> {
    let id = sqlx::query_scalar(
        "INSERT INTO administrator (email, email_key, role, account, password_hash, active, created)
         VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
    )
    .bind(a.email.as_str())
    .bind(a.email.key())
    .bind(codec::to_word("role", &a.role)?)
    .bind(a.account.map(|x| x.0))
    .bind(&a.password_hash)
    .bind(i64::from(a.active))
    .bind(a.created.0)
    .fetch_one(c)
    .await?;
    Ok(AdministratorId(id))
}

/// Writes role, account, password hash and whether active.
pub async fn update(c: &mut Connection, a: &Administrator) -> Result<(), Error> {
    sqlx::query("UPDATE administrator SET role = $2, account = $3, password_hash = $4, active = $5 WHERE id = $1")
        .bind(a.id.0)
        .bind(codec::to_word("role", &a.role)?)
        .bind(a.account.map(|x| x.0))
        .bind(&a.password_hash)
        .bind(i64::from(a.active))
        .execute(c)
        .await?;
    Ok(())
}

pub async fn by_email(c: &mut Connection, email: &EmailAddress) -> Result<Option<Administrator>, Error> {
    let row =
        sqlx::query("SELECT * FROM administrator WHERE email_key = $1").bind(email.key()).fetch_optional(c).await?;
    row.as_ref().map(administrator).transpose()
}

pub async fn get(c: &mut Connection, id: AdministratorId) -> Result<Option<Administrator>, Error> {
    let row = sqlx::query("SELECT * FROM administrator WHERE id = $1").bind(id.0).fetch_optional(c).await?;
    row.as_ref().map(administrator).transpose()
}

/// Those of an account; none: those of the system. By address.
pub async fn all(c: &mut Connection, account: Option<AccountId>) -> Result<Vec<Administrator>, Error> {
    let rows = sqlx::query(
        "SELECT * FROM administrator WHERE account = $1 OR ($1 IS NULL AND account IS NULL) ORDER BY email_key",
    )
    .bind(account.map(|a| a.0))
    .fetch_all(c)
    .await?;
    rows.iter().map(administrator).collect()
}

pub async fn any(c: &mut Connection) -> Result<bool, Error> {
    let n: i64 = sqlx::query_scalar("SELECT count(*) FROM administrator").fetch_one(c).await?;
    Ok(n > 0)
}

fn administrator(r: &DbRow) -> Result<Administrator, Error> {
    Ok(Administrator {
        id: AdministratorId(int(r, "id")?),
        email: codec::word(r, "email")?,
        role: codec::serde_word(r, "role")?,
        account: r.try_get::<Option<i64>, _>("account")?.map(AccountId),
        password_hash: r.try_get("password_hash")?,
        active: int(r, "active")? != 0,
        created: Timestamp(int(r, "created")?),
    })
}
