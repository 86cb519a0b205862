//! Mail addresses and domain names (RFC 5321 §4.1.2, RFC 6531), parsed once at the edge.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A domain name in lower case, without a trailing dot, or an address literal in brackets.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DomainName(Box<str>);

/// `local@domain`. The local part keeps its spelling (RFC 5321 §2.4); compare mailboxes with [`EmailAddress::key`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailAddress {
    text: Box<str>,
    at: usize,
}

/// The reverse path of MAIL FROM: none is `<>`, as bounces have it.
pub type ReversePath = Option<EmailAddress>;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("an address has the form name@domain")]
    NoAt,
    #[error("the part before @ is empty, longer than 64 characters, or has characters that need quoting")]
    Local,
    #[error("a domain name has labels of 1 to 63 letters, digits and hyphens, 253 characters in all")]
    Domain,
}

impl DomainName {
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.strip_suffix('.').unwrap_or(text);
        if let Some(literal) = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
            let ip = literal.strip_prefix("IPv6:").unwrap_or(literal);
            return ip.parse::<std::net::IpAddr>().map(|_| DomainName(text.into())).map_err(|_| AddressError::Domain);
        }
        // What lower case makes of a letter need not be letters: it is the result that must be a name.
        let text = text.to_lowercase();
        if text.is_empty() || text.len() > 253 {
            return Err(AddressError::Domain);
        }
        for label in text.split('.') {
            let inside =
                |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_' || (!c.is_ascii() && c.is_alphanumeric());
            let edges = label.starts_with('-') || label.ends_with('-');
            if label.is_empty() || label.len() > 63 || edges || !label.chars().all(inside) {
                return Err(AddressError::Domain);
            }
        }
        Ok(DomainName(text.into()))
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// Whether `self` is `other` or lies below it: `a.b.test` is within `b.test`.
    pub fn is_within(&self, other: &DomainName) -> bool {
        self.0.strip_suffix(&*other.0).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }
    /// The name and each parent, longest first.
    pub fn ancestors(&self) -> impl Iterator<Item = &str> {
        let mut rest = Some(self.as_str());
        std::iter::from_fn(move || {
            let this = rest?;
            rest = this.split_once('.').map(|(_, parent)| parent);
            Some(this)
        })
    }
}

impl EmailAddress {
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let at = text.rfind('@').ok_or(AddressError::NoAt)?;
        let domain = DomainName::parse(&text[at + 1..])?;
        let local = &text[..at];
        if local.is_empty() || local.len() > 64 || !(is_dot_string(local) || is_quoted(local)) {
            return Err(AddressError::Local);
        }
        Ok(EmailAddress { text: format!("{local}@{domain}").into(), at })
    }
    pub fn local(&self) -> &str {
        &self.text[..self.at]
    }
    pub fn domain(&self) -> DomainName {
        DomainName(self.text[self.at + 1..].into())
    }
    pub fn domain_str(&self) -> &str {
        &self.text[self.at + 1..]
    }
    pub fn as_str(&self) -> &str {
        &self.text
    }
    /// The form under which a mailbox is found: lower case. Mail servers that tell `Bob` from `bob` are gone.
    pub fn key(&self) -> String {
        self.text.to_lowercase()
    }
    /// `user` of `user+tag@domain`, lower case: plus addressing (guide chapter 8).
    pub fn without_tag(&self) -> EmailAddress {
        match self.local().split_once('+') {
            Some((user, _)) if !user.is_empty() && !self.text.starts_with('"') => {
                EmailAddress { text: format!("{user}@{}", self.domain_str()).into(), at: user.len() }
            }
            _ => self.clone(),
        }
    }
    pub fn is_ascii(&self) -> bool {
        self.text.is_ascii()
    }
}

fn is_atext(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || (!c.is_ascii() && !c.is_control())
}

/// RFC 5321 dot-string, but lenient on dots at the ends and doubled ones, which real senders use.
fn is_dot_string(local: &str) -> bool {
    local.chars().all(|c| is_atext(c) || c == '.') && local != "."
}

fn is_quoted(local: &str) -> bool {
    let Some(inner) = local.strip_prefix('"').and_then(|l| l.strip_suffix('"')) else { return false };
    let mut escaped = false;
    for c in inner.chars() {
        match c {
            _ if c.is_control() => return false,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return false,
            _ => {}
        }
    }
    !escaped && local.len() > 1
}

macro_rules! text_type {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl FromStr for $name {
            type Err = AddressError;
            fn from_str(s: &str) -> Result<Self, AddressError> {
                $name::parse(s)
            }
        }
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.as_str())
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
                $name::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}
text_type!(DomainName);
text_type!(EmailAddress);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_domain_that_is_taken_is_taken_again_as_it_is_written() {
        assert_eq!(DomainName::parse("b\u{fc}cher.\u{130}test"), Err(AddressError::Domain));
        let name = DomainName::parse("B\u{dc}CHER.Test").unwrap();
        assert_eq!((name.as_str(), DomainName::parse(name.as_str())), ("b\u{fc}cher.test", Ok(name.clone())));
    }
    #[test]
    fn addresses_are_split_and_normalised() {
        let a = EmailAddress::parse("Bob+List@ACME.Test.").expect("valid");
        assert_eq!((a.local(), a.domain_str()), ("Bob+List", "acme.test"));
        assert_eq!(a.without_tag().key(), "bob@acme.test");
        assert!(EmailAddress::parse("\"a b\"@x.test").is_ok());
        assert!(EmailAddress::parse("jörg@müller.test").is_ok());
    }
    #[test]
    fn what_is_no_address_is_refused() {
        for bad in [
            "",
            "bob",
            "@x",
            "a@",
            "a b@x.test",
            "a@-x.test",
            "a@x..test",
            "a\r\n@x.test",
            "\"a\"b\"@x.test",
            "a@[300.1.1.1]",
        ] {
            assert!(EmailAddress::parse(bad).is_err(), "{bad:?}");
        }
    }
    #[test]
    fn subdomains_are_within_their_parents() {
        let d = |s| DomainName::parse(s).expect("valid");
        assert!(d("a.b.test").is_within(&d("b.test")) && d("b.test").is_within(&d("b.test")));
        assert!(!d("ab.test").is_within(&d("b.test")));
        assert_eq!(d("a.b.test").ancestors().collect::<Vec<_>>(), ["a.b.test", "b.test", "test"]);
    }
    proptest! {
        #[test]
        fn parsing_is_total_and_stable(s in ".{0,80}") {
            if let Ok(a) = EmailAddress::parse(&s) {
                prop_assert_eq!(EmailAddress::parse(a.as_str()), Ok(a));
            }
        }
    }
}
