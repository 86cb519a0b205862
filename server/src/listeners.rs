//! The SMTP listeners: those of the configuration file, and those that administrators add, change and remove while the
//! server runs (guide chapter 2 "Services"). Sessions that are held go on whatever changes.

use crate::config::Config;
use arc_swap::ArcSwapOption;
use model::settings::{ServiceKind, SmtpEncryptionValues};
use model::{Cidr, DomainName};
use rustls::ServerConfig;
use service::{Appliance, SnapshotStore};
use smtp::{Reception, Server, TlsChoice};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// How long running sessions may go on, once their listener ends, before they get 421.
const PATIENCE: Duration = Duration::from_secs(30);
/// A listener that could not be opened is tried again after so long.
const AGAIN: Duration = Duration::from_secs(10);

/// What a listener is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wanted {
    kind: ServiceKind,
    /// Empty: the product's.
    greeting: String,
}

pub struct Listeners {
    hostname: DomainName,
    tls_folder: PathBuf,
    proxies: Arc<[Cidr]>,
    max_sessions: Option<usize>,
    /// By the configuration file, in its order.
    fixed: Vec<(SocketAddr, ServiceKind)>,
    reception: Arc<dyn Reception>,
    tls: Arc<ArcSwapOption<ServerConfig>>,
    running: BTreeMap<SocketAddr, (Wanted, Server)>,
    ending: JoinSet<()>,
    /// The settings that are in force.
    applied: Option<Arc<Appliance>>,
    /// Something could not be opened: when to try again.
    again: Option<Instant>,
}

impl Listeners {
    /// Opens those of the configuration file.
    ///
    /// # Errors
    /// One that cannot be opened, with its key; a certificate that cannot be read.
    pub fn open(
        config: &Config,
        reception: Arc<dyn Reception>,
        appliance: &Arc<Appliance>,
    ) -> Result<Listeners, Box<dyn std::error::Error>> {
        let mut listeners = Listeners {
            hostname: DomainName::parse(&config.hostname)?,
            tls_folder: config.data.join("tls"),
            proxies: config.proxies()?.into(),
            max_sessions: config.smtp.max_sessions,
            fixed: Vec::new(),
            reception,
            tls: Arc::default(),
            running: BTreeMap::new(),
            ending: JoinSet::new(),
            applied: None,
            again: None,
        };
        listeners.load_certificate(&appliance.values.smtp_encryption)?;
        for (key, addresses, kind) in [
            ("smtp.inbound", &config.smtp.inbound, ServiceKind::Inbound),
            ("smtp.outbound", &config.smtp.outbound, ServiceKind::Outbound),
            ("smtp.odmr", &config.smtp.odmr, ServiceKind::Odmr),
        ] {
            for text in addresses {
                let address = crate::config::socket_address(key, text)?;
                let wanted = Wanted { kind, greeting: String::new() };
                let server = listeners
                    .bind(address, &wanted, appliance)
                    .map_err(|e| format!("cannot listen on {text} ({key}): {e}{}", hint(&e)))?;
                // Port 0 is another one by now.
                listeners.fixed.push((server.local_addr(), kind));
                listeners.running.insert(server.local_addr(), (wanted, server));
            }
        }
        listeners.apply(appliance);
        Ok(listeners)
    }

    /// Those of the configuration file, then the others.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        let fixed = || self.fixed.iter().map(|(address, _)| *address);
        fixed().chain(self.running.keys().copied().filter(|a| !fixed().any(|f| f == *a))).collect()
    }

    /// Brings the listeners to what the settings say now, where that has changed.
    pub fn refresh(&mut self, snapshots: &SnapshotStore) {
        while self.ending.try_join_next().is_some() {}
        let appliance = snapshots.get().appliance().clone();
        let same = self.applied.as_ref().is_some_and(|a| Arc::ptr_eq(a, &appliance));
        if !same || self.again.is_some_and(|at| at <= Instant::now()) {
            self.apply(&appliance);
        }
    }

    /// Reads the certificate again, as after SIGHUP.
    pub fn reload_certificate(&self) {
        let usual = SmtpEncryptionValues::default();
        let encryption = self.applied.as_ref().map_or(&usual, |a| &a.values.smtp_encryption);
        if let Err(error) = self.load_certificate(encryption) {
            tracing::error!(%error, "the certificate cannot be read; the old one stays");
        }
    }

    fn load_certificate(&self, e: &SmtpEncryptionValues) -> Result<(), smtp::Error> {
        let choice = TlsChoice { versions: e.versions.clone(), ciphers: e.ciphers.clone() };
        self.tls.store(Some(smtp::self_signed(&self.tls_folder, self.hostname.as_str(), &choice)?));
        Ok(())
    }

    fn apply(&mut self, appliance: &Arc<Appliance>) {
        let encryption = &appliance.values.smtp_encryption;
        let before = self.applied.as_ref().map(|a| &*a.values.smtp_encryption);
        if before.is_some_and(|before| before != &**encryption)
            && let Err(error) = self.load_certificate(encryption)
        {
            tracing::error!(%error, "these versions and ciphers of TLS cannot be used; the old ones stay");
        }
        let wanted = self.wanted(appliance);
        self.again = None;
        let gone: Vec<SocketAddr> = self.running.keys().filter(|a| !wanted.contains_key(a)).copied().collect();
        for address in gone {
            if let Some((_, server)) = self.running.remove(&address) {
                tracing::info!(%address, "no longer listening for SMTP");
                self.ending.spawn(async move { server.drain(PATIENCE).await });
            }
        }
        for (address, wanted) in wanted {
            if let Some((is, server)) = self.running.get_mut(&address) {
                server.change(
                    wanted.kind,
                    options(&self.hostname, &self.proxies, &self.tls, self.max_sessions, &wanted, appliance),
                );
                *is = wanted;
                continue;
            }
            match self.bind(address, &wanted, appliance) {
                Ok(server) => drop(self.running.insert(address, (wanted, server))),
                Err(error) => {
                    tracing::error!(%address, %error, hint = hint(&error), "cannot listen for SMTP; tried again in 10 s");
                    self.again = Some(Instant::now() + AGAIN);
                }
            }
        }
        self.applied = Some(appliance.clone());
    }

    /// What the configuration file opens, no setting closes.
    fn wanted(&self, appliance: &Appliance) -> BTreeMap<SocketAddr, Wanted> {
        let mut out = BTreeMap::new();
        for service in appliance.values.smtp_services.services.values() {
            if let Ok(address) = service.listen.parse() {
                out.insert(address, Wanted { kind: service.kind, greeting: service.greeting.clone() });
            }
        }
        for (address, kind) in &self.fixed {
            out.entry(*address).or_insert_with(|| Wanted { kind: *kind, greeting: String::new() });
        }
        out
    }

    fn bind(&self, address: SocketAddr, wanted: &Wanted, appliance: &Appliance) -> std::io::Result<Server> {
        let options = options(&self.hostname, &self.proxies, &self.tls, self.max_sessions, wanted, appliance);
        Server::bind(address, wanted.kind, self.reception.clone(), options)
    }

    /// Takes no new sessions, and waits for those that run.
    pub async fn drain(&mut self) {
        let running = std::mem::take(&mut self.running);
        futures::future::join_all(running.values().map(|(_, server)| server.drain(PATIENCE))).await;
        while self.ending.join_next().await.is_some() {}
    }
}

fn options(
    hostname: &DomainName,
    proxies: &Arc<[Cidr]>,
    tls: &Arc<ArcSwapOption<ServerConfig>>,
    max_sessions: Option<usize>,
    wanted: &Wanted,
    appliance: &Appliance,
) -> smtp::Options {
    let limits = &appliance.values.smtp_limits;
    let mut options = smtp::Options::new(hostname.clone());
    if !wanted.greeting.is_empty() {
        options.software.clone_from(&wanted.greeting);
    }
    options.tls = tls.clone();
    options.proxies = proxies.clone();
    // What is taken so is delivered over verified TLS, or comes back (RFC 8689).
    options.require_tls = true;
    let size = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
    options.limits.sessions = max_sessions.unwrap_or(size(limits.sessions));
    options.limits.sessions_per_client = size(limits.sessions_per_client);
    options
}

/// What to do about an address that cannot be listened on.
pub fn hint(error: &std::io::Error) -> &'static str {
    match error.kind() {
        std::io::ErrorKind::AddrInUse => "; another program listens there: stop it, or set another address",
        std::io::ErrorKind::PermissionDenied => "; ports below 1024 need root or CAP_NET_BIND_SERVICE",
        std::io::ErrorKind::AddrNotAvailable => "; this machine does not have that address",
        _ => "",
    }
}
