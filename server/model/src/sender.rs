//! An entry of a Friends or Enemies list (guide chapter 6 "Filter by Sender").

use crate::{Cidr, CountryCode, DomainName, EmailAddress};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SenderPattern {
    Address(EmailAddress),
    /// The domain and all below it.
    Domain(DomainName),
    /// An address or network.
    Network(Cidr),
    Country(CountryCode),
}

/// `partner.test // comment`: a pattern and the comment that is kept with it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SenderEntry {
    pub pattern: SenderPattern,
    pub comment: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no address, domain, IP, IP/mask or country code")]
pub struct SenderEntryError(pub String);

impl FromStr for SenderEntry {
    type Err = SenderEntryError;
    fn from_str(line: &str) -> Result<Self, SenderEntryError> {
        let (entry, comment) = line.split_once("//").map_or((line, ""), |(e, c)| (e, c.trim()));
        let entry = entry.trim();
        let pattern = if let Ok(net) = entry.parse::<Cidr>() {
            SenderPattern::Network(net)
        } else if let Ok(country) = entry.parse::<CountryCode>() {
            SenderPattern::Country(country)
        } else if entry.contains('@') && !entry.starts_with('@') {
            SenderPattern::Address(entry.parse().map_err(|_| SenderEntryError(line.to_owned()))?)
        } else {
            let name = entry.trim_start_matches('@').trim_start_matches("*.");
            SenderPattern::Domain(name.parse().map_err(|_| SenderEntryError(line.to_owned()))?)
        };
        Ok(SenderEntry { pattern, comment: comment.to_owned() })
    }
}
impl fmt::Display for SenderEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.pattern {
            SenderPattern::Address(a) => a.fmt(f)?,
            SenderPattern::Domain(d) => d.fmt(f)?,
            SenderPattern::Network(n) => n.fmt(f)?,
            SenderPattern::Country(c) => c.fmt(f)?,
        }
        if self.comment.is_empty() { Ok(()) } else { write!(f, " // {}", self.comment) }
    }
}
impl Serialize for SenderEntry {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for SenderEntry {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_five_kinds_are_told_apart_and_comments_kept() {
        for (text, back) in [
            ("bob@partner.test", "bob@partner.test"),
            ("Partner.Test //known", "partner.test // known"),
            ("192.0.2.1", "192.0.2.1"),
            ("192.0.2.0/24 // office", "192.0.2.0/24 // office"),
            ("de", "DE"),
        ] {
            assert_eq!(text.parse::<SenderEntry>().map(|e| e.to_string()), Ok(back.to_owned()));
        }
        assert!("not a domain!".parse::<SenderEntry>().is_err() && "".parse::<SenderEntry>().is_err());
    }
}
