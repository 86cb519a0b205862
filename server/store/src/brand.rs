//! Brands: how the dashboards and mails of some accounts look (guide chapter 14).

use crate::codec::{self, int, text};
use crate::db::{Row, sql};
use crate::{Connection, Error};
use model::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

/// A brand; `S` is what its settings are read as.
#[derive(Debug, Clone, PartialEq)]
pub struct Brand<S> {
    pub id: i64,
    pub name: String,
    /// The dashboards' host name under which it is shown, in lower case.
    pub host: Option<String>,
    pub settings: S,
    pub created: Timestamp,
}

/// `id` of the argument is not used. A taken name or host is a conflict.
pub async fn insert<S: Serialize>(c: &mut Connection, b: &Brand<S>) -> Result<i64, Error> {
    let id = sql("INSERT INTO brand (name, name_key, host, settings, created) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING RETURNING id")
    .bind(&b.name)
    .bind(b.name.to_lowercase())
    .bind(&b.host)
    .bind(codec::to_json("settings", &b.settings)?)
    .bind(b.created.0)
    .scalar_optional(c)
    .await?;
    id.ok_or(Error::Conflict("brand"))
}

/// Writes name, host and settings; a taken name or host is a conflict, after which the transaction cannot go on.
pub async fn update<S: Serialize>(c: &mut Connection, b: &Brand<S>) -> Result<(), Error> {
    sql("UPDATE brand SET name = $2, name_key = $3, host = $4, settings = $5 WHERE id = $1")
        .bind(b.id)
        .bind(&b.name)
        .bind(b.name.to_lowercase())
        .bind(&b.host)
        .bind(codec::to_json("settings", &b.settings)?)
        .execute(c)
        .await?;
    Ok(())
}

/// Accounts that had it are without a brand afterwards. False where there was none.
pub async fn delete(c: &mut Connection, id: i64) -> Result<bool, Error> {
    Ok(sql("DELETE FROM brand WHERE id = $1").bind(id).execute(c).await? == 1)
}

pub async fn get<S: DeserializeOwned>(c: &mut Connection, id: i64) -> Result<Option<Brand<S>>, Error> {
    sql("SELECT * FROM brand WHERE id = $1").bind(id).fetch_optional(c).await?.as_ref().map(brand).transpose()
}

pub async fn by_name<S: DeserializeOwned>(c: &mut Connection, name: &str) -> Result<Option<Brand<S>>, Error> {
    let found = sql("SELECT * FROM brand WHERE name_key = $1").bind(name.to_lowercase()).fetch_optional(c).await?;
    found.as_ref().map(brand).transpose()
}

pub async fn by_host<S: DeserializeOwned>(c: &mut Connection, host: &str) -> Result<Option<Brand<S>>, Error> {
    let found = sql("SELECT * FROM brand WHERE host = $1").bind(host.to_lowercase()).fetch_optional(c).await?;
    found.as_ref().map(brand).transpose()
}

/// By name.
pub async fn all<S: DeserializeOwned>(c: &mut Connection) -> Result<Vec<Brand<S>>, Error> {
    sql("SELECT * FROM brand ORDER BY name_key").fetch_all(c).await?.iter().map(brand).collect()
}

fn brand<S: DeserializeOwned>(r: &Row) -> Result<Brand<S>, Error> {
    Ok(Brand {
        id: int(r, "id")?,
        name: text(r, "name")?,
        host: r.get("host")?,
        settings: codec::json(r, "settings")?,
        created: Timestamp(int(r, "created")?),
    })
}
