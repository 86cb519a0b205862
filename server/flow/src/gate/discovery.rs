//! Whether a mail server has a recipient that we do not know (guide chapter 6 "Mailbox Discovery").

use super::callout::{self, By, Said};
use filter::auth::Dns;
use model::settings::DiscoveryMethod;
use model::{EmailAddress, HostPort};
use parking_lot::Mutex;
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
    answers: Mutex<HashMap<String, (Instant, Said)>>,
    questions: Semaphore,
}

impl Discovery {
    pub fn new(dns: Arc<dyn Dns>, hostname: String) -> Arc<Discovery> {
        Arc::new(Discovery { dns, hostname, answers: Mutex::default(), questions: Semaphore::new(AT_ONCE) })
    }

    pub(super) fn dns(&self) -> &Arc<dyn Dns> {
        &self.dns
    }

    pub(super) fn hostname(&self) -> &str {
        &self.hostname
    }

    /// What the first of the gateways that answers says; [`Said::Nothing`] where none is to be asked, or none answers.
    pub async fn ask(&self, method: DiscoveryMethod, gateways: &[HostPort], to: &EmailAddress) -> Said {
        let by = match method {
            DiscoveryMethod::Vrfy => By::Vrfy,
            DiscoveryMethod::Rcpt => By::Rcpt,
            _ => return Said::Nothing,
        };
        if !to.is_ascii() {
            return Said::Nothing;
        }
        let to = to.without_tag();
        let (own, domain) = (to.key(), format!("@{}", to.domain_str()));
        if let Some(said) = self.known(&own).or_else(|| self.known(&domain)) {
            return said;
        }
        // Whoever guesses addresses must not open a connection for each of them.
        let Ok(_turn) = self.questions.try_acquire() else { return Said::Nothing };
        let probe = format!("no-such-mailbox-{:016x}{domain}", rand::random::<u64>());
        for gateway in gateways.iter().take(3) {
            match callout::recipient(&*self.dns, gateway, &self.hostname, by, to.as_str(), &probe).await {
                Ok(Said::Nothing) => {
                    tracing::info!(%gateway, %domain, "the mail server does not tell which recipients it has");
                    self.keep(domain, Said::Nothing);
                    return Said::Nothing;
                }
                Ok(said) => {
                    self.keep(own, said);
                    return said;
                }
                Err(error) => tracing::warn!(%gateway, %error, "a mail server cannot be asked about a recipient"),
            }
        }
        self.keep(domain, Said::Nothing);
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
