//! API tokens: only the SHA-256 of each is stored.

use crate::codec::{self, int, text};
use crate::cursor::{self, Cursor, Order, Slice};
use crate::db::{Row, sql};
use crate::{Connection, Error, Scope, query};
use model::{AccountId, Timestamp};

#[derive(Debug, Clone, PartialEq)]
pub struct ApiToken {
    pub id: i64,
    pub name: String,
    pub scopes: Vec<String>,
    /// None: the whole system.
    pub account: Option<AccountId>,
    pub created: Timestamp,
    pub last_used: Option<Timestamp>,
    /// Since when it opens nothing any more.
    pub revoked: Option<Timestamp>,
}

pub async fn insert(c: &mut Connection, hash: &str, t: &ApiToken) -> Result<i64, Error> {
    sql("INSERT INTO api_token (hash, name, scopes, account, created) VALUES ($1, $2, $3, $4, $5) RETURNING id")
        .bind(hash)
        .bind(&t.name)
        .bind(codec::to_json("scopes", &t.scopes)?)
        .bind(t.account.map(|a| a.0))
        .bind(t.created.0)
        .scalar(c)
        .await
}

/// The token with this hash, unless it was revoked.
pub async fn get(c: &mut Connection, hash: &str) -> Result<Option<ApiToken>, Error> {
    let row = sql("SELECT * FROM api_token WHERE hash = $1 AND revoked IS NULL").bind(hash).fetch_optional(c).await?;
    row.as_ref().map(token).transpose()
}

/// The newest first, revoked ones too, `limit` rows after those that ended at `after`.
pub async fn slice(
    c: &mut Connection,
    scope: Scope,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Slice<ApiToken>, Error> {
    const ORDER: Order = Order { key: "id", id: None, descending: true, text: (false, false) };
    let mut b = sql("SELECT * FROM api_token WHERE ");
    query::push_scope(&mut b, scope, "account");
    let limit = ORDER.after(&mut b, after, limit)?;
    let rows = b.fetch_all(c).await?.iter().map(token).collect::<Result<_, _>>()?;
    Ok(cursor::slice(rows, limit, |t: &ApiToken| (t.id, t.id)))
}

pub async fn by_id(c: &mut Connection, id: i64) -> Result<Option<ApiToken>, Error> {
    sql("SELECT * FROM api_token WHERE id = $1").bind(id).fetch_optional(c).await?.as_ref().map(token).transpose()
}

/// It opens nothing from now on. False where it was revoked before, or there is none.
pub async fn revoke(c: &mut Connection, id: i64, now: Timestamp) -> Result<bool, Error> {
    let text = "UPDATE api_token SET revoked = $2 WHERE id = $1 AND revoked IS NULL";
    Ok(sql(text).bind(id).bind(now.0).execute(c).await? == 1)
}

/// Notes its use, unless one was noted since `not_since`: callers write once a minute, not once a request.
pub async fn touch(c: &mut Connection, id: i64, now: Timestamp, not_since: Timestamp) -> Result<(), Error> {
    let text = "UPDATE api_token SET last_used = $2 WHERE id = $1 AND (last_used IS NULL OR last_used < $3)";
    sql(text).bind(id).bind(now.0).bind(not_since.0).execute(c).await?;
    Ok(())
}

fn token(r: &Row) -> Result<ApiToken, Error> {
    Ok(ApiToken {
        id: int(r, "id")?,
        name: text(r, "name")?,
        scopes: codec::json(r, "scopes")?,
        account: r.get::<Option<i64>>("account")?.map(AccountId),
        created: Timestamp(int(r, "created")?),
        last_used: r.get::<Option<i64>>("last_used")?.map(Timestamp),
        revoked: r.get::<Option<i64>>("revoked")?.map(Timestamp),
    })
}
