//! Who is asked about names.

use hickory_resolver::TokioResolver;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::dnssec::Proof;
use hickory_resolver::proto::rr::{RData, Record, RecordType};
use std::time::Duration;

/// The resolvers of one view of the DNS.
#[derive(Clone, Default)]
pub struct Names {
    /// Takes what it is told.
    pub plain: Option<TokioResolver>,
    /// Checks signatures up to the root's key itself (RFC 4035): DANE needs it, and then it answers all questions about
    /// mail exchangers. What is signed wrongly is then no answer.
    pub validating: Option<TokioResolver>,
}

/// What DNS said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// Empty: there are none.
    pub records: Vec<Record>,
    /// Signed, and the signatures hold up to the root.
    pub secure: bool,
    /// The name itself does not exist.
    pub no_name: bool,
}

impl Names {
    pub(crate) fn any(&self) -> Option<&TokioResolver> {
        self.validating.as_ref().or(self.plain.as_ref())
    }

    /// Records of one type, aliases on the way to them included. An error is temporary: a server that fails, a signature that
    /// is wrong.
    pub(crate) async fn look_up(&self, name: &str, kind: RecordType, limit: Duration) -> Result<Found, String> {
        let Some(resolver) = self.any() else { return Err("DNS is not available".to_owned()) };
        let name = format!("{}.", name.trim_end_matches('.'));
        let answer = tokio::time::timeout(limit, resolver.lookup(name, kind)).await.unwrap_or(Err(NetError::Timeout));
        let validated = self.validating.is_some();
        match answer {
            Ok(lookup) => {
                let records: Vec<Record> = lookup.answers().to_vec();
                let records: Vec<Record> =
                    records.into_iter().filter(|r| !matches!(r.data, RData::DNSSEC(_))).collect();
                if validated && records.iter().any(|r| matches!(r.proof, Proof::Bogus | Proof::Indeterminate)) {
                    return Err("its DNSSEC signatures are wrong".to_owned());
                }
                let secure = validated && !records.is_empty() && records.iter().all(|r| r.proof == Proof::Secure);
                Ok(Found { records, secure, no_name: false })
            }
            Err(NetError::Dns(DnsError::NoRecordsFound(none))) if none.response_code.is_negative() => {
                let proofs = none.authorities.as_deref().unwrap_or_default();
                let secure = validated && !proofs.is_empty() && proofs.iter().all(|r| r.proof == Proof::Secure);
                let no_name = none.response_code == hickory_resolver::proto::op::ResponseCode::NXDomain;
                Ok(Found { records: Vec::new(), secure, no_name })
            }
            Err(NetError::Dns(DnsError::Nsec { proof: Proof::Insecure, response, .. })) => {
                let no_name = response.metadata.response_code == hickory_resolver::proto::op::ResponseCode::NXDomain;
                Ok(Found { records: Vec::new(), secure: false, no_name })
            }
            Err(NetError::Dns(DnsError::Nsec { .. } | DnsError::DnssecBogus)) => {
                Err("its DNSSEC signatures are wrong".to_owned())
            }
            Err(error) => Err(error.to_string()),
        }
    }
}

trait Negative {
    fn is_negative(&self) -> bool;
}

impl Negative for hickory_resolver::proto::op::ResponseCode {
    /// An answer, rather than a server that could not give one.
    fn is_negative(&self) -> bool {
        use hickory_resolver::proto::op::ResponseCode::{NXDomain, NoError};
        matches!(self, NXDomain | NoError)
    }
}
