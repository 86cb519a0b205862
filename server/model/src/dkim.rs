//! Keys of DKIM (RFC 6376, RFC 8463; guide chapter 6 "DKIM Options"): what is public of them.

use crate::words::words;
use crate::{DomainName, Timestamp};
use serde::Serialize;
use std::fmt;
use std::str::FromStr;

words! {
    /// The kind of a signing key.
    DkimAlgorithm {
        Rsa = "rsa", "RSA 2048";
        Ed25519 = "ed25519", "Ed25519";
    }
}

/// Names one of a domain's keys: labels of letters, digits and inner hyphens, in lower case (RFC 6376 §3.1).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct DkimSelector(String);

/// Longest selector: with `._domainkey.` and a domain it must still be a name of the DNS.
const SELECTOR_MAX: usize = 63;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a selector has 1 to 63 letters, digits, hyphens and dots, each label beginning and ending with a letter or digit"
)]
pub struct SelectorError;

impl DkimSelector {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DkimSelector {
    type Err = SelectorError;
    fn from_str(text: &str) -> Result<Self, SelectorError> {
        let text = text.trim().to_ascii_lowercase();
        let label = |l: &str| {
            l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !l.is_empty()
                && !l.starts_with('-')
                && !l.ends_with('-')
        };
        let fits = text.len() <= SELECTOR_MAX && text.split('.').all(label);
        if fits { Ok(DkimSelector(text)) } else { Err(SelectorError) }
    }
}

impl fmt::Display for DkimSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A key as people see it; the private half is never shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DkimKey {
    pub id: i64,
    pub domain: DomainName,
    pub selector: DkimSelector,
    pub algorithm: DkimAlgorithm,
    /// p= of the record: base64 without spaces.
    pub public_key: String,
    /// It signs.
    pub active: bool,
    pub created: Timestamp,
    /// When it was made inactive after it had signed.
    pub retired: Option<Timestamp>,
}

impl DkimKey {
    /// Where the record is published, without a dot at the end.
    pub fn record_name(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }
    /// The text of the TXT record.
    pub fn record(&self) -> String {
        format!("v=DKIM1; k={}; p={}", self.algorithm, self.public_key)
    }
    /// The record as a line of a zone file: strings of at most 255 bytes (RFC 1035 §3.3.14).
    pub fn zone_line(&self) -> String {
        let record = self.record();
        let strings: Vec<String> =
            record.as_bytes().chunks(255).map(|s| format!("\"{}\"", String::from_utf8_lossy(s))).collect();
        format!("{}. IN TXT ( {} )", self.record_name(), strings.join(" "))
    }
}

/// Whether a key's record is in the DNS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DkimPublished {
    /// As it should be.
    Yes,
    /// There is no record.
    Missing,
    /// There is another one: this.
    Differs(String),
    /// The DNS did not answer, and why.
    Unknown(String),
}

impl DkimPublished {
    /// Compares what the DNS has at the key's name with the key; a record of several strings comes joined.
    pub fn of(key: &DkimKey, found: &[String]) -> DkimPublished {
        if found.iter().any(|text| is_record_of(key, text)) {
            return DkimPublished::Yes;
        }
        found.first().map_or(DkimPublished::Missing, |text| DkimPublished::Differs(text.clone()))
    }
}

/// Tags in any order, with spaces (RFC 6376 §3.6.1); a record without k= is of RSA.
fn is_record_of(key: &DkimKey, text: &str) -> bool {
    let tag = |name: &str| {
        let found = text.split(';').filter_map(|t| t.split_once('=')).find(|(n, _)| n.trim() == name);
        found.map(|(_, value)| value.chars().filter(|c| !c.is_whitespace()).collect::<String>())
    };
    tag("v").is_none_or(|v| v == "DKIM1")
        && tag("k").unwrap_or_else(|| "rsa".into()) == key.algorithm.as_str()
        && tag("p").is_some_and(|p| p == key.public_key)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn key(public_key: &str) -> DkimKey {
        DkimKey {
            id: 1,
            domain: DomainName::parse("acme.test").unwrap(),
            selector: "S1.mail".parse().unwrap(),
            algorithm: DkimAlgorithm::Rsa,
            public_key: public_key.into(),
            active: true,
            created: Timestamp(0),
            retired: None,
        }
    }

    #[test]
    fn selectors_are_labels_in_lower_case() {
        assert_eq!("Mail2026".parse::<DkimSelector>().unwrap().as_str(), "mail2026");
        for wrong in ["", "-a", "a-", "a..b", "a b", "é", "a_b", &"x".repeat(64)] {
            assert!(wrong.parse::<DkimSelector>().is_err(), "{wrong:?}");
        }
    }
    #[test]
    fn a_long_record_is_cut_into_strings() {
        let line = key(&"A".repeat(392)).zone_line();
        assert!(line.starts_with("s1.mail._domainkey.acme.test. IN TXT ( \"v=DKIM1; k=rsa; p=AAAA"), "{line}");
        assert_eq!(line.matches("\" \"").count(), 1);
    }
    #[test]
    fn a_record_is_recognised_however_it_is_written_and_another_key_is_not() {
        let k = key("QUJD");
        let of = |t: &str| DkimPublished::of(&k, &[t.to_owned()]);
        assert_eq!(of("p=QU JD ;k=rsa"), DkimPublished::Yes);
        assert_eq!(of("v=DKIM1; p=QUJD"), DkimPublished::Yes);
        for other in ["v=DKIM1; p=QUJE", "v=DKIM1; k=ed25519; p=QUJD", "v=DKIM1; p=", "v=spf1 -all"] {
            assert_eq!(of(other), DkimPublished::Differs(other.to_owned()));
        }
        assert_eq!(DkimPublished::of(&k, &[]), DkimPublished::Missing);
    }
}
