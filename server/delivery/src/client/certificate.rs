//! What a certificate must be at each level, and what people are shown of it.

use crate::Encryption;
use crate::security::{Demand, tlsa};
use model::view::CertificateView;
use rustls::RootCertStore;
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::CryptoProvider;
use rustls::server::ParsedCertificate;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use sha2::{Digest, Sha256};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

/// Names of a certificate that are shown.
const NAMES_MAX: usize = 50;

/// Why a certificate is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateProblem {
    #[error("the certificate cannot be read: {0}")]
    Unreadable(String),
    #[error("the certificate has expired (it was valid until {0})")]
    Expired(String),
    #[error("the certificate is not valid yet (it will be from {0})")]
    NotYet(String),
    #[error("the host is an address, and no authority vouches for an address; give its name")]
    Address,
    #[error("the certificate is not of a trusted authority ({0})")]
    Untrusted(String),
    #[error("the certificate is not of {0}")]
    WrongName(String),
    #[error("the certificate is another one than the one that is trusted; its SHA-256 is {0}")]
    NotPinned(String),
    #[error("the certificate is not what the TLSA records say (DANE)")]
    NotTlsa,
}

/// Whether a host's certificate is all that is asked for.
pub(super) fn satisfies(
    demand: &Demand,
    leaf: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    host: &ServerName<'_>,
    roots: &RootCertStore,
    now: UnixTime,
    provider: &CryptoProvider,
) -> Result<(), CertificateProblem> {
    check(&demand.level, leaf, intermediates, host, roots, now, provider)?;
    if let Some(records) = demand.records() {
        let domain = ServerName::try_from(demand.domain.as_str()).ok();
        let names: Vec<ServerName<'_>> = std::iter::once(host.to_owned()).chain(domain).collect();
        tlsa::verify(records, leaf, intermediates, &names, now, provider)?;
    }
    if demand.needs_name() {
        check(&Encryption::Named(String::new()), leaf, intermediates, host, roots, now, provider)?;
    }
    Ok(())
}

/// Whether a host's certificate is what the level asks for.
fn check(
    level: &Encryption,
    leaf: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    host: &ServerName<'_>,
    roots: &RootCertStore,
    now: UnixTime,
    provider: &CryptoProvider,
) -> Result<(), CertificateProblem> {
    match level {
        Encryption::Never | Encryption::Attempt | Encryption::Any => Ok(()),
        Encryption::Valid => in_time(leaf, now),
        Encryption::Pinned(trusted) => {
            let found: [u8; 32] = Sha256::digest(leaf).into();
            if found == *trusted { Ok(()) } else { Err(CertificateProblem::NotPinned(shown(&found))) }
        }
        Encryption::Trusted | Encryption::Named(_) => {
            in_time(leaf, now)?;
            let name = match level {
                Encryption::Named(name) if name.is_empty() => Some(host.to_owned()),
                Encryption::Named(name) => Some(super::tls::server_name(name).map_err(CertificateProblem::WrongName)?),
                _ => None,
            };
            if name.as_ref().unwrap_or(host).to_str().parse::<std::net::IpAddr>().is_ok() {
                return Err(CertificateProblem::Address);
            }
            let parsed =
                ParsedCertificate::try_from(leaf).map_err(|e| CertificateProblem::Unreadable(e.to_string()))?;
            let algorithms = provider.signature_verification_algorithms.all;
            verify_server_cert_signed_by_trust_anchor(&parsed, roots, intermediates, now, algorithms)
                .map_err(|e| CertificateProblem::Untrusted(e.to_string()))?;
            match name {
                Some(name) => verify_server_name(&parsed, &name)
                    .map_err(|_| CertificateProblem::WrongName(name.to_str().into_owned())),
                None => Ok(()),
            }
        }
    }
}

fn in_time(leaf: &CertificateDer<'_>, now: UnixTime) -> Result<(), CertificateProblem> {
    let (_, certificate) =
        X509Certificate::from_der(leaf).map_err(|e| CertificateProblem::Unreadable(e.to_string()))?;
    let validity = certificate.validity();
    let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    if now > validity.not_after.timestamp() {
        return Err(CertificateProblem::Expired(validity.not_after.to_string()));
    }
    if now < validity.not_before.timestamp() {
        return Err(CertificateProblem::NotYet(validity.not_before.to_string()));
    }
    Ok(())
}

/// Pairs of hexadecimal digits with colons, as browsers show a fingerprint.
fn shown(digest: &[u8]) -> String {
    digest.iter().map(|b| format!("{b:02X}")).collect::<Vec<_>>().join(":")
}

/// A certificate for people to look at; none where it cannot be read at all.
pub fn view(certificate: &CertificateDer<'_>) -> Option<CertificateView> {
    let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
    let names = parsed.subject_alternative_name().ok().flatten();
    let names = names.into_iter().flat_map(|n| n.value.general_names.iter()).filter_map(|n| match n {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => match bytes.len() {
            4 => <[u8; 4]>::try_from(*bytes).ok().map(|b| std::net::Ipv4Addr::from(b).to_string()),
            16 => <[u8; 16]>::try_from(*bytes).ok().map(|b| std::net::Ipv6Addr::from(b).to_string()),
            _ => None,
        },
        _ => None,
    });
    Some(CertificateView {
        subject: parsed.subject().to_string(),
        issuer: parsed.issuer().to_string(),
        names: names.take(NAMES_MAX).collect(),
        not_before: parsed.validity().not_before.timestamp(),
        not_after: parsed.validity().not_after.timestamp(),
        fingerprint: shown(&Sha256::digest(certificate)),
    })
}
