//! What the recipients' side and the sender's side want of TLS, besides the administrator's level of encryption: MTA-STS (RFC
//! 8461), DANE (RFC 7672), REQUIRETLS and `TLS-Required: No` (RFC 8689).
//!
//! For mail that goes by mail exchangers, [`of_domain`] says what is known of the domain, and [`DomainSecurity::of_host`] what
//! one host must prove: a [`Demand`], in which everything must hold. So a level is never made weaker by what a domain
//! publishes, nor the other way round.

mod demand;
mod names;
mod result;
pub(crate) mod sts;
pub(crate) mod tlsa;

pub use demand::Demand;
pub use names::Names;
pub use result::{FailureKind, PolicyKind, TlsResult, TlsResults};
pub use sts::{Policy as StsPolicy, id as sts_id};
pub use tlsa::Tlsa;

use crate::client::{CertificateProblem, OpenError};
use crate::{Encryption, Timeouts};
use hickory_resolver::proto::rr::{RData, RecordType};
use hickory_resolver::proto::serialize::binary::BinEncodable;
use model::{DomainName, HostPort, TlsWish};
use std::net::IpAddr;
use std::sync::Arc;
use sts::{Discovered, Mode, Problem, Sts};

/// TLSA records of a host that are looked at.
const RECORDS_MAX: usize = 100;

/// What is known of the domain that mail goes to by its exchangers.
pub(crate) struct DomainSecurity<'a> {
    domain: &'a DomainName,
    names: &'a Names,
    timeouts: Timeouts,
    wish: TlsWish,
    level: &'a Encryption,
    /// The names of its exchangers are signed.
    secure: bool,
    sts: Discovered,
}

/// A host that must not be used now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unfit {
    pub kind: FailureKind,
    pub text: String,
    /// Another attempt may find it otherwise, whatever its configuration.
    pub temporary: bool,
}

/// Looks at a domain's policies. `secure`: DNSSEC vouches for the names of its exchangers.
pub(crate) async fn of_domain<'a>(
    domain: &'a DomainName,
    secure: bool,
    level: &'a Encryption,
    wish: TlsWish,
    names: &'a Names,
    sts: &Sts,
    timeouts: Timeouts,
) -> DomainSecurity<'a> {
    // A sender who does not care for TLS is not held up by what the domain publishes (RFC 8689 §5).
    let sts = match wish {
        TlsWish::Optional => Discovered::default(),
        TlsWish::Usual | TlsWish::Required => sts.discover(domain, names, timeouts.dns).await,
    };
    DomainSecurity { domain, names, timeouts, wish, level, secure, sts }
}

impl DomainSecurity<'_> {
    fn policy(&self) -> Option<&sts::Policy> {
        self.sts.policy.as_deref().filter(|p| p.mode != Mode::None)
    }

    fn enforced(&self) -> Option<&sts::Policy> {
        self.policy().filter(|p| p.mode == Mode::Enforce)
    }

    /// What a host must prove. `secure`: DNSSEC vouches for its addresses; `name`: what it is an alias of, else itself.
    pub async fn of_host(&self, host: &HostPort, secure: bool, name: &str) -> Result<Demand, Unfit> {
        let mut demand = Demand {
            domain: self.domain.as_str().to_owned(),
            require: self.wish == TlsWish::Required,
            ..Demand::from(self.level.clone())
        };
        if self.wish == TlsWish::Optional {
            return Ok(demand);
        }
        let named = self.policy().is_some_and(|p| p.names(&host.host));
        if self.enforced().is_some() && !named {
            let text = format!("the MTA-STS policy of {} does not name this host", self.domain);
            return Err(Unfit { kind: FailureKind::ValidationFailure, text, temporary: false });
        }
        // REQUIRETLS needs somebody who vouches for this very host.
        if self.wish == TlsWish::Required && !self.secure && !named {
            let text = format!("neither DNSSEC nor MTA-STS says that this is a mail exchanger of {}", self.domain);
            return Err(Unfit { kind: FailureKind::ValidationFailure, text, temporary: false });
        }
        demand.named = self.enforced().is_some();
        if self.secure && secure {
            demand.tlsa = self.tlsa(host, name).await?;
        }
        Ok(demand)
    }

    /// The TLSA records of a host (RFC 7672 §2.2.3): at what it is an alias of, else at its own name.
    async fn tlsa(&self, host: &HostPort, name: &str) -> Result<Option<Arc<[Tlsa]>>, Unfit> {
        let own = host.host.as_str();
        let bases = if name.eq_ignore_ascii_case(own) { vec![own] } else { vec![name, own] };
        for base in bases {
            let at = format!("_{}._tcp.{base}", host.port);
            let found = self.names.look_up(&at, RecordType::TLSA, self.timeouts.dns).await;
            // Whoever can suppress an answer must not be able to suppress the policy (§2.1.2).
            let found = found.map_err(|why| Unfit {
                kind: FailureKind::DnssecInvalid,
                text: format!("the TLSA records at {at} cannot be had: {why}"),
                temporary: true,
            })?;
            if !found.secure || found.records.is_empty() {
                continue;
            }
            let records = found.records.iter().take(RECORDS_MAX).filter_map(|r| match &r.data {
                RData::TLSA(tlsa) => Some(tlsa.to_bytes().ok().and_then(|rdata| Tlsa::of(&rdata))),
                _ => None,
            });
            let records: Vec<Option<Tlsa>> = records.collect();
            if !records.is_empty() {
                return Ok(Some(records.into_iter().flatten().collect()));
            }
        }
        Ok(None)
    }

    /// What is to be reported of an attempt: under each policy that was applied, once. Nothing where the host was not reached
    /// at all, or nobody asked for TLS.
    pub fn results(
        &self,
        host: &HostPort,
        address: Option<IpAddr>,
        demand: Option<&Demand>,
        failure: Option<(FailureKind, String)>,
    ) -> Vec<TlsResult> {
        if self.wish == TlsWish::Optional {
            return Vec::new();
        }
        let result = |kind, policy, mx: &[String]| TlsResult {
            domain: self.domain.as_str().to_owned(),
            kind,
            policy,
            mx: mx.to_vec(),
            host: host.host.clone(),
            address,
            failure: failure.clone(),
        };
        let mut out = Vec::new();
        if let Some(records) = demand.and_then(|d| d.tlsa.as_deref()) {
            out.push(result(PolicyKind::Tlsa, records.iter().map(ToString::to_string).collect(), &[]));
        }
        if let Some(policy) = self.policy() {
            out.push(result(PolicyKind::Sts, policy.lines(), &policy.mx));
        }
        if out.is_empty() {
            out.push(result(PolicyKind::None, Vec::new(), &[]));
        }
        out
    }

    /// The trouble with the policy itself, where there was some.
    pub fn policy_trouble(&self) -> Option<TlsResult> {
        let (problem, text) = self.sts.problem.clone()?;
        let kind = match problem {
            Problem::Fetch => FailureKind::StsPolicyFetchError,
            Problem::Invalid => FailureKind::StsPolicyInvalid,
            Problem::WebPki => FailureKind::StsWebpkiInvalid,
        };
        Some(TlsResult {
            domain: self.domain.as_str().to_owned(),
            kind: PolicyKind::Sts,
            policy: Vec::new(),
            mx: Vec::new(),
            host: String::new(),
            address: None,
            failure: Some((kind, text)),
        })
    }

    /// What a policy in testing finds wrong with a session that was taken nevertheless (RFC 8461 §5.2).
    pub fn tested(
        &self,
        host: &HostPort,
        encrypted: bool,
        judged: Result<(), CertificateProblem>,
    ) -> Option<(FailureKind, String)> {
        let policy = self.policy().filter(|p| p.mode == Mode::Testing)?;
        if !policy.names(&host.host) {
            let text = format!("the MTA-STS policy of {} does not name this host", self.domain);
            return Some((FailureKind::ValidationFailure, text));
        }
        if !encrypted {
            return Some((FailureKind::StarttlsNotSupported, "the host does not offer TLS, or it fails".to_owned()));
        }
        judged.err().map(|problem| (kind(&problem), problem.to_string()))
    }
}

/// What a session that did not come to be is reported as; none: it is not the fault of TLS.
pub(crate) fn failure(error: &OpenError) -> Option<(FailureKind, String)> {
    match error {
        OpenError::NotOffered => Some((FailureKind::StarttlsNotSupported, error.to_string())),
        OpenError::Certificate(problem) => Some((kind(problem), problem.to_string())),
        OpenError::Tls(why) => Some((FailureKind::ValidationFailure, why.clone())),
        _ => None,
    }
}

fn kind(problem: &CertificateProblem) -> FailureKind {
    match problem {
        CertificateProblem::Expired(_) => FailureKind::CertificateExpired,
        CertificateProblem::Untrusted(_) => FailureKind::CertificateNotTrusted,
        CertificateProblem::WrongName(_) | CertificateProblem::Address => FailureKind::CertificateHostMismatch,
        CertificateProblem::NotTlsa => FailureKind::ValidationFailure,
        CertificateProblem::NotYet(_) | CertificateProblem::Unreadable(_) | CertificateProblem::NotPinned(_) => {
            FailureKind::ValidationFailure
        }
    }
}
