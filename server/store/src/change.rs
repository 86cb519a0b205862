//! The counter that each change of configuration bumps, and single values of the installation.

use crate::codec::{int, text};
use crate::db::{Dialect, sql};
use crate::{Connection, Error};
use model::{DomainId, MailboxId, Settings};

/// What PostgreSQL notifies of each change.
pub(crate) const CHANNEL: &str = "postern_change";

/// There while rows of a backup or of another database are being put in: what is there is not whole.
pub(crate) const LOADING: &str = "loading";

/// What a change was about: what a running server must read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Touched {
    /// Settings of the system, of accounts, or defaults.
    Levels,
    /// The domain's own row, or its groups with their lists.
    Domain(DomainId),
    /// Friends and enemies of the domain.
    DomainSenders(DomainId),
    /// All of the mailbox: row, aliases, lists, groups that it is in.
    Mailbox(MailboxId),
    /// Networks that may send.
    Outbound,
    /// Verifiers, content filters or notifications.
    Definitions,
    /// Settings of the appliance.
    Appliance,
}

impl Touched {
    fn columns(self) -> (&'static str, i64) {
        match self {
            Touched::Levels => ("levels", 0),
            Touched::Domain(id) => ("domain", id.0),
            Touched::DomainSenders(id) => ("domain_senders", id.0),
            Touched::Mailbox(id) => ("mailbox", id.0),
            Touched::Outbound => ("outbound", 0),
            Touched::Definitions => ("definitions", 0),
            Touched::Appliance => ("appliance", 0),
        }
    }
    /// None: of a newer release.
    fn of(kind: &str, object: i64) -> Option<Touched> {
        Some(match kind {
            "levels" => Touched::Levels,
            "domain" => Touched::Domain(DomainId(object)),
            "domain_senders" => Touched::DomainSenders(DomainId(object)),
            "mailbox" => Touched::Mailbox(MailboxId(object)),
            "outbound" => Touched::Outbound,
            "definitions" => Touched::Definitions,
            "appliance" => Touched::Appliance,
            _ => return None,
        })
    }
}

/// Notes are kept of so many changes: who has missed more reads everything again.
const KEPT: i64 = 2_000;
/// Of so many objects it is no slower to read everything.
const MOST: usize = 20_000;

/// Tells running servers that configuration has changed, and that they must read all of it. Part of the transaction
/// that changes it. Where it is known what changed, [`touch`] costs them less.
pub async fn bump(c: &mut Connection) -> Result<(), Error> {
    next(c).await.map(drop)
}

/// Tells running servers what of the configuration has changed. Part of the transaction that changes it.
pub async fn touch(c: &mut Connection, what: &[Touched]) -> Result<(), Error> {
    let counter = next(c).await?;
    if what.len() > MOST {
        return Ok(());
    }
    for chunk in what.chunks(500) {
        let mut b = sql("INSERT INTO change_note (counter, kind, object) ");
        b.push_values(chunk, |v, touched| {
            let (kind, object) = touched.columns();
            v.push_bind(counter).push_bind(kind).push_bind(object);
        });
        b.execute(c).await?;
    }
    sql("DELETE FROM change_note WHERE counter <= $1").bind(counter - KEPT).execute(c).await?;
    Ok(())
}

async fn next(c: &mut Connection) -> Result<i64, Error> {
    // A database that is filled from nothing has no row yet.
    let counter = sql("INSERT INTO change (id, counter) VALUES (1, 1)
         ON CONFLICT (id) DO UPDATE SET counter = change.counter + 1 RETURNING counter")
    .scalar(c)
    .await?;
    if c.dialect() == Dialect::Postgres {
        // Sent with the commit; nodes that listen need not wait for their next look at the counter.
        sql("SELECT 1 FROM pg_notify($1, '')").bind(CHANNEL).execute(c).await?;
    }
    Ok(counter)
}

/// What has changed after `version` until `counter`, each once; None where that is not known, or is so much that all may
/// as well be read. In the transaction that also reads `counter` and what changed.
pub async fn since(c: &mut Connection, version: i64, counter: i64) -> Result<Option<Vec<Touched>>, Error> {
    let rows =
        sql("SELECT DISTINCT counter, kind, object FROM change_note WHERE counter > $1 ORDER BY counter LIMIT $2")
            .bind(version)
            .bind(i64::try_from(MOST + 1).unwrap_or(i64::MAX))
            .fetch_all(c)
            .await?;
    if rows.len() > MOST {
        return Ok(None);
    }
    let mut seen = version;
    let mut found = Vec::with_capacity(rows.len());
    for r in &rows {
        let at = int(r, "counter")?;
        if at > seen + 1 {
            return Ok(None);
        }
        seen = at;
        let Some(touched) = Touched::of(&text(r, "kind")?, int(r, "object")?) else { return Ok(None) };
        found.push(touched);
    }
    let mut known = std::collections::HashSet::new();
    found.retain(|t| known.insert(*t));
    Ok((seen == counter).then_some(found))
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

const APPLIANCE: &str = "appliance";

/// Settings of the appliance: how mail is received. They may be large, and nothing lies over them.
pub async fn appliance(c: &mut Connection) -> Result<Settings, Error> {
    match meta(c, APPLIANCE).await? {
        Some(text) => crate::codec::from_json(APPLIANCE, text),
        None => Ok(Settings::default()),
    }
}

pub async fn set_appliance(c: &mut Connection, settings: &Settings) -> Result<(), Error> {
    set_meta(c, APPLIANCE, &crate::codec::to_json(APPLIANCE, settings)?).await
}

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
