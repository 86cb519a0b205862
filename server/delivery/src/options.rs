//! What an operator, or a test, sets.

use crate::client::Authorities;
use crate::security::{Names, TlsResults};
use crate::{Encryption, Suspension};
use hickory_resolver::TokioResolver;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Options of the queue and its client. [`Options::new`] has the defaults for production.
#[derive(Clone)]
pub struct Options {
    /// Our name: EHLO, Reporting-MTA, and how we recognise ourselves among mail exchangers.
    pub hostname: String,
    /// Pauses after the first, second … failure; the last one repeats.
    pub retry: Vec<Duration>,
    /// Connections to one destination at a time.
    pub connections_per_destination: usize,
    /// Connections in all.
    pub connections: usize,
    /// Recipients in one transaction (RFC 5321 §4.5.3.1.8 asks servers to take 100).
    pub recipients_per_transaction: usize,
    /// Messages over one connection before it is closed.
    pub messages_per_connection: u32,
    /// How long an unused connection is kept.
    pub max_idle: Duration,
    /// How long `stop` waits for running transactions.
    pub stop_within: Duration,
    /// How long a notice of failure is tried.
    pub notice_lifetime: Duration,
    /// A sender is told once when its message has waited so long; none: never.
    pub delay_notice: Option<Duration>,
    /// The original is returned in full up to this size in bytes; of a larger one only its header.
    pub return_full_max: u64,
    /// Domains that get no notices (guide chapter 2).
    pub bounce_suspension: Vec<Suspension>,
    /// TLS towards mail exchangers and plain hosts; gateways have their own setting.
    pub encryption: Encryption,
    /// Who vouches for certificates; by default nobody does.
    pub authorities: Authorities,
    /// The port of mail exchangers: 25 but in tests.
    pub mx_port: u16,
    pub timeouts: Timeouts,
    /// DNS. None: the system's, read at the start; without one only addresses can be reached.
    pub resolver: Option<TokioResolver>,
    /// DNS that checks signatures (DNSSEC). With it mail exchangers are asked of it, and DANE holds (RFC 7672).
    pub validating: Option<TokioResolver>,
    /// The DNS of the Internet, for networks with "Use external DNS resolution" (guide chapter 6). None: as all others.
    pub external: Option<Names>,
    /// Where MTA-STS policies are kept; none: in memory only.
    pub sts_directory: Option<PathBuf>,
    /// The port of MTA-STS policies: 443 but in tests.
    pub sts_port: u16,
    /// Who counts what became of TLS (RFC 8460).
    pub tls_results: Option<Arc<dyn TlsResults>>,
}

impl Options {
    pub fn new(hostname: impl Into<String>) -> Self {
        let minutes = |m: u64| Duration::from_secs(60 * m);
        Options {
            hostname: hostname.into(),
            retry: [1, 2, 5, 10, 20, 30, 60].map(minutes).to_vec(),
            connections_per_destination: 20,
            connections: 200,
            recipients_per_transaction: 100,
            messages_per_connection: 1_000,
            max_idle: Duration::from_secs(5),
            stop_within: Duration::from_secs(20),
            notice_lifetime: minutes(5 * 24 * 60),
            delay_notice: Some(minutes(4 * 60)),
            return_full_max: 10 << 20,
            bounce_suspension: Vec::new(),
            encryption: Encryption::Attempt,
            authorities: Authorities::default(),
            mx_port: 25,
            timeouts: Timeouts::default(),
            resolver: None,
            validating: None,
            external: None,
            sts_directory: None,
            sts_port: 443,
            tls_results: None,
        }
    }

    /// Who is asked about names.
    pub(crate) fn names(&self, external: bool) -> Names {
        let usual = || Names { plain: self.resolver.clone(), validating: self.validating.clone() };
        self.external.clone().filter(|_| external).unwrap_or_else(usual)
    }

    /// The pauses in milliseconds.
    pub(crate) fn pauses(&self) -> Vec<i64> {
        self.retry.iter().copied().map(milliseconds).collect()
    }

    pub(crate) fn patience(&self) -> Option<i64> {
        self.delay_notice.map(milliseconds)
    }
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// How long each answer is waited for (RFC 5321 §4.5.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// One address; not in the RFC.
    pub connect: Duration,
    pub greeting: Duration,
    /// EHLO, STARTTLS and the handshake.
    pub hello: Duration,
    pub mail: Duration,
    pub rcpt: Duration,
    /// The answer to DATA.
    pub data: Duration,
    /// Writing one block of the body.
    pub block: Duration,
    /// The answer to the final dot.
    pub done: Duration,
    /// One question to DNS, all tries.
    pub dns: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Timeouts {
            connect: seconds(30),
            greeting: seconds(300),
            hello: seconds(300),
            mail: seconds(300),
            rcpt: seconds(300),
            data: seconds(120),
            block: seconds(180),
            done: seconds(600),
            dns: seconds(30),
        }
    }
}
