//! SPF: may this client send for this domain? `check_host` of RFC 7208 over the [`Dns`] trait.
//!
//! An evaluator of our own: the library's takes the first of several SPF records for the domain's and does not limit
//! void lookups, which the RFC's test suite tells apart.

mod macros;
mod record;

use super::dns::{Dns, Failure};
use macros::{MacroString, Values};
use model::Timestamp;
use model::finding::AuthResult;
use record::{Mechanism, Qualifier, Record};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::pin::Pin;

/// Terms that ask the DNS (RFC 7208 §4.6.4).
const TERMS_MAX: u32 = 10;
/// Terms whose questions have no answer.
const VOID_MAX: u32 = 2;
/// Hosts of one `mx`, and names of one `ptr`.
const NAMES_MAX: usize = 10;

/// Who asks to send, and for whom.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    pub ip: IpAddr,
    /// The domain whose record is asked for.
    pub domain: &'a str,
    /// `local@domain`; where the local part is missing `postmaster` stands for it (RFC 7208 §4.3).
    pub sender: &'a str,
    pub helo: &'a str,
    /// Our own name.
    pub receiver: &'a str,
    pub now: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spf {
    pub result: AuthResult,
    /// What the domain says about a fail (exp=), if it says anything.
    pub explanation: Option<String>,
    /// What is wrong with the record or the DNS.
    pub problem: Option<String>,
}

/// Why there is no result but an error.
enum Broken {
    Temporary(String),
    Permanent(String),
}

impl From<Failure> for Broken {
    fn from(f: Failure) -> Self {
        match f {
            Failure::Temporary(why) => Broken::Temporary(why),
            Failure::NxDomain | Failure::NoData => Broken::Permanent("no record".into()),
        }
    }
}

/// A result, and where the explanation of a fail is found.
struct Outcome {
    result: AuthResult,
    explanation: Option<(MacroString, String)>,
}

struct Check<'a> {
    dns: &'a dyn Dns,
    q: Query<'a>,
    ip: IpAddr,
    sender_local: &'a str,
    sender_domain: &'a str,
    terms: u32,
    voids: u32,
    /// Names of the client that lead back to it; asked for once.
    validated: Option<Vec<String>>,
}

/// Evaluates the domain's SPF record.
pub async fn check_host(dns: &dyn Dns, q: Query<'_>) -> Spf {
    let (local, domain) = q.sender.rsplit_once('@').unwrap_or(("", q.sender));
    let mut check = Check {
        dns,
        q,
        ip: q.ip.to_canonical(),
        sender_local: if local.is_empty() { "postmaster" } else { local },
        sender_domain: domain,
        terms: 0,
        voids: 0,
        validated: None,
    };
    match check.evaluate(q.domain.to_owned()).await {
        Ok(Outcome { result, explanation }) => {
            let explanation = match explanation.filter(|_| result == AuthResult::Fail) {
                Some((spec, domain)) => check.explain(&spec, &domain).await,
                None => None,
            };
            Spf { result, explanation, problem: None }
        }
        Err(Broken::Temporary(why)) => Spf { result: AuthResult::TempError, explanation: None, problem: Some(why) },
        Err(Broken::Permanent(why)) => Spf { result: AuthResult::PermError, explanation: None, problem: Some(why) },
    }
}

impl Check<'_> {
    fn evaluate(&mut self, domain: String) -> Pin<Box<dyn Future<Output = Result<Outcome, Broken>> + Send + '_>> {
        Box::pin(async move {
            let none = Outcome { result: AuthResult::None, explanation: None };
            if !is_fqdn(&domain) {
                return Ok(none);
            }
            let texts = match self.dns.txt(&domain).await {
                Ok(texts) => texts,
                Err(Failure::Temporary(why)) => return Err(Broken::Temporary(format!("{domain}: {why}"))),
                Err(Failure::NxDomain | Failure::NoData) => return Ok(none),
            };
            let mut records = texts.iter().filter(|t| record::is_spf(t));
            let Some(text) = records.next() else { return Ok(none) };
            if records.next().is_some() {
                return Err(Broken::Permanent(format!("{domain} has several SPF records")));
            }
            let record = Record::parse(text).map_err(|why| Broken::Permanent(format!("{domain}: {why}")))?;
            let explanation = |r: &Record, d: &str| r.explanation.clone().map(|e| (e, d.to_owned()));
            for (qualifier, mechanism) in &record.terms {
                if self.matches(mechanism, &domain).await? {
                    let result = match qualifier {
                        Qualifier::Pass => AuthResult::Pass,
                        Qualifier::Fail => AuthResult::Fail,
                        Qualifier::SoftFail => AuthResult::SoftFail,
                        Qualifier::Neutral => AuthResult::Neutral,
                    };
                    return Ok(Outcome { result, explanation: explanation(&record, &domain) });
                }
            }
            let Some(redirect) = &record.redirect else {
                return Ok(Outcome { result: AuthResult::Neutral, explanation: None });
            };
            self.count_term()?;
            let target = self.expand(redirect, &domain).await;
            match self.evaluate(target.clone()).await? {
                Outcome { result: AuthResult::None, .. } => {
                    Err(Broken::Permanent(format!("{target} has no SPF record")))
                }
                outcome => Ok(outcome),
            }
        })
    }

    async fn matches(&mut self, mechanism: &Mechanism, domain: &str) -> Result<bool, Broken> {
        match mechanism {
            Mechanism::All => Ok(true),
            Mechanism::Ip4(net, prefix) => Ok(matches!(self.ip, IpAddr::V4(ip) if in_v4(ip, *net, *prefix))),
            Mechanism::Ip6(net, prefix) => Ok(matches!(self.ip, IpAddr::V6(ip) if in_v6(ip, *net, *prefix))),
            Mechanism::Include(spec) => {
                self.count_term()?;
                let target = self.expand(spec, domain).await;
                match self.evaluate(target.clone()).await?.result {
                    AuthResult::Pass => Ok(true),
                    AuthResult::None => Err(Broken::Permanent(format!("{target} has no SPF record"))),
                    _ => Ok(false),
                }
            }
            Mechanism::A { domain: spec, v4, v6 } => {
                self.count_term()?;
                let target = self.target(spec.as_ref(), domain).await;
                let found = self.address_matches(&target, *v4, *v6).await;
                self.count_void(found)
            }
            Mechanism::Mx { domain: spec, v4, v6 } => {
                self.count_term()?;
                let target = self.target(spec.as_ref(), domain).await;
                let hosts = match self.dns.mx(&target).await {
                    Ok(hosts) => hosts,
                    Err(failure) => return self.count_void(Err(failure)),
                };
                if hosts.len() > NAMES_MAX {
                    return Err(Broken::Permanent(format!("{target} has more than {NAMES_MAX} mail servers")));
                }
                for host in hosts {
                    match self.address_matches(&host, *v4, *v6).await {
                        Ok(true) => return Ok(true),
                        Err(Failure::Temporary(why)) => return Err(Broken::Temporary(why)),
                        Ok(false) | Err(_) => {}
                    }
                }
                Ok(false)
            }
            Mechanism::Ptr(spec) => {
                self.count_term()?;
                let target = self.target(spec.as_ref(), domain).await.to_ascii_lowercase();
                let below =
                    |name: &str| name.strip_suffix(target.as_str()).is_some_and(|r| r.is_empty() || r.ends_with('.'));
                Ok(self.validated().await.iter().any(|name| below(name)))
            }
            Mechanism::Exists(spec) => {
                self.count_term()?;
                let target = self.expand(spec, domain).await;
                // Always A, also for a client with IPv6 (RFC 7208 §5.7).
                let found = if is_name(&target) { self.dns.a(&target).await.map(|_| true) } else { Ok(false) };
                self.count_void(found)
            }
        }
    }

    fn count_term(&mut self) -> Result<(), Broken> {
        self.terms += 1;
        if self.terms > TERMS_MAX { Err(Broken::Permanent(format!("more than {TERMS_MAX} lookups"))) } else { Ok(()) }
    }

    /// No answer is no match, but only so many times.
    fn count_void(&mut self, found: Result<bool, Failure>) -> Result<bool, Broken> {
        match found {
            Ok(found) => Ok(found),
            Err(Failure::Temporary(why)) => Err(Broken::Temporary(why)),
            Err(Failure::NxDomain | Failure::NoData) => {
                self.voids += 1;
                if self.voids > VOID_MAX {
                    return Err(Broken::Permanent(format!("more than {VOID_MAX} lookups without an answer")));
                }
                Ok(false)
            }
        }
    }

    async fn target(&mut self, spec: Option<&MacroString>, domain: &str) -> String {
        match spec {
            Some(spec) => self.expand(spec, domain).await,
            None => domain.to_owned(),
        }
    }

    async fn address_matches(&self, name: &str, v4: u8, v6: u8) -> Result<bool, Failure> {
        let name = name.strip_suffix('.').unwrap_or(name);
        if !is_name(name) {
            return Ok(false);
        }
        match self.ip {
            IpAddr::V4(ip) => Ok(self.dns.a(name).await?.into_iter().any(|net| in_v4(ip, net, v4))),
            IpAddr::V6(ip) => Ok(self.dns.aaaa(name).await?.into_iter().any(|net| in_v6(ip, net, v6))),
        }
    }

    /// The client's names that lead back to it, in lower case (RFC 7208 §5.5). Errors leave a name out.
    async fn validated(&mut self) -> &[String] {
        if self.validated.is_none() {
            let mut names = Vec::new();
            for name in self.dns.ptr(self.ip).await.unwrap_or_default().into_iter().take(NAMES_MAX) {
                let name = name.strip_suffix('.').unwrap_or(&name).to_ascii_lowercase();
                if self.address_matches(&name, 32, 128).await == Ok(true) {
                    names.push(name);
                }
            }
            self.validated = Some(names);
        }
        self.validated.as_deref().unwrap_or_default()
    }

    async fn expand(&mut self, spec: &MacroString, domain: &str) -> String {
        let text = self.expand_text(spec, domain).await;
        let mut name = text.strip_suffix('.').unwrap_or(&text);
        // Too long a name loses labels from its front (RFC 7208 §7.3).
        while name.len() > 253 {
            match name.split_once('.') {
                Some((_, rest)) => name = rest,
                None => break,
            }
        }
        name.to_owned()
    }

    async fn expand_text(&mut self, spec: &MacroString, domain: &str) -> String {
        let validated = if spec.uses('p') {
            let names = self.validated().await;
            let below = |n: &&String| n.strip_suffix(domain).is_some_and(|r| r.ends_with('.'));
            let best = names.iter().find(|n| *n == domain).or_else(|| names.iter().find(below)).or(names.first());
            best.cloned().unwrap_or_else(|| "unknown".into())
        } else {
            String::new()
        };
        spec.expand(&Values {
            sender_local: self.sender_local,
            sender_domain: self.sender_domain,
            domain,
            ip: self.ip,
            validated: &validated,
            helo: self.q.helo,
            receiver: self.q.receiver,
            now: self.q.now.secs(),
        })
    }

    /// The text that the domain wants shown; any trouble on the way means none (RFC 7208 §6.2).
    async fn explain(&mut self, spec: &MacroString, domain: &str) -> Option<String> {
        let target = self.expand(spec, domain).await;
        if !is_name(&target) {
            return None;
        }
        let texts = self.dns.txt(&target).await.ok()?;
        let [text] = texts.as_slice() else { return None };
        let text = std::str::from_utf8(text).ok().filter(|t| t.is_ascii())?;
        let spec = MacroString::parse(text, true).ok()?;
        Some(self.expand_text(&spec, domain).await)
    }
}

/// Labels of 1 to 63 bytes.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 253 && name.split('.').all(|l| (1..=63).contains(&l.len()))
}

/// A domain that can have a record: more than one label, no address literal (RFC 7208 §4.3).
fn is_fqdn(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    is_name(name) && name.contains('.') && !name.starts_with('[')
}

fn in_v4(ip: Ipv4Addr, net: Ipv4Addr, prefix: u8) -> bool {
    let drop = u32::from(32 - prefix.min(32));
    let cut = |a: Ipv4Addr| u32::from(a).checked_shr(drop).unwrap_or(0);
    cut(ip) == cut(net)
}

fn in_v6(ip: Ipv6Addr, net: Ipv6Addr, prefix: u8) -> bool {
    let drop = u32::from(128 - prefix.min(128));
    let cut = |a: Ipv6Addr| u128::from(a).checked_shr(drop).unwrap_or(0);
    cut(ip) == cut(net)
}
