//! Raw bytes to a parsed view of a message. Parsing never fails and never panics: what is broken becomes an anomaly.

use bytes::Bytes;

/// A message, parsed once.
#[derive(Debug, Clone, Default)]
pub struct Parsed {
    pub raw: Bytes,
}
