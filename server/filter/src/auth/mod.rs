//! Who sent it: SPF, DKIM and DMARC of a message. DNS and clock are passed in; an answer comes within five seconds,
//! and what could not be asked by then is a temporary error, never a lost message.

mod answers;
pub mod arc;
mod block_lists;
pub mod dkim;
pub mod dmarc;
pub mod dns;
pub mod resolver;
pub mod signing;
pub mod spf;

pub use dkim::Signature;
pub use dmarc::Dmarc;
pub use dns::{Dns, Zone};
pub use resolver::DnsConfig;
pub use spf::Spf;

use crate::Session;
use futures::FutureExt;
use mail_auth::hickory_resolver::config::{ResolverConfig, ResolverOpts};
use mail_auth::{AuthenticatedMessage, MessageAuthenticator};
use model::finding::AuthResult;
use model::{DomainName, EmailAddress, Timestamp};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::time::{Instant, timeout_at};

/// Time for everything that is asked about one message.
const TOTAL: Duration = Duration::from_secs(5);
/// Time for SPF and the keys, so that something is left for DMARC.
const FIRST: Duration = Duration::from_secs(4);

/// Bytes above which a body is not hashed on a thread of the runtime.
const LARGE: usize = 1 << 20;

pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What the sender's domains say of a message.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Authentication {
    /// SPF of MAIL FROM, or of HELO where that is null.
    pub spf: Spf,
    /// The domain that `spf` speaks of.
    pub spf_domain: Option<DomainName>,
    /// SPF of the name in HELO.
    pub helo: AuthResult,
    /// SPF of the From header's domain, where it is another than MAIL FROM's (guide chapter 6 "SPF MIME Check").
    pub mime: Option<Spf>,
    pub signatures: Vec<Signature>,
    /// All signatures together.
    pub dkim: AuthResult,
    pub dmarc: Dmarc,
    /// What those who forwarded it sealed.
    pub arc: arc::Arc,
}

/// Asks about senders. Cheap to clone; one serves the whole process, for the cache of answers is in it.
#[derive(Clone)]
pub struct Authenticator {
    dns: Arc<dyn Dns>,
    clock: Clock,
    /// The library, with a resolver that has no servers: all answers are handed to it.
    library: Option<MessageAuthenticator>,
}

impl Authenticator {
    pub fn new(config: &DnsConfig, clock: Clock) -> Self {
        Self::with_dns(Arc::new(resolver::Resolver::new(config)), clock)
    }

    /// Answers come from a zone in memory.
    pub fn with_zone(zone: Zone, clock: Clock) -> Self {
        Self::with_dns(Arc::new(zone), clock)
    }

    pub fn with_dns(dns: Arc<dyn Dns>, clock: Clock) -> Self {
        let library =
            MessageAuthenticator::new(ResolverConfig::from_parts(None, vec![], vec![]), ResolverOpts::default());
        let library = library.map_err(|error| tracing::error!(%error, "DKIM and DMARC cannot be set up")).ok();
        Authenticator { dns, clock, library }
    }

    /// SPF alone, for one identity.
    pub async fn spf(&self, query: spf::Query<'_>) -> Spf {
        spf::check_host(&*self.dns, query).await
    }

    /// Everything about one message; `header_from` is the address that its reader sees. Never fails.
    pub async fn verify(&self, raw: &[u8], session: &Session, header_from: Option<&EmailAddress>) -> Authentication {
        let start = Instant::now();
        let (first, total) = (start + FIRST, start + TOTAL);
        let now = (self.clock)();
        let helo = ascii(&session.helo);
        let (sender, domain) = match &session.return_path {
            Some(address) => (address.to_string(), ascii(address.domain_str())),
            None => (format!("postmaster@{helo}"), helo.clone()),
        };
        let query = |domain, sender| spf::Query {
            ip: session.client_ip,
            domain,
            sender,
            helo: &helo,
            receiver: &session.hostname,
            now,
        };
        let from = header_from.filter(|f| ascii(f.domain_str()) != domain);
        let from_domain = from.map(|f| ascii(f.domain_str()));
        let helo_sender = format!("postmaster@{helo}");

        let parsed = parse(raw);
        let mut message = parsed.unwrap_or_default();
        let expired = dkim::prepare(&mut message, now);

        let identity = timeout_at(first, self.spf(query(&domain, &sender)));
        let greeting = async {
            if session.return_path.is_none() {
                None
            } else {
                Some(timeout_at(first, self.spf(query(&helo, &helo_sender))).await.unwrap_or_else(|_| late()))
            }
        };
        let shown = async {
            let (domain, address) = (from_domain.as_deref()?, from?);
            Some(timeout_at(first, self.spf(query(domain, address.as_str()))).await.unwrap_or_else(|_| late()))
        };
        let keys = timeout_at(first, dkim::fetch_keys(&*self.dns, &message));
        let (identity, greeting, shown, keys) = tokio::join!(identity, greeting, shown, keys);

        let mut out = Authentication {
            spf: identity.unwrap_or_else(|_| late()),
            spf_domain: DomainName::parse(&domain).ok(),
            mime: shown,
            ..Authentication::default()
        };
        out.helo = greeting.map_or(out.spf.result, |s| s.result);
        let Some(library) = &self.library else { return out };
        let Ok(keys) = keys else {
            out.dkim = if message.dkim_headers.is_empty() { AuthResult::None } else { AuthResult::TempError };
            out.dmarc.result = AuthResult::TempError;
            if !message.as_headers.is_empty() {
                out.arc.result = AuthResult::TempError;
            }
            return out;
        };
        let signatures = AssertUnwindSafe(dkim::verify(library, &message, &expired, &keys)).catch_unwind().await;
        let (signatures, counting) = signatures.unwrap_or_else(|_| {
            tracing::error!("verifying DKIM failed inside the library; the signatures count as unreadable");
            Default::default()
        });
        out.dkim = dkim::summary(&signatures);
        out.signatures = signatures;
        let chain = AssertUnwindSafe(arc::verify(library, &message, &keys)).catch_unwind().await;
        // What the library cannot read proves nothing.
        out.arc = chain.unwrap_or(arc::Arc { result: AuthResult::Fail, sealer: None });
        let spf = dmarc::SpfVerdict { result: out.spf.result, domain: &domain };
        let judged = AssertUnwindSafe(dmarc::verify(library, &*self.dns, &message, &counting, spf)).catch_unwind();
        out.dmarc = match timeout_at(total, judged).await {
            Ok(Ok(dmarc)) => dmarc,
            Ok(Err(_)) | Err(_) => Dmarc { result: AuthResult::TempError, ..Dmarc::default() },
        };
        out
    }
}

/// The message as the library sees it, with the hash of its body. A stranger's bytes go into a parser that is not ours:
/// if it panics, the signatures are unreadable, no more.
fn parse(raw: &[u8]) -> Option<AuthenticatedMessage<'_>> {
    let work = || std::panic::catch_unwind(|| AuthenticatedMessage::parse(raw)).ok().flatten();
    // Hashing a large body takes a while; the runtime's other tasks move to another thread meanwhile.
    let many = Handle::try_current().is_ok_and(|h| h.runtime_flavor() == RuntimeFlavor::MultiThread);
    if many && raw.len() > LARGE { tokio::task::block_in_place(work) } else { work() }
}

fn late() -> Spf {
    Spf { result: AuthResult::TempError, explanation: None, problem: Some("the DNS did not answer in time".into()) }
}

fn ascii(domain: &str) -> String {
    if domain.is_ascii() {
        domain.to_ascii_lowercase()
    } else {
        idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_lowercase())
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
