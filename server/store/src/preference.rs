//! What an administrator chose for themselves, by name.

use crate::db::sql;
use crate::{Connection, Error};
use model::AdministratorId;

/// None where nothing was chosen.
pub async fn get(c: &mut Connection, of: AdministratorId, name: &str) -> Result<Option<String>, Error> {
    let value = sql("SELECT value FROM administrator_preference WHERE administrator = $1 AND name = $2");
    value.bind(of.0).bind(name).scalar_optional(c).await
}

pub async fn set(c: &mut Connection, of: AdministratorId, name: &str, value: &str) -> Result<(), Error> {
    sql("INSERT INTO administrator_preference (administrator, name, value) VALUES ($1, $2, $3)
         ON CONFLICT (administrator, name) DO UPDATE SET value = excluded.value")
    .bind(of.0)
    .bind(name)
    .bind(value)
    .execute(c)
    .await?;
    Ok(())
}
