//! API tokens: only the SHA-256 of each is stored.

use crate::codec::{self, int, text};
use crate::{Connection, Error};
use model::{AccountId, Timestamp};
use sqlx::Row;

#[derive(Debug, Clone, PartialEq)]
pub struct ApiToken {
    pub id: i64,
    pub name: String,
    pub scopes: Vec<String>,
    /// None: the whole system.
    pub account: Option<AccountId>,
    pub created: Timestamp,
}

pub async fn insert(c: &mut Connection, hash: &str, t: &ApiToken) -> Result<i64, Error> {
    Ok(sqlx::query_scalar(
        "INSERT INTO api_token (hash, name, scopes, account, created) VALUES ($1, $2, $3, $4, $5) RETURNING id",
    )
    .bind(hash)
    .bind(&t.name)
    .bind(codec::to_json("scopes", &t.scopes)?)
    .bind(t.account.map(|a| a.0))
    .bind(t.created.0)
    .fetch_one(c)
    .await?)
}

pub async fn get(c: &mut Connection, hash: &str) -> Result<Option<ApiToken>, Error> {
    let row = sqlx::query("SELECT * FROM api_token WHERE hash = $1").bind(hash).fetch_optional(c).await?;
    row.map(|r| {
        Ok(ApiToken {
            id: int(&r, "id")?,
            name: text(&r, "name")?,
            scopes: codec::json(&r, "scopes")?,
            account: r.try_get::<Option<i64>, _>("account")?.map(AccountId),
            created: Timestamp(int(&r, "created")?),
        })
    })
    .transpose()
}
