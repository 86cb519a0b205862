//! A password that Postern must know in clear, to log in elsewhere with it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Stored and read as it is; never in logs. Whoever shows a definition takes it out first ([`super::Body::shown`]).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Secret(text.into())
    }
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
