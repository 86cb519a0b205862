//! The macros of SPF records (RFC 7208 §7).

use std::fmt::Write;

/// Why a record cannot be used (RFC 7208 §4.6: such a record is a PermError).
pub(super) type Syntax = String;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Expand { letter: char, escape: bool, keep: usize, reverse: bool, delimiters: String },
}

/// A string with macros, parsed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct MacroString {
    pieces: Vec<Piece>,
    /// The text ends with a macro, which RFC 7208 §7.1 takes for a domain's end.
    ends_with_macro: bool,
}

/// What the letters stand for.
pub(super) struct Values<'a> {
    pub sender_local: &'a str,
    pub sender_domain: &'a str,
    pub domain: &'a str,
    pub ip: std::net::IpAddr,
    /// The validated name of the client, or `unknown`.
    pub validated: &'a str,
    pub helo: &'a str,
    pub receiver: &'a str,
    /// Seconds since 1970.
    pub now: i64,
}

impl MacroString {
    /// `explanation`: the letters c, r, t and blanks are allowed, too.
    pub fn parse(text: &str, explanation: bool) -> Result<Self, Syntax> {
        let mut out = MacroString::default();
        let mut literal = String::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            out.ends_with_macro = false;
            if c != '%' {
                if !(c.is_ascii_graphic() || (explanation && c == ' ')) {
                    return Err(format!("the character {c:?} is not allowed"));
                }
                literal.push(c);
                continue;
            }
            out.ends_with_macro = true;
            match chars.next() {
                Some('%') => literal.push('%'),
                Some('_') => literal.push(' '),
                Some('-') => literal.push_str("%20"),
                Some('{') => {
                    let rest = chars.as_str();
                    let end = rest.find('}').ok_or("a macro is not closed")?;
                    let inside = &rest[..end];
                    chars = rest[end + 1..].chars();
                    if !literal.is_empty() {
                        out.pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                    }
                    out.pieces.push(expand(inside, explanation)?);
                }
                _ => return Err("a percent sign stands alone".into()),
            }
        }
        if !literal.is_empty() {
            out.pieces.push(Piece::Literal(literal));
        }
        Ok(out)
    }

    /// A `domain-spec`: it ends with a macro or with a dot and a label that is no number (RFC 7208 §7.1).
    pub fn parse_domain(text: &str) -> Result<Self, Syntax> {
        let out = Self::parse(text, false)?;
        let ends_well = match out.pieces.last() {
            Some(Piece::Expand { .. }) => true,
            Some(Piece::Literal(_)) if out.ends_with_macro => true,
            Some(Piece::Literal(l)) => {
                let l = l.strip_suffix('.').unwrap_or(l);
                l.rsplit_once('.').is_some_and(|(_, top)| is_top_label(top))
            }
            None => false,
        };
        if ends_well { Ok(out) } else { Err(format!("{text:?} does not end with a domain")) }
    }

    pub fn uses(&self, wanted: char) -> bool {
        self.pieces.iter().any(|p| matches!(p, Piece::Expand { letter, .. } if *letter == wanted))
    }

    pub fn expand(&self, v: &Values<'_>) -> String {
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) => out.push_str(text),
                Piece::Expand { letter, escape, keep, reverse, delimiters } => {
                    let value = transform(&value(*letter, v), *keep, *reverse, delimiters);
                    if *escape { percent(&value, &mut out) } else { out.push_str(&value) }
                }
            }
        }
        out
    }
}

fn expand(inside: &str, explanation: bool) -> Result<Piece, Syntax> {
    let wrong = || format!("{{{inside}}} is no macro");
    let mut chars = inside.chars().peekable();
    let first = chars.next().ok_or_else(wrong)?;
    let letter = first.to_ascii_lowercase();
    let allowed = if explanation { "slodiphcrtv" } else { "slodiphv" };
    if !allowed.contains(letter) {
        return Err(wrong());
    }
    let mut digits = String::new();
    while let Some(c) = chars.next_if(char::is_ascii_digit) {
        digits.push(c);
    }
    let keep = if digits.is_empty() { 0 } else { digits.parse::<usize>().unwrap_or(usize::MAX) };
    if keep == 0 && !digits.is_empty() {
        return Err(wrong());
    }
    let reverse = chars.next_if(|c| c.eq_ignore_ascii_case(&'r')).is_some();
    let delimiters: String = chars.collect();
    if !delimiters.chars().all(|c| ".-+,/_=".contains(c)) {
        return Err(wrong());
    }
    Ok(Piece::Expand { letter, escape: first.is_ascii_uppercase(), keep, reverse, delimiters })
}

fn value(letter: char, v: &Values<'_>) -> String {
    match letter {
        's' => format!("{}@{}", v.sender_local, v.sender_domain),
        'l' => v.sender_local.to_owned(),
        'o' => v.sender_domain.to_owned(),
        'd' => v.domain.to_owned(),
        'i' => match v.ip {
            std::net::IpAddr::V4(ip) => ip.to_string(),
            std::net::IpAddr::V6(ip) => {
                let hex = format!("{:032X}", u128::from(ip));
                let dotted: String = hex.chars().flat_map(|c| [c, '.']).collect();
                dotted.trim_end_matches('.').to_owned()
            }
        },
        'p' => v.validated.to_owned(),
        'v' => if v.ip.is_ipv4() { "in-addr" } else { "ip6" }.to_owned(),
        'h' => v.helo.to_owned(),
        'c' => v.ip.to_string(),
        'r' => v.receiver.to_owned(),
        't' => v.now.to_string(),
        _ => String::new(),
    }
}

fn transform(value: &str, keep: usize, reverse: bool, delimiters: &str) -> String {
    if keep == 0 && !reverse && delimiters.is_empty() {
        return value.to_owned();
    }
    let split = |c: char| if delimiters.is_empty() { c == '.' } else { delimiters.contains(c) };
    let mut parts: Vec<&str> = value.split(split).collect();
    if reverse {
        parts.reverse();
    }
    if keep > 0 && keep < parts.len() {
        parts.drain(..parts.len() - keep);
    }
    parts.join(".")
}

/// URL escaping of all but the unreserved characters (RFC 7208 §7.3, RFC 3986 §2.3).
fn percent(value: &str, out: &mut String) {
    for b in value.bytes() {
        if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
            out.push(char::from(b));
        } else {
            let _ = write!(out, "%{b:02X}");
        }
    }
}

/// A label of letters, digits and inner hyphens that is no number.
fn is_top_label(label: &str) -> bool {
    let edges = label.starts_with('-') || label.ends_with('-');
    let inside = label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    !label.is_empty() && !edges && inside && !label.bytes().all(|b| b.is_ascii_digit())
}
