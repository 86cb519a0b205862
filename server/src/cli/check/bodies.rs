//! Held messages and their bodies: each row has its body, each body its row, and the key opens them.

use super::finding::Finding;
use crate::config::Config;
use crate::serve::open_service;
use model::Actor;
use std::collections::HashMap;
use std::time::{Duration, SystemTime};
use store::{Store, health};
use vault::{BlobId, Vault};

const NAME: &str = "bodies";
/// A body is put before its row is written: a young one may be of a message that is being held just now.
const YOUNG: Duration = Duration::from_secs(3_600);
/// Bodies that are opened where not all are asked for.
const SAMPLE: usize = 200;

type AnyError = Box<dyn std::error::Error>;

pub async fn check(config: &Config, repair: bool, all: bool) -> Vec<Finding> {
    match look(config, repair, all).await {
        Ok(found) => found,
        Err(error) => vec![Finding::fail(NAME, error, "see the message")],
    }
}

async fn look(config: &Config, repair: bool, all: bool) -> Result<Vec<Finding>, AnyError> {
    let store = match Store::connect_unchanged(&config.target()?).await {
        Ok(store) => store,
        // The check of the database has said it.
        Err(_) => return Ok(Vec::new()),
    };
    let mut c = store.read().await?;
    if store::dump::version(&mut c).await? == 0 {
        return Ok(Vec::new());
    }
    let named = health::bodies(&mut c).await?;
    let directory = config.data.join("vault");
    let there: HashMap<String, vault::Found> =
        vault::list(&directory)?.into_iter().map(|f| (f.id.to_string(), f)).collect();
    let mut lost = Vec::new();
    for (blob, rows) in named.iter().filter(|(blob, rows)| !there.contains_key(*blob) && !rows.is_empty()) {
        // Not where the row was purged since it was read.
        if health::is_named(&mut c, blob).await? {
            lost.extend(rows);
        }
    }
    drop(c);
    store.close().await;
    let old = |f: &vault::Found| SystemTime::now().duration_since(f.put).is_ok_and(|age| age > YOUNG);
    let orphans: Vec<String> =
        there.iter().filter(|(blob, f)| !named.contains_key(*blob) && old(f)).map(|(blob, _)| blob.clone()).collect();

    let mut out = vec![rows(config, &lost, repair).await?, unnamed(config, &orphans, repair).await?];
    let known: Vec<BlobId> = there.iter().filter(|(blob, _)| named.contains_key(*blob)).map(|(_, f)| f.id).collect();
    if !known.is_empty() {
        out.push(readable(config, &known, all).await);
    }
    Ok(out)
}

async fn rows(config: &Config, lost: &[i64], repair: bool) -> Result<Finding, AnyError> {
    if lost.is_empty() {
        return Ok(Finding::ok(NAME, "every held message has its body"));
    }
    let what = format!("{} held messages have no body: they can be neither read nor released", lost.len());
    if !repair {
        return Ok(Finding::fail(
            NAME,
            what,
            "bring data/vault back from a backup, or mark them deleted with --repair",
        ));
    }
    let service = open_service(config).await?;
    let mut done = 0;
    for piece in lost.chunks(service::ACT_MAX) {
        done += service.delete(&Actor::system("cli"), piece).await?.done;
    }
    Ok(Finding::warn(NAME, what, format!("{done} were marked deleted")))
}

async fn unnamed(config: &Config, orphans: &[String], repair: bool) -> Result<Finding, AnyError> {
    const NAME: &str = "vault";
    if orphans.is_empty() {
        return Ok(Finding::ok(NAME, "every body has its row"));
    }
    let what = format!("{} bodies have no row: they only take room", orphans.len());
    if !repair {
        return Ok(Finding::warn(NAME, what, "remove them with --repair"));
    }
    let removed = open_service(config).await?.remove_unnamed_bodies(&Actor::system("cli"), orphans).await?;
    Ok(Finding::ok(NAME, format!("{removed} bodies that had no row were removed")))
}

/// Opens bodies with the key.
async fn readable(config: &Config, known: &[BlobId], all: bool) -> Finding {
    const NAME: &str = "vault key";
    let restore = "bring vault.key and data/vault back from a backup";
    let vault = match Vault::open(&config.data.join("vault")) {
        Ok(vault) => vault,
        Err(error) => return Finding::fail(NAME, error, restore),
    };
    let step = if all { 1 } else { known.len().div_ceil(SAMPLE) };
    let (mut read, mut failed, mut first) = (0, 0, None);
    for id in known.iter().step_by(step) {
        match vault.get(id).await {
            Ok(_) => read += 1,
            Err(vault::Error::Missing(_)) => {}
            Err(error) => {
                failed += 1;
                first.get_or_insert(error);
            }
        }
    }
    match first {
        Some(error) => {
            Finding::fail(NAME, format!("{failed} of {} bodies cannot be opened: {error}", read + failed), restore)
        }
        None => Finding::ok(NAME, format!("opens the bodies ({read} of {} tried)", known.len())),
    }
}
