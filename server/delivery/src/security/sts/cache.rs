//! Policies that are known, in memory and in a directory.

use super::{Policy, Problem};
use model::{DomainName, Timestamp};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Domains whose policies, or failures, are kept. Beyond, those that were fetched first go.
const DOMAINS_MAX: usize = 20_000;
/// A file in octets: a policy and a little more.
const FILE_MAX: u64 = 128 << 10;

#[derive(Debug, Clone)]
pub struct Kept {
    pub id: String,
    pub fetched: Timestamp,
    pub policy: Arc<Policy>,
}

/// As it is on disk.
#[derive(Serialize, Deserialize)]
struct Stored {
    domain: String,
    id: String,
    fetched: Timestamp,
    policy: Policy,
}

type Failure = (Timestamp, (Problem, String));

pub struct Cache {
    directory: Option<PathBuf>,
    kept: Mutex<HashMap<DomainName, Kept>>,
    failures: Mutex<HashMap<DomainName, Failure>>,
    flights: Mutex<HashMap<DomainName, Arc<tokio::sync::Mutex<()>>>>,
}

impl Kept {
    fn holds(&self, now: Timestamp) -> bool {
        let age = i64::try_from(self.policy.max_age).unwrap_or(i64::MAX).saturating_mul(1_000);
        now.since(self.fetched) < age
    }
}

impl Cache {
    /// Reads what is there; what cannot be read, or is over, is removed.
    pub fn open(directory: Option<PathBuf>, now: Timestamp) -> Cache {
        let mut kept = HashMap::new();
        if let Some(directory) = &directory {
            if let Err(error) = std::fs::create_dir_all(directory) {
                tracing::warn!(directory = %directory.display(), %error, "MTA-STS policies cannot be kept");
            }
            for file in std::fs::read_dir(directory).into_iter().flatten().flatten().map(|f| f.path()) {
                match read(&file).filter(|(_, k)| k.holds(now) && kept.len() < DOMAINS_MAX) {
                    Some((domain, found)) => drop(kept.insert(domain, found)),
                    None => drop(std::fs::remove_file(&file)),
                }
            }
        }
        Cache { directory, kept: Mutex::new(kept), failures: Mutex::default(), flights: Mutex::default() }
    }

    pub fn get(&self, domain: &DomainName, now: Timestamp) -> Option<Kept> {
        self.kept.lock().get(domain).filter(|k| k.holds(now)).cloned()
    }

    pub fn put(&self, domain: &DomainName, kept: &Kept) {
        let gone = {
            let mut all = self.kept.lock();
            let full = all.len() >= DOMAINS_MAX && !all.contains_key(domain);
            let oldest = full.then(|| all.iter().min_by_key(|(_, k)| k.fetched).map(|(d, _)| d.clone())).flatten();
            oldest.iter().for_each(|d| drop(all.remove(d)));
            all.insert(domain.clone(), kept.clone());
            oldest
        };
        self.failures.lock().remove(domain);
        let Some(directory) = &self.directory else { return };
        if let Some(gone) = gone {
            let _ = std::fs::remove_file(directory.join(file_name(&gone)));
        }
        if let Err(error) = write(directory, domain, kept) {
            tracing::warn!(%domain, %error, "an MTA-STS policy is kept in memory only");
        }
    }

    /// Why the last fetch failed, where that is not longer ago than `pause` milliseconds.
    pub fn failed(&self, domain: &DomainName, now: Timestamp, pause: i64) -> Option<(Problem, String)> {
        self.failures.lock().get(domain).filter(|(at, _)| now.since(*at) < pause).map(|(_, p)| p.clone())
    }

    pub fn fail(&self, domain: &DomainName, now: Timestamp, problem: (Problem, String)) {
        let mut failures = self.failures.lock();
        if failures.len() >= DOMAINS_MAX {
            failures.clear();
        }
        failures.insert(domain.clone(), (now, problem));
    }

    /// Held while a domain's policy is fetched, so that it is fetched once.
    pub fn flight(&self, domain: &DomainName) -> Arc<tokio::sync::Mutex<()>> {
        let mut flights = self.flights.lock();
        flights.retain(|_, f| Arc::strong_count(f) > 1);
        flights.entry(domain.clone()).or_default().clone()
    }
}

/// A domain may be longer than a file name, so its digest is one.
fn file_name(domain: &DomainName) -> String {
    let digest = Sha256::digest(domain.as_str().as_bytes());
    digest.iter().take(16).map(|b| format!("{b:02x}")).collect()
}

fn read(file: &Path) -> Option<(DomainName, Kept)> {
    let metadata = std::fs::metadata(file).ok().filter(|m| m.is_file() && m.len() <= FILE_MAX)?;
    debug_assert!(metadata.is_file());
    let stored: Stored = postcard::from_bytes(&std::fs::read(file).ok()?).ok()?;
    let domain = DomainName::parse(&stored.domain).ok()?;
    Some((domain, Kept { id: stored.id, fetched: stored.fetched, policy: Arc::new(stored.policy) }))
}

/// A crash leaves the old file or the new one.
fn write(directory: &Path, domain: &DomainName, kept: &Kept) -> std::io::Result<()> {
    let stored = Stored {
        domain: domain.as_str().to_owned(),
        id: kept.id.clone(),
        fetched: kept.fetched,
        policy: Policy::clone(&kept.policy),
    };
    let bytes = postcard::to_extend(&stored, Vec::new()).map_err(std::io::Error::other)?;
    let name = file_name(domain);
    let temporary = directory.join(format!("{name}.new"));
    std::fs::write(&temporary, bytes)?;
    std::fs::rename(temporary, directory.join(name))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::Mode;
    use super::*;

    #[test]
    fn policies_outlive_a_restart_until_their_time_is_over() {
        let dir = tempfile::tempdir().unwrap();
        let open = |now| Cache::open(Some(dir.path().to_owned()), Timestamp(now));
        let domain = DomainName::parse("acme.test").unwrap();
        let policy = Policy { mode: Mode::Enforce, max_age: 100, mx: vec!["mx.acme.test".into()] };
        open(0).put(&domain, &Kept { id: "1".into(), fetched: Timestamp(0), policy: Arc::new(policy.clone()) });
        std::fs::write(dir.path().join("rubbish"), "x").unwrap();
        let again = open(99_000);
        let kept = again.get(&domain, Timestamp(99_000)).unwrap();
        assert_eq!((kept.id.as_str(), &*kept.policy), ("1", &policy));
        assert!(again.get(&domain, Timestamp(100_000)).is_none());
        assert!(open(100_000).get(&domain, Timestamp(0)).is_none());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "what is over or cannot be read is removed");
    }
}
