//! Users of the Outbound Authenticated Relay: senders who log in, from wherever they are (guide chapter 7).

use crate::codec::{int, text};
use crate::cursor::{self, Cursor, Order, Slice};
use crate::db::{Row, sql};
use crate::query;
use crate::{Connection, Error, Scope};
use model::{AccountId, Timestamp};

#[derive(Debug, Clone, PartialEq)]
pub struct RelayUser {
    pub id: i64,
    pub account: AccountId,
    /// What they log in with; one in the whole system, in letters of either case.
    pub name: String,
    pub password_hash: String,
    pub active: bool,
    pub created: Timestamp,
}

/// `id` of the argument is not used. A taken name is a conflict.
pub async fn insert(c: &mut Connection, u: &RelayUser) -> Result<i64, Error> {
    let id = sql("INSERT INTO outbound_relay (account, name, name_key, password_hash, active, created)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING id")
    .bind(u.account.0)
    .bind(&u.name)
    .bind(u.name.to_lowercase())
    .bind(&u.password_hash)
    .bind(u.active)
    .bind(u.created.0)
    .scalar_optional(c)
    .await?;
    id.ok_or(Error::Conflict("relay user"))
}

/// Writes password hash and whether active.
pub async fn update(c: &mut Connection, u: &RelayUser) -> Result<(), Error> {
    sql("UPDATE outbound_relay SET password_hash = $2, active = $3 WHERE id = $1")
        .bind(u.id)
        .bind(&u.password_hash)
        .bind(u.active)
        .execute(c)
        .await?;
    Ok(())
}

pub async fn delete(c: &mut Connection, id: i64) -> Result<bool, Error> {
    Ok(sql("DELETE FROM outbound_relay WHERE id = $1").bind(id).execute(c).await? == 1)
}

pub async fn get(c: &mut Connection, id: i64) -> Result<Option<RelayUser>, Error> {
    sql("SELECT * FROM outbound_relay WHERE id = $1").bind(id).fetch_optional(c).await?.as_ref().map(user).transpose()
}

pub async fn by_name(c: &mut Connection, name: &str) -> Result<Option<RelayUser>, Error> {
    let found =
        sql("SELECT * FROM outbound_relay WHERE name_key = $1").bind(name.to_lowercase()).fetch_optional(c).await?;
    found.as_ref().map(user).transpose()
}

/// All, or those of one account, by name.
pub async fn all(c: &mut Connection, account: Option<AccountId>) -> Result<Vec<RelayUser>, Error> {
    let mut b = sql("SELECT * FROM outbound_relay");
    if let Some(a) = account {
        b.push(" WHERE account = ").push_bind(a.0);
    }
    b.push(" ORDER BY name_key");
    b.fetch_all(c).await?.iter().map(user).collect()
}

/// By name, `limit` rows after those that ended at `after`.
pub async fn slice(
    c: &mut Connection,
    scope: Scope,
    q: &str,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Slice<RelayUser>, Error> {
    const ORDER: Order = Order { key: "name_key", id: None, descending: false, text: (true, false) };
    let mut b = sql("SELECT * FROM outbound_relay WHERE ");
    query::push_scope(&mut b, scope, "account");
    query::push_words(&mut b, c.dialect(), "name", q);
    let limit = ORDER.after(&mut b, after, limit)?;
    let rows = b.fetch_all(c).await?.iter().map(user).collect::<Result<_, _>>()?;
    Ok(cursor::slice(rows, limit, |u: &RelayUser| (u.name.to_lowercase(), u.id)))
}

fn user(r: &Row) -> Result<RelayUser, Error> {
    Ok(RelayUser {
        id: int(r, "id")?,
        account: AccountId(int(r, "account")?),
        name: text(r, "name")?,
        password_hash: text(r, "password_hash")?,
        active: r.get("active")?,
        created: Timestamp(int(r, "created")?),
    })
}
