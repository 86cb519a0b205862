//! The counter that each change of configuration bumps, and single values of the installation.

use crate::db::{Dialect, sql};
use crate::{Connection, Error};
use model::Settings;

/// What PostgreSQL notifies of each change.
pub(crate) const CHANNEL: &str = "postern_change";

/// Tells running servers that configuration has changed. Part of the transaction that changes it.
pub async fn bump(c: &mut Connection) -> Result<(), Error> {
    sql("UPDATE change SET counter = counter + 1 WHERE id = 1").execute(c).await?;
    if c.dialect() == Dialect::Postgres {
        // Sent with the commit; nodes that listen need not wait for their next look at the counter.
        sql("SELECT 1 FROM pg_notify($1, '')").bind(CHANNEL).execute(c).await?;
    }
    Ok(())
}

pub async fn counter(c: &mut Connection) -> Result<i64, Error> {
    sql("SELECT counter FROM change WHERE id = 1").scalar(c).await
}

pub async fn meta(c: &mut Connection, name: &str) -> Result<Option<String>, Error> {
    sql("SELECT value FROM meta WHERE name = $1").bind(name).scalar_optional(c).await
}

pub async fn set_meta(c: &mut Connection, name: &str, value: &str) -> Result<(), Error> {
    sql("INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
        .bind(name)
        .bind(value)
        .execute(c)
        .await?;
    Ok(())
}

const SETTINGS: &str = "settings";

/// Settings of the system: what holds where neither domain nor mailbox says otherwise.
pub async fn settings(c: &mut Connection) -> Result<Settings, Error> {
    match meta(c, SETTINGS).await? {
        Some(text) => crate::codec::from_json("settings", text),
        None => Ok(Settings::default()),
    }
}

pub async fn set_settings(c: &mut Connection, settings: &Settings) -> Result<(), Error> {
    set_meta(c, SETTINGS, &crate::codec::to_json("settings", settings)?).await
}
