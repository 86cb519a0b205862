//! What became of TLS towards the Internet, for those who report it (RFC 8460).

use std::net::IpAddr;

/// Which policy was applied (RFC 8460 §4.2 "policy-type").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PolicyKind {
    Tlsa,
    Sts,
    None,
}

impl PolicyKind {
    pub fn name(self) -> &'static str {
        match self {
            PolicyKind::Tlsa => "tlsa",
            PolicyKind::Sts => "sts",
            PolicyKind::None => "no-policy-found",
        }
    }
}

/// What went wrong (RFC 8460 §4.3 "result-type").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FailureKind {
    StarttlsNotSupported,
    CertificateHostMismatch,
    CertificateExpired,
    CertificateNotTrusted,
    ValidationFailure,
    TlsaInvalid,
    DnssecInvalid,
    StsPolicyFetchError,
    StsPolicyInvalid,
    StsWebpkiInvalid,
}

impl FailureKind {
    pub fn name(self) -> &'static str {
        match self {
            FailureKind::StarttlsNotSupported => "starttls-not-supported",
            FailureKind::CertificateHostMismatch => "certificate-host-mismatch",
            FailureKind::CertificateExpired => "certificate-expired",
            FailureKind::CertificateNotTrusted => "certificate-not-trusted",
            FailureKind::ValidationFailure => "validation-failure",
            FailureKind::TlsaInvalid => "tlsa-invalid",
            FailureKind::DnssecInvalid => "dnssec-invalid",
            FailureKind::StsPolicyFetchError => "sts-policy-fetch-error",
            FailureKind::StsPolicyInvalid => "sts-policy-invalid",
            FailureKind::StsWebpkiInvalid => "sts-webpki-invalid",
        }
    }
}

/// One session, or one that did not come to be, under one policy of the recipients' domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsResult {
    /// The domain whose policy it is: that of the recipients.
    pub domain: String,
    pub kind: PolicyKind,
    /// The policy's lines: of MTA-STS, or TLSA records.
    pub policy: Vec<String>,
    /// The hosts that an MTA-STS policy names.
    pub mx: Vec<String>,
    /// The host; empty where none was reached.
    pub host: String,
    pub address: Option<IpAddr>,
    /// None: the session is as the policy wants it.
    pub failure: Option<(FailureKind, String)>,
}

/// Who counts results. Called for each session, so it answers from memory and never waits.
pub trait TlsResults: Send + Sync {
    fn note(&self, result: TlsResult);
}
