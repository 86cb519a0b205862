//! MTA-STS (RFC 8461): what domains publish about their mail exchangers, found by DNS and HTTPS, and kept.
//!
//! A policy holds until its `max_age` is over, also when it can no longer be found; so it is kept in a directory, one file a
//! domain, and a restart forgets none.

mod cache;
mod policy;

pub use policy::{Mode, POLICY_MAX, Policy, id};

use super::names::Names;
use crate::client::Tls;
use crate::https::{self, Request};
use cache::{Cache, Kept};
use hickory_resolver::proto::rr::{RData, RecordType};
use model::{DomainName, Timestamp};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// For a policy over HTTPS, all in all (RFC 8461 §3.3 advises a minute at most).
const FETCH: Duration = Duration::from_secs(30);
/// After a fetch that failed none is tried for so long (RFC 8461 §3.3).
const PAUSE: i64 = 5 * model::time::MINUTE;
/// A policy whose id is the same is fetched again after this time, so that it does not run out.
const REFRESH: i64 = model::time::DAY;
/// Addresses of a policy host that are tried.
const ADDRESSES_MAX: usize = 3;

/// A domain's policy, and what went wrong while it was looked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Discovered {
    /// The policy that holds.
    pub policy: Option<Arc<Policy>>,
    /// Result type of RFC 8460 §4.3 and a sentence.
    pub problem: Option<(Problem, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Problem {
    Fetch,
    Invalid,
    WebPki,
}

pub(crate) struct Sts {
    tls: Tls,
    /// 443 but in tests.
    port: u16,
    cache: Cache,
}

impl Sts {
    /// `directory`: where policies are kept; none: in memory only.
    pub fn new(tls: Tls, port: u16, directory: Option<PathBuf>) -> Sts {
        Sts { tls, port, cache: Cache::open(directory, Timestamp::now()) }
    }

    /// The policy of a domain as it is now. Bounded in time; what is known well is answered from memory and the resolver's cache.
    pub async fn discover(&self, domain: &DomainName, names: &Names, dns: Duration) -> Discovered {
        let published = self.published(domain, names, dns).await;
        let now = Timestamp::now();
        let kept = self.cache.get(domain, now);
        let policy = |kept: &Option<Kept>| kept.as_ref().map(|k| k.policy.clone());
        // Neither a domain without a record nor a resolver without an answer ends a policy before its time (§5.1).
        let Ok(Some(id)) = published else { return Discovered { policy: policy(&kept), problem: None } };
        let fresh = |k: &Kept| k.id == id && now.since(k.fetched) < REFRESH;
        if kept.as_ref().is_some_and(fresh) {
            return Discovered { policy: policy(&kept), problem: None };
        }
        let flight = self.cache.flight(domain);
        let _landed = flight.lock().await;
        // Somebody else may have fetched it while we waited.
        let kept = self.cache.get(domain, now);
        if kept.as_ref().is_some_and(fresh) {
            return Discovered { policy: policy(&kept), problem: None };
        }
        if let Some(problem) = self.cache.failed(domain, now, PAUSE) {
            return Discovered { policy: policy(&kept), problem: Some(problem) };
        }
        match self.fetch(domain, names, dns).await {
            Ok(found) => {
                let kept = Kept { id, fetched: now, policy: Arc::new(found) };
                self.cache.put(domain, &kept);
                Discovered { policy: Some(kept.policy), problem: None }
            }
            Err(problem) => {
                tracing::info!(%domain, error = problem.1, "the MTA-STS policy cannot be had");
                self.cache.fail(domain, now, problem.clone());
                Discovered { policy: policy(&kept), problem: Some(problem) }
            }
        }
    }

    /// The id that the domain publishes now.
    async fn published(&self, domain: &DomainName, names: &Names, dns: Duration) -> Result<Option<String>, String> {
        let found = names.look_up(&format!("_mta-sts.{domain}"), RecordType::TXT, dns).await?;
        let texts: Vec<String> = found
            .records
            .iter()
            .filter_map(|r| match &r.data {
                RData::TXT(txt) => Some(txt.txt_data.iter().map(|part| String::from_utf8_lossy(part)).collect()),
                _ => None,
            })
            .collect();
        Ok(id(texts.iter().map(String::as_str)))
    }

    /// Fetches and reads the policy (§3.3): 200 and plain text from a host that proves its name, and no redirects.
    async fn fetch(&self, domain: &DomainName, names: &Names, dns: Duration) -> Result<Policy, (Problem, String)> {
        let host = format!("mta-sts.{domain}");
        let failed = |why: String| (Problem::Fetch, format!("https://{host}/.well-known/mta-sts.txt: {why}"));
        let addresses = addresses(&host, names, dns).await.map_err(failed)?;
        let request =
            Request { method: "GET", host: &host, path: "/.well-known/mta-sts.txt", content_type: "", body: &[] };
        let mut last = failed("the host has no address".to_owned());
        for ip in addresses.into_iter().take(ADDRESSES_MAX) {
            match https::send(request, SocketAddr::new(ip, self.port), &self.tls, POLICY_MAX, FETCH).await {
                Ok(r) if r.status != 200 => return Err(failed(format!("the answer is {}", r.status))),
                Ok(r) if r.content_type != "text/plain" => {
                    return Err((
                        Problem::Invalid,
                        format!("the policy of {domain} is {:?}, not text/plain", r.content_type),
                    ));
                }
                Ok(r) => {
                    return Policy::parse(&r.body)
                        .map_err(|why| (Problem::Invalid, format!("the policy of {domain} is wrong: {why}")));
                }
                Err(e @ https::HttpsError::Tls(_)) => last = (Problem::WebPki, failed(e.to_string()).1),
                Err(e) => last = failed(e.to_string()),
            }
        }
        Err(last)
    }
}

/// The addresses of a host by this view of the DNS.
pub(crate) async fn addresses(host: &str, names: &Names, dns: Duration) -> Result<Vec<IpAddr>, String> {
    let resolver = names.any().ok_or("DNS is not available")?;
    let found = tokio::time::timeout(dns, resolver.lookup_ip(format!("{}.", host.trim_end_matches('.')))).await;
    let found = found.map_err(|_| "DNS does not answer".to_owned())?.map_err(|e| e.to_string())?;
    Ok(found.iter().collect())
}
