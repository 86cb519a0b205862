//! The [`Dns`] of the Internet: hickory's resolver with its cache (by TTL, negative answers too), behind a breaker, so
//! that servers that do not answer cost a message milliseconds instead of timeouts.

use super::dns::{Answer, Dns, Failure};
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts};
use hickory_resolver::net::{DnsError, NetError, runtime::TokioRuntimeProvider};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use hickory_resolver::{TokioResolver, system_conf};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Which DNS servers are asked.
#[derive(Debug, Clone, Default)]
pub struct DnsConfig {
    /// Empty: those of the system (resolv.conf).
    pub servers: Vec<SocketAddr>,
}

const ATTEMPT: Duration = Duration::from_millis(1_500);
const CACHE_ANSWERS: u64 = 50_000;
/// After so many questions without any answer, and without one in between, the servers count as down.
const FAILURES_MAX: u32 = 3;
/// How long servers that are down are not asked.
const REST: Duration = Duration::from_secs(10);
/// A probe on a connected socket learns at once that nobody listens; else it waits this long.
const PROBE: Duration = Duration::from_millis(700);

pub struct Resolver {
    inner: Option<TokioResolver>,
    servers: Vec<SocketAddr>,
    started: Instant,
    failures: AtomicU32,
    /// Milliseconds after `started` until which nothing is asked.
    rests_until: AtomicI64,
    /// Held while the servers are probed, so that one message does it for all.
    probe: tokio::sync::Mutex<()>,
}

impl Resolver {
    /// Never fails: without any server every answer is [`Failure::Temporary`].
    pub fn new(config: &DnsConfig) -> Self {
        Self::with_cache(config, CACHE_ANSWERS)
    }

    /// One that keeps no answer: for somebody who has just changed a record and looks whether it is there.
    pub fn fresh(config: &DnsConfig) -> Self {
        Self::with_cache(config, 0)
    }

    fn with_cache(config: &DnsConfig, answers: u64) -> Self {
        let (resolver_config, mut options) = if config.servers.is_empty() {
            system_conf::read_system_conf().unwrap_or_else(|error| {
                tracing::warn!(%error, "the system names no DNS servers; SPF, DKIM and DMARC cannot be checked");
                (ResolverConfig::from_parts(None, vec![], vec![]), ResolverOpts::default())
            })
        } else {
            let servers = config.servers.iter().map(|s| name_server(*s)).collect();
            (ResolverConfig::from_parts(None, vec![], servers), ResolverOpts::default())
        };
        options.timeout = ATTEMPT;
        options.attempts = 2;
        options.cache_size = answers;
        options.ndots = 0;
        let servers = if config.servers.is_empty() { system_servers(&resolver_config) } else { config.servers.clone() };
        let built = TokioResolver::builder_with_config(resolver_config, TokioRuntimeProvider::default())
            .with_options(options)
            .build();
        let inner = built.map_err(|error| tracing::error!(%error, "the DNS resolver cannot be set up")).ok();
        Resolver {
            inner: inner.filter(|_| !servers.is_empty()),
            servers,
            started: Instant::now(),
            // Down until a probe says otherwise.
            failures: AtomicU32::new(FAILURES_MAX),
            rests_until: AtomicI64::new(i64::MIN),
            probe: tokio::sync::Mutex::new(()),
        }
    }

    fn elapsed(&self) -> i64 {
        i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    /// Whether it makes sense to ask. At the start and after a rest one quick probe tells, instead of a slow question.
    async fn is_up(&self) -> bool {
        let resting = || self.elapsed() < self.rests_until.load(Ordering::Relaxed);
        let failing = || self.failures.load(Ordering::Relaxed) >= FAILURES_MAX;
        if resting() {
            return false;
        }
        if !failing() {
            return true;
        }
        let _one = self.probe.lock().await;
        if resting() || !failing() {
            return !resting();
        }
        if !self.any_answers().await {
            self.rest();
            return false;
        }
        self.failures.store(0, Ordering::Relaxed);
        true
    }

    async fn lookup(&self, name: &str, kind: RecordType) -> Result<Vec<RData>, Failure> {
        let Some(resolver) = &self.inner else { return Err(Failure::Temporary("no DNS server is configured".into())) };
        if !self.is_up().await {
            return Err(Failure::Temporary("the DNS servers do not answer".into()));
        }
        // Labels as they are: a name from a record may hold characters that mean something in zone files.
        let labels = name.split('.').filter(|l| !l.is_empty()).map(str::as_bytes);
        let mut name = Name::from_labels(labels).map_err(|_| Failure::NxDomain)?;
        name.set_fqdn(true);
        match resolver.lookup(name, kind).await {
            Ok(found) => {
                self.failures.store(0, Ordering::Relaxed);
                Ok(found.answers().iter().filter(|r| r.record_type() == kind).map(|r| r.data.clone()).collect())
            }
            Err(NetError::Dns(DnsError::NoRecordsFound(none))) if none.response_code == ResponseCode::NXDomain => {
                self.failures.store(0, Ordering::Relaxed);
                Err(Failure::NxDomain)
            }
            Err(NetError::Dns(DnsError::NoRecordsFound(none))) if none.response_code == ResponseCode::NoError => {
                self.failures.store(0, Ordering::Relaxed);
                Err(Failure::NoData)
            }
            // A server that says SERVFAIL or REFUSED is up: only this name is in trouble.
            Err(error @ NetError::Dns(_)) => Err(Failure::Temporary(error.to_string())),
            Err(error) => {
                if self.failures.fetch_add(1, Ordering::Relaxed) + 1 >= FAILURES_MAX {
                    self.rest();
                }
                Err(Failure::Temporary(error.to_string()))
            }
        }
    }

    fn rest(&self) {
        let until = self.elapsed().saturating_add(i64::try_from(REST.as_millis()).unwrap_or(i64::MAX));
        let before = self.rests_until.swap(until, Ordering::Relaxed);
        if before < self.elapsed() {
            tracing::warn!(servers = ?self.servers, "DNS servers do not answer; authentication is undecided meanwhile");
        }
    }

    async fn any_answers(&self) -> bool {
        for server in self.servers.iter().take(4) {
            if answers(*server).await {
                return true;
            }
        }
        false
    }

    async fn all<T>(&self, name: &str, kind: RecordType, pick: impl Fn(RData) -> Option<T>) -> Result<Vec<T>, Failure> {
        let found: Vec<T> = self.lookup(name, kind).await?.into_iter().filter_map(pick).collect();
        if found.is_empty() { Err(Failure::NoData) } else { Ok(found) }
    }
}

fn name_server(server: SocketAddr) -> NameServerConfig {
    let mut udp = ConnectionConfig::udp();
    udp.port = server.port();
    let mut tcp = ConnectionConfig::tcp();
    tcp.port = server.port();
    let mut config = NameServerConfig::udp_and_tcp(server.ip());
    config.connections = vec![udp, tcp];
    config
}

fn system_servers(config: &ResolverConfig) -> Vec<SocketAddr> {
    let port = |s: &NameServerConfig| s.connections.first().map_or(53, |c| c.port);
    config.name_servers().iter().map(|s| SocketAddr::new(s.ip, port(s))).collect()
}

/// Asks for the root's servers on a connected socket, where a closed port is told at once (ICMP).
async fn answers(server: SocketAddr) -> bool {
    // A query for `. NS`, recursion desired (RFC 1035 §4.1).
    const QUERY: [u8; 17] = [0x50, 0x4f, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1];
    let ask = async {
        let local: SocketAddr =
            if server.is_ipv4() { (Ipv4Addr::UNSPECIFIED, 0).into() } else { (Ipv6Addr::UNSPECIFIED, 0).into() };
        let socket = tokio::net::UdpSocket::bind(local).await?;
        socket.connect(server).await?;
        socket.send(&QUERY).await?;
        let mut reply = [0u8; 512];
        socket.recv(&mut reply).await
    };
    matches!(tokio::time::timeout(PROBE, ask).await, Ok(Ok(n)) if n >= 12)
}

impl Dns for Resolver {
    fn txt<'a>(&'a self, name: &'a str) -> Answer<'a, Vec<u8>> {
        Box::pin(self.all(name, RecordType::TXT, |r| match r {
            RData::TXT(txt) => Some(txt.txt_data.iter().flat_map(|s| s.iter().copied()).collect()),
            _ => None,
        }))
    }
    fn a<'a>(&'a self, name: &'a str) -> Answer<'a, Ipv4Addr> {
        Box::pin(self.all(name, RecordType::A, |r| if let RData::A(a) = r { Some(a.0) } else { None }))
    }
    fn aaaa<'a>(&'a self, name: &'a str) -> Answer<'a, Ipv6Addr> {
        Box::pin(self.all(name, RecordType::AAAA, |r| if let RData::AAAA(a) = r { Some(a.0) } else { None }))
    }
    fn mx<'a>(&'a self, name: &'a str) -> Answer<'a, String> {
        Box::pin(async move {
            let pick = |r| if let RData::MX(mx) = r { Some((mx.preference, mx.exchange.to_utf8())) } else { None };
            let mut found = self.all(name, RecordType::MX, pick).await?;
            found.sort();
            Ok(found.into_iter().map(|(_, host)| host).collect())
        })
    }
    fn ptr(&self, ip: IpAddr) -> Answer<'_, String> {
        Box::pin(async move {
            let name = super::dns::reverse_name(ip);
            self.all(&name, RecordType::PTR, |r| if let RData::PTR(p) = r { Some(p.0.to_utf8()) } else { None }).await
        })
    }
}

#[cfg(test)]
#[path = "resolver_tests.rs"]
mod tests;
