//! The syntax of an SPF record (RFC 7208 §4.6, §5, §6, §12).

use super::macros::{MacroString, Syntax};
use std::net::{Ipv4Addr, Ipv6Addr};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Qualifier {
    Pass,
    Fail,
    SoftFail,
    Neutral,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mechanism {
    All,
    Include(MacroString),
    A { domain: Option<MacroString>, v4: u8, v6: u8 },
    Mx { domain: Option<MacroString>, v4: u8, v6: u8 },
    Ptr(Option<MacroString>),
    Ip4(Ipv4Addr, u8),
    Ip6(Ipv6Addr, u8),
    Exists(MacroString),
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Record {
    pub terms: Vec<(Qualifier, Mechanism)>,
    pub redirect: Option<MacroString>,
    pub explanation: Option<MacroString>,
}

/// Whether a TXT record is an SPF record at all (RFC 7208 §4.5).
pub(super) fn is_spf(text: &[u8]) -> bool {
    const VERSION: &[u8] = b"v=spf1";
    text.get(..VERSION.len()).is_some_and(|v| v.eq_ignore_ascii_case(VERSION))
        && text.get(VERSION.len()).is_none_or(|c| *c == b' ')
}

impl Record {
    /// Parses a record that [`is_spf`]; any error in it spoils the whole record.
    pub fn parse(text: &[u8]) -> Result<Self, Syntax> {
        let text = std::str::from_utf8(text).ok().filter(|t| t.is_ascii()).ok_or("the record is not ASCII")?;
        let mut record = Record::default();
        for term in text.split(' ').skip(1).filter(|t| !t.is_empty()) {
            let name_end = term.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(term.len());
            let (name, rest) = term.split_at(name_end);
            match rest.strip_prefix('=') {
                Some(value) if name.starts_with(|c: char| c.is_ascii_alphabetic()) => record.modifier(name, value)?,
                _ => record.terms.push(mechanism(term)?),
            }
        }
        Ok(record)
    }

    fn modifier(&mut self, name: &str, value: &str) -> Result<(), Syntax> {
        let slot = match name.to_ascii_lowercase().as_str() {
            "redirect" => &mut self.redirect,
            "exp" => &mut self.explanation,
            // Unknown modifiers are ignored, but must be well-formed (RFC 7208 §6).
            _ => return MacroString::parse(value, false).map(drop),
        };
        if slot.is_some() {
            return Err(format!("{name}= stands twice"));
        }
        *slot = Some(MacroString::parse_domain(value)?);
        Ok(())
    }
}

fn mechanism(term: &str) -> Result<(Qualifier, Mechanism), Syntax> {
    let (qualifier, body) = match term.as_bytes().first() {
        Some(b'+') => (Qualifier::Pass, &term[1..]),
        Some(b'-') => (Qualifier::Fail, &term[1..]),
        Some(b'~') => (Qualifier::SoftFail, &term[1..]),
        Some(b'?') => (Qualifier::Neutral, &term[1..]),
        _ => (Qualifier::Pass, term),
    };
    let end = body.find([':', '/']).unwrap_or(body.len());
    let (name, rest) = body.split_at(end);
    let wrong = || format!("{term:?} is no mechanism");
    let required = || rest.strip_prefix(':').ok_or_else(wrong).and_then(MacroString::parse_domain);
    let mechanism = match name.to_ascii_lowercase().as_str() {
        "all" if rest.is_empty() => Mechanism::All,
        "include" => Mechanism::Include(required()?),
        "exists" => Mechanism::Exists(required()?),
        "ptr" if rest.is_empty() => Mechanism::Ptr(None),
        "ptr" => Mechanism::Ptr(Some(required()?)),
        "a" => {
            let (domain, v4, v6) = domain_and_prefixes(rest).ok_or_else(wrong)??;
            Mechanism::A { domain, v4, v6 }
        }
        "mx" => {
            let (domain, v4, v6) = domain_and_prefixes(rest).ok_or_else(wrong)??;
            Mechanism::Mx { domain, v4, v6 }
        }
        "ip4" => {
            let (ip, prefix) = network(rest, 32).ok_or_else(wrong)?;
            Mechanism::Ip4(ip.parse().map_err(|_| wrong())?, prefix)
        }
        "ip6" => {
            let (ip, prefix) = network(rest, 128).ok_or_else(wrong)?;
            Mechanism::Ip6(ip.parse().map_err(|_| wrong())?, prefix)
        }
        _ => return Err(wrong()),
    };
    Ok((qualifier, mechanism))
}

/// `:192.0.2.0/24` to address and prefix.
fn network(rest: &str, width: u8) -> Option<(&str, u8)> {
    let text = rest.strip_prefix(':')?;
    match text.split_once('/') {
        None => Some((text, width)),
        Some((ip, p)) => Some((ip, prefix(p, width)?)),
    }
}

/// A prefix length without leading zeros, at most `width`.
fn prefix(text: &str, width: u8) -> Option<u8> {
    let well_formed =
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse::<u8>().ok().filter(|p| well_formed && *p <= width)
}

type Target = (Option<MacroString>, u8, u8);

/// `[":" domain-spec] ["/" n] ["//" n]`, read from its end. None: not of this form.
fn domain_and_prefixes(rest: &str) -> Option<Result<Target, Syntax>> {
    let (rest, v6) = match digits_after(rest, "//") {
        Some((before, digits)) => (before, prefix(digits, 128)?),
        None => (rest, 128),
    };
    let (rest, v4) = match digits_after(rest, "/") {
        Some((before, digits)) => (before, prefix(digits, 32)?),
        None => (rest, 32),
    };
    if rest.is_empty() {
        return Some(Ok((None, v4, v6)));
    }
    let domain = rest.strip_prefix(':')?;
    Some(MacroString::parse_domain(domain).map(|d| (Some(d), v4, v6)))
}

/// The digits at the end of the text, where `mark` stands before them.
fn digits_after<'a>(text: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    let start = text.len() - text.bytes().rev().take_while(u8::is_ascii_digit).count();
    let before = text[..start].strip_suffix(mark)?;
    if start == text.len() { None } else { Some((before, &text[start..])) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_record_is_read_term_by_term() {
        let r = Record::parse(
            b"v=spf1 a:mail.acme.test/24//64 -MX ip4:192.0.2.0/24 ~exists:%{ir}.acme.test redirect=b.test x=y ?all",
        );
        let r = r.expect("valid");
        assert_eq!(r.terms.len(), 5);
        assert!(matches!(&r.terms[0], (Qualifier::Pass, Mechanism::A { domain: Some(_), v4: 24, v6: 64 })));
        assert!(matches!(&r.terms[1], (Qualifier::Fail, Mechanism::Mx { domain: None, v4: 32, v6: 128 })));
        assert!(r.redirect.is_some());
    }

    #[test]
    fn what_breaks_the_grammar_is_refused() {
        for bad in [
            "a:",
            "all:x.test",
            "ip4:1.2.3",
            "ip4:1.2.3.4/33",
            "ip4:1.2.3.4/01",
            "include",
            "a:museum",
            "exp=",
            "b:x.test",
            "redirect=a.test redirect=b.test",
            "mx/",
            "a/24/64",
            "exists:%{x}.test",
            "exists:%{d0}.test",
            "exists:%(d).test",
            "-",
        ] {
            assert!(Record::parse(format!("v=spf1 {bad}").as_bytes()).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn parsing_is_total(text in "v=spf1( [+~?-]?(a|mx|ip4|ip6|exists|include|redirect|exp)?[:=/]?[%{}a-z0-9./_-]{0,12}){0,6}",
                            bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = Record::parse(text.as_bytes());
            let _ = Record::parse(&bytes);
            let _ = is_spf(&bytes);
        }
    }
}
