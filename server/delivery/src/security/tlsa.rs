//! TLSA records, and what of a host's certificates they match (RFC 6698, 7671).

use crate::client::CertificateProblem;
use rustls::RootCertStore;
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::CryptoProvider;
use rustls::server::ParsedCertificate;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use sha2::{Digest, Sha256, Sha512};
use x509_parser::prelude::{FromDer, X509Certificate};

/// Certificates of a chain that are looked at.
const CHAIN_MAX: usize = 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// DANE-TA(2): an authority in the chain.
    Authority,
    /// DANE-EE(3): the host's own certificate.
    Own,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selector {
    Certificate,
    /// The public key with its algorithm, as DER.
    Key,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matching {
    Exact(Vec<u8>),
    Sha256([u8; 32]),
    Sha512(Box<[u8; 64]>),
}

/// A record that mail can use (RFC 7672 §3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tlsa {
    pub usage: Usage,
    pub selector: Selector,
    pub matching: Matching,
}

impl Tlsa {
    /// From record data in wire format: usage, selector, matching type, association data. None: one that is of no use to
    /// mail, which is then as if it were not there (RFC 7672 §3.1.3; RFC 7671 §10.1 on what cannot be read).
    pub fn of(rdata: &[u8]) -> Option<Tlsa> {
        let (&[usage, selector, matching], data) = rdata.split_first_chunk::<3>()?;
        Some(Tlsa {
            usage: match usage {
                2 => Usage::Authority,
                3 => Usage::Own,
                _ => return None,
            },
            selector: match selector {
                0 => Selector::Certificate,
                1 => Selector::Key,
                _ => return None,
            },
            matching: match matching {
                0 if !data.is_empty() => Matching::Exact(data.to_vec()),
                1 => Matching::Sha256(data.try_into().ok()?),
                2 => Matching::Sha512(Box::new(data.try_into().ok()?)),
                _ => return None,
            },
        })
    }

    fn matches(&self, certificate: &CertificateDer<'_>) -> bool {
        let parsed;
        let selected: &[u8] = match self.selector {
            Selector::Certificate => certificate,
            Selector::Key => {
                parsed = X509Certificate::from_der(certificate);
                match &parsed {
                    Ok((_, certificate)) => certificate.public_key().raw,
                    Err(_) => return false,
                }
            }
        };
        match &self.matching {
            Matching::Exact(data) => data == selected,
            Matching::Sha256(digest) => <[u8; 32]>::from(Sha256::digest(selected)) == *digest,
            Matching::Sha512(digest) => <[u8; 64]>::from(Sha512::digest(selected)) == **digest,
        }
    }
}

impl std::fmt::Display for Tlsa {
    /// As in a zone file (RFC 6698 §2.2).
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let usage = match self.usage {
            Usage::Authority => 2,
            Usage::Own => 3,
        };
        let selector = match self.selector {
            Selector::Certificate => 0,
            Selector::Key => 1,
        };
        let (matching, data): (u8, &[u8]) = match &self.matching {
            Matching::Exact(data) => (0, data),
            Matching::Sha256(digest) => (1, digest),
            Matching::Sha512(digest) => (2, &**digest),
        };
        write!(f, "{usage} {selector} {matching} ")?;
        data.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

/// Whether one of the records holds for what the host has shown. `names`: the host's, and that of the domain that the mail
/// is for. DANE-EE asks for neither a name nor a date (RFC 7672 §3.1.1), DANE-TA for both.
pub(crate) fn verify(
    records: &[Tlsa],
    leaf: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    names: &[ServerName<'_>],
    now: UnixTime,
    provider: &CryptoProvider,
) -> Result<(), CertificateProblem> {
    if records.iter().any(|r| r.usage == Usage::Own && r.matches(leaf)) {
        return Ok(());
    }
    let mut why = CertificateProblem::NotTlsa;
    let authorities = records.iter().filter(|r| r.usage == Usage::Authority);
    for record in authorities {
        let mut roots = RootCertStore::empty();
        for certificate in intermediates.iter().take(CHAIN_MAX).filter(|c| record.matches(c)) {
            let _ = roots.add(certificate.clone().into_owned());
        }
        // The whole certificate in DNS need not come with the chain (RFC 7672 §3.1.2 advises against it, but it is one).
        if let (Selector::Certificate, Matching::Exact(data)) = (record.selector, &record.matching) {
            let _ = roots.add(CertificateDer::from(data.clone()));
        }
        if roots.is_empty() {
            continue;
        }
        match signed(&roots, leaf, intermediates, names, now, provider) {
            Ok(()) => return Ok(()),
            Err(problem) => why = problem,
        }
    }
    Err(why)
}

fn signed(
    roots: &RootCertStore,
    leaf: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    names: &[ServerName<'_>],
    now: UnixTime,
    provider: &CryptoProvider,
) -> Result<(), CertificateProblem> {
    let parsed = ParsedCertificate::try_from(leaf).map_err(|e| CertificateProblem::Unreadable(e.to_string()))?;
    let algorithms = provider.signature_verification_algorithms.all;
    verify_server_cert_signed_by_trust_anchor(&parsed, roots, intermediates, now, algorithms)
        .map_err(|e| CertificateProblem::Untrusted(e.to_string()))?;
    if names.iter().any(|name| verify_server_name(&parsed, name).is_ok()) {
        return Ok(());
    }
    let names: Vec<_> = names.iter().map(|n| n.to_str().into_owned()).collect();
    Err(CertificateProblem::WrongName(names.join(" or ")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn records_that_mail_cannot_use_are_none() {
        let digest = [7; 32];
        let rdata = |head: [u8; 3], data: &[u8]| [&head[..], data].concat();
        assert!(Tlsa::of(&rdata([3, 1, 1], &digest)).is_some());
        assert_eq!(Tlsa::of(&rdata([3, 1, 1], &digest)).unwrap().to_string(), format!("3 1 1 {}", "07".repeat(32)));
        for unusable in [
            rdata([0, 0, 1], &digest),
            rdata([1, 0, 1], &digest),
            rdata([4, 0, 1], &digest),
            rdata([3, 2, 1], &digest),
            rdata([3, 1, 3], &digest),
            rdata([3, 1, 1], &digest[1..]),
            rdata([3, 1, 2], &digest),
            rdata([3, 1, 0], &[]),
            vec![3, 1],
        ] {
            assert_eq!(Tlsa::of(&unusable), None, "{unusable:?}");
        }
    }
    proptest! {
        #[test]
        fn any_data_is_answered(rdata in proptest::collection::vec(any::<u8>(), 0..80), der in proptest::collection::vec(any::<u8>(), 0..80)) {
            if let Some(tlsa) = Tlsa::of(&rdata) {
                let _ = tlsa.matches(&CertificateDer::from(der));
            }
        }
    }
}
