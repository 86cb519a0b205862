//! What a session with a host must be, from all that has a say in it.

use super::Tlsa;
use crate::Encryption;
use std::sync::Arc;

/// What TLS towards one host must prove. Everything in it must hold: the strictest wins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// What the administrator says.
    pub level: Encryption,
    /// The host's domain has an MTA-STS policy in force: a trusted certificate of this host's name (RFC 8461 §4.1).
    pub named: bool,
    /// The host has secure TLSA records; those that can be used. Where none can, TLS is needed and any certificate taken
    /// (RFC 7672 §2.2).
    pub tlsa: Option<Arc<[Tlsa]>>,
    /// The domain that the mail is for: a name that DANE-TA takes besides the host's (RFC 7672 §3.2.2).
    pub domain: String,
    /// The message came with REQUIRETLS: a verified certificate, of a host that offers it too (RFC 8689 §4.2.1).
    pub require: bool,
}

impl From<Encryption> for Demand {
    fn from(level: Encryption) -> Self {
        Demand { level, named: false, tlsa: None, domain: String::new(), require: false }
    }
}

impl Demand {
    /// Nothing goes out in clear text.
    pub fn is_required(&self) -> bool {
        self.level.is_required() || self.named || self.tlsa.is_some() || self.require
    }

    /// TLS is not even tried.
    pub(crate) fn is_never(&self) -> bool {
        self.level == Encryption::Never && !self.is_required()
    }

    /// The records that a certificate must match.
    pub(crate) fn records(&self) -> Option<&[Tlsa]> {
        self.tlsa.as_deref().filter(|records| !records.is_empty())
    }

    /// Whether a certificate must be of a trusted authority and of the host's name: by MTA-STS, or by REQUIRETLS where
    /// nothing else proves whose it is.
    pub(crate) fn needs_name(&self) -> bool {
        let proven = self.records().is_some() || matches!(self.level, Encryption::Pinned(_) | Encryption::Named(_));
        self.named || self.require && !proven
    }

    /// Any certificate does.
    pub(crate) fn takes_any(&self) -> bool {
        let any = matches!(self.level, Encryption::Never | Encryption::Attempt | Encryption::Any);
        any && self.records().is_none() && !self.needs_name()
    }
}
