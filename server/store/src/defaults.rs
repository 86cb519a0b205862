//! Settings of the default inbound domain, of default outbound IPs and of the authenticated relay (guide chapters 6 and
//! 7): of an account, or of the whole system.

use crate::codec::{self, text};
use crate::db::{Row, sql};
use crate::{Connection, Error};
use model::AccountId;
use serde::{Serialize, de::DeserializeOwned};

/// What the defaults are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// New and existing inbound domains.
    Domain,
    Outbound,
    /// Senders who log in and come from no outbound IP.
    Relay,
}

impl Level {
    fn as_str(self) -> &'static str {
        match self {
            Level::Domain => "domain",
            Level::Outbound => "outbound",
            Level::Relay => "relay",
        }
    }
    fn of(word: &str) -> Result<Level, Error> {
        match word {
            "domain" => Ok(Level::Domain),
            "outbound" => Ok(Level::Outbound),
            "relay" => Ok(Level::Relay),
            other => Err(Error::Corrupt { what: "level", text: other.into(), why: "not a level of defaults".into() }),
        }
    }
}

/// None where nobody has set any. Without an account: those of the whole system.
pub async fn get<S: DeserializeOwned>(
    c: &mut Connection,
    level: Level,
    account: Option<AccountId>,
) -> Result<Option<S>, Error> {
    let row = sql("SELECT settings FROM default_settings WHERE level = $1 AND coalesce(account, 0) = $2")
        .bind(level.as_str())
        .bind(account.map_or(0, |a| a.0))
        .fetch_optional(c)
        .await?;
    row.map(|r| codec::json(&r, "settings")).transpose()
}

pub async fn set<S: Serialize>(
    c: &mut Connection,
    level: Level,
    account: Option<AccountId>,
    settings: &S,
) -> Result<(), Error> {
    sql("INSERT INTO default_settings (level, account, settings) VALUES ($1, $2, $3)
         ON CONFLICT (level, (coalesce(account, 0))) DO UPDATE SET settings = excluded.settings")
    .bind(level.as_str())
    .bind(account.map(|a| a.0))
    .bind(codec::to_json("settings", settings)?)
    .execute(c)
    .await?;
    Ok(())
}

/// All there are, for the snapshot.
pub async fn all<S: DeserializeOwned>(c: &mut Connection) -> Result<Vec<(Level, Option<AccountId>, S)>, Error> {
    let rows = sql("SELECT level, account, settings FROM default_settings ORDER BY id").fetch_all(c).await?;
    levels(&rows)
}

/// Those of the whole system, and those of the account where one is given.
pub async fn of<S: DeserializeOwned>(
    c: &mut Connection,
    account: Option<AccountId>,
) -> Result<Vec<(Level, Option<AccountId>, S)>, Error> {
    let text = "SELECT level, account, settings FROM default_settings
         WHERE level IN ('domain', 'outbound', 'relay') AND coalesce(account, 0) IN (0, $1)";
    levels(&sql(text).bind(account.map_or(0, |a| a.0)).fetch_all(c).await?)
}

fn levels<S: DeserializeOwned>(rows: &[Row]) -> Result<Vec<(Level, Option<AccountId>, S)>, Error> {
    rows.iter()
        .map(|r| {
            let account = r.get::<Option<i64>>("account")?.map(AccountId);
            Ok((Level::of(&text(r, "level")?)?, account, codec::json(r, "settings")?))
        })
        .collect()
}

/// Takes those of an account, or of the system, back to what the level below says.
pub async fn clear(c: &mut Connection, level: Level, account: Option<AccountId>) -> Result<(), Error> {
    sql("DELETE FROM default_settings WHERE level = $1 AND coalesce(account, 0) = $2")
        .bind(level.as_str())
        .bind(account.map_or(0, |a| a.0))
        .execute(c)
        .await?;
    Ok(())
}
