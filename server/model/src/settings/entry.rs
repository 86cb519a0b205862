//! Entries of lists, keys of maps and single texts of a certain form.

use super::check::quoted;
use super::kind::Entry;
use crate::sender::SenderPattern;
use crate::{Cidr, CountryCode, DomainName, EmailAddress, HostPort, SenderEntry};
use std::net::SocketAddr;

const NAME_MAX: usize = 100;
const URL_MAX: usize = 2_000;

impl Entry {
    /// What would be accepted, after "is not".
    pub(super) fn expected(self) -> &'static str {
        match self {
            Entry::Sender => "an address, domain, IP, IP/mask or country code",
            Entry::Connection => "an IP, IP/mask or country code",
            Entry::Network => "an IP or IP/mask",
            Entry::Country => "a country code such as US (ISO 3166 alpha-2)",
            Entry::Listen => "an IP and a port such as 192.0.2.1:25 or [2001:db8::1]:25",
            Entry::AddressOrDomain => "an address or a domain",
            Entry::Email => "an address such as name@example.com",
            Entry::Domain => "a domain such as example.com",
            Entry::DomainPattern => "a domain such as example.com or *.example.com",
            Entry::Host => "a host, host:port, IP or IP:port",
            Entry::Url => "a link that begins with https:// or http://",
            Entry::Language => "a language code such as en",
            Entry::Extension => "a file name extension such as exe",
            Entry::Header => "a header name of letters, digits and hyphens such as X-External",
            Entry::RuleException => "a rule id and a sender such as 1234:example.com",
            Entry::Word(_) => "one of the words that this list takes",
            Entry::Name => "a name of 1 to 100 characters",
        }
    }

    /// The entry in canonical form, or a sentence that says what would be accepted.
    pub(super) fn normal(self, text: &str) -> Result<String, String> {
        let found = self.parse(text);
        found.ok_or_else(|| match self {
            Entry::Word(words) => {
                let all = words.iter().map(|(w, _)| *w).collect::<Vec<_>>().join(", ");
                format!("{} is not one of {all}", quoted(text))
            }
            _ => format!("{} is not {}", quoted(text), self.expected()),
        })
    }

    fn parse(self, text: &str) -> Option<String> {
        let domain = |t: &str| DomainName::parse(t).ok().map(|d| d.as_str().to_owned());
        let email = |t: &str| t.parse::<EmailAddress>().ok().map(|a| a.to_string());
        let either = |t: &str| if t.contains('@') { email(t) } else { domain(t) };
        match self {
            Entry::Sender => text.parse::<SenderEntry>().ok().map(|e| e.to_string()),
            Entry::Connection => {
                let entry = text.parse::<SenderEntry>().ok()?;
                let fits = matches!(entry.pattern, SenderPattern::Network(_) | SenderPattern::Country(_));
                fits.then(|| entry.to_string())
            }
            Entry::Network => text.parse::<Cidr>().ok().map(|n| n.to_string()),
            Entry::Country => text.parse::<CountryCode>().ok().map(|c| c.to_string()),
            Entry::Listen => text.parse::<SocketAddr>().ok().filter(|a| a.port() > 0).map(|a| a.to_string()),
            Entry::AddressOrDomain => either(text),
            Entry::Email => email(text),
            Entry::Domain => domain(text),
            Entry::DomainPattern => match text.strip_prefix("*.") {
                Some(parent) => domain(parent).map(|d| format!("*.{d}")),
                None => domain(text),
            },
            Entry::Host => text.parse::<HostPort>().ok().map(|h| h.to_string()),
            Entry::Url => is_url(text).then(|| text.to_owned()),
            Entry::Language => {
                let word = text.to_ascii_lowercase();
                (word.len() == 2 && word.bytes().all(|b| b.is_ascii_lowercase())).then_some(word)
            }
            Entry::Extension => {
                let word = text.trim_start_matches('.').to_ascii_lowercase();
                ((1..=20).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(word)
            }
            Entry::Header => {
                let is_name = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
                ((1..=64).contains(&text.len()) && text.bytes().all(is_name)).then(|| text.to_owned())
            }
            Entry::RuleException => {
                let (rule, sender) = text.split_once(':')?;
                Some(format!("{}:{}", rule.trim().parse::<u32>().ok()?, either(sender.trim())?))
            }
            Entry::Word(words) => words.iter().find(|(w, _)| *w == text).map(|(w, _)| (*w).to_owned()),
            Entry::Name => {
                let fits = (1..=NAME_MAX).contains(&text.chars().count()) && !text.chars().any(char::is_control);
                fits.then(|| text.to_owned())
            }
        }
    }
}

/// A link that a browser follows to another site; nothing that runs (`javascript:`, `data:`).
fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = rest.and_then(|r| r.split(['/', '?', '#']).next()).unwrap_or_default();
    let clean = text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'\'' | b'<' | b'>' | b'\\' | b'`'));
    clean && text.len() <= URL_MAX && host.parse::<HostPort>().is_ok()
}
