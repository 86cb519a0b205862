//! Whether a mail server has a recipient that we do not know (guide chapter 6 "Mailbox Discovery").

use super::callout::{self, By, Said};
use super::verify;
use filter::auth::Dns;
use model::settings::DiscoveryMethod;
use model::{EmailAddress, HostPort};
use parking_lot::Mutex;
use service::Service;
use service::snapshot::Domain;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// How long answers are believed.
const EXISTS: Duration = Duration::from_secs(3_600);
const UNKNOWN: Duration = Duration::from_secs(300);
/// A server that takes any recipient, will not say or does not answer is not asked again for so long.
const NOTHING: Duration = Duration::from_secs(600);
/// Answers that are kept.
const MOST: usize = 100_000;
/// Questions at a time.
const AT_ONCE: usize = 50;

/// Asks and remembers. One for the whole process.
pub struct Discovery {
    dns: Arc<dyn Dns>,
    hostname: String,
    service: Service,
    answers: Mutex<HashMap<String, (Instant, Said)>>,
    questions: Semaphore,
}

impl Discovery {
    pub fn new(dns: Arc<dyn Dns>, hostname: String, service: Service) -> Arc<Discovery> {
        Arc::new(Discovery { dns, hostname, service, answers: Mutex::default(), questions: Semaphore::new(AT_ONCE) })
    }

    pub(super) fn dns(&self) -> &Arc<dyn Dns> {
        &self.dns
    }

    pub(super) fn hostname(&self) -> &str {
        &self.hostname
    }

    /// Whether the domain's mail servers, or its verifier, have the recipient; [`Said::Nothing`] where nobody is to be
    /// asked, or nobody answers.
    pub async fn ask(&self, domain: &Domain, to: &EmailAddress) -> Said {
        let discovery = &domain.values().discovery;
        let by = match discovery.method {
            DiscoveryMethod::Vrfy => Some(By::Vrfy),
            DiscoveryMethod::Rcpt => Some(By::Rcpt),
            DiscoveryMethod::Verifier => None,
            DiscoveryMethod::Manual | DiscoveryMethod::Forward | DiscoveryMethod::MessageCount => return Said::Nothing,
        };
        let to = to.without_tag();
        let (own, whole) = (to.key(), format!("@{}", to.domain_str()));
        if let Some(said) = self.known(&own).or_else(|| self.known(&whole)) {
            return said;
        }
        // Whoever guesses addresses must not open a connection for each of them.
        let Ok(_turn) = self.questions.try_acquire() else { return Said::Nothing };
        let said = match by {
            Some(by) => self.question(&domain.gateways, by, &to).await,
            None => verify::recipient(&self.service, self, domain.account, &discovery.verifier, &to).await,
        };
        self.keep(if said == Said::Nothing { whole } else { own }, said);
        said
    }

    /// What the first of these servers that answers says.
    pub(super) async fn question(&self, servers: &[HostPort], by: By, to: &EmailAddress) -> Said {
        if !to.is_ascii() {
            return Said::Nothing;
        }
        let probe = format!("no-such-mailbox-{:016x}@{}", rand::random::<u64>(), to.domain_str());
        for server in servers.iter().take(3) {
            match callout::recipient(&*self.dns, server, &self.hostname, by, to.as_str(), &probe).await {
                Ok(said) => {
                    if said == Said::Nothing {
                        tracing::info!(%server, "a mail server does not tell which recipients it has");
                    }
                    return said;
                }
                Err(error) => tracing::warn!(%server, %error, "a mail server cannot be asked about a recipient"),
            }
        }
        Said::Nothing
    }

    fn known(&self, key: &str) -> Option<Said> {
        let (until, said) = *self.answers.lock().get(key)?;
        (Instant::now() < until).then_some(said)
    }

    fn keep(&self, key: String, said: Said) {
        let now = Instant::now();
        let long = match said {
            Said::Exists => EXISTS,
            Said::Unknown => UNKNOWN,
            Said::Nothing => NOTHING,
        };
        let mut answers = self.answers.lock();
        if answers.len() >= MOST {
            answers.retain(|_, (until, _)| now < *until);
        }
        if answers.len() < MOST {
            answers.insert(key, (now + long, said));
        }
    }
}
