//! What shares connections and back-off: mail of one route whose senders want the same of TLS.

use crate::Route;
use model::TlsWish;

/// Mail that must be verified, or need not be, does not wait for, nor use, the sessions of other mail (RFC 8689).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Way {
    pub route: Route,
    pub wish: TlsWish,
}

impl std::ops::Deref for Way {
    type Target = Route;
    fn deref(&self) -> &Route {
        &self.route
    }
}

impl std::fmt::Display for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.wish {
            TlsWish::Usual => write!(f, "{}", self.route),
            TlsWish::Required => write!(f, "{} (REQUIRETLS)", self.route),
            TlsWish::Optional => write!(f, "{} (TLS-Required: No)", self.route),
        }
    }
}
