//! Authentication-Results (RFC 8601).

use model::finding::{AuthResult, SenderFacts};
use model::{DomainName, EmailAddress};
use std::fmt::Write;

/// Signatures that are named; the rest adds nothing.
const SIGNATURES_MAX: usize = 10;

/// Adds the field where anything was checked.
pub(super) fn results(out: &mut String, s: &SenderFacts, hostname: &str) {
    let nothing = AuthResult::None;
    if s.spf_domain.is_none() && (s.spf, s.dkim, s.dmarc) == (nothing, nothing, nothing) {
        return;
    }
    let _ = write!(out, "Authentication-Results: {}", host(hostname));
    let _ = write!(out, ";\r\n spf={}", s.spf.as_str());
    match (&s.envelope_from, &s.spf_domain) {
        (Some(from), _) => drop(write!(out, " smtp.mailfrom={}", address(from))),
        (None, Some(helo)) => drop(write!(out, " smtp.helo={}", domain(helo))),
        (None, None) => {}
    }
    if s.dkim_domains.is_empty() {
        let _ = write!(out, ";\r\n dkim={}", s.dkim.as_str());
    }
    for d in s.dkim_domains.iter().take(SIGNATURES_MAX) {
        let _ = write!(out, ";\r\n dkim=pass header.d={}", domain(d));
    }
    let _ = write!(out, ";\r\n dmarc={}", s.dmarc.as_str());
    if let Some(policy) = s.dmarc_policy.as_deref().filter(|p| p.bytes().all(|b| b.is_ascii_alphanumeric())) {
        let _ = write!(out, " (p={policy})");
    }
    if let Some(from) = &s.header_from {
        let _ = write!(out, " header.from={}", domain(&from.domain()));
    }
    if s.arc != AuthResult::None {
        let _ = write!(out, ";\r\n arc={}", s.arc.as_str());
        if let Some(sealer) = &s.arc_sealer {
            let _ = write!(out, " header.d={}", domain(sealer));
        }
    }
    out.push_str("\r\n");
}

/// Whether the field claims to be ours (RFC 8601 §5): its first token, comments left out, is our name.
pub(super) fn is_in_name_of(value: &[u8], hostname: &str) -> bool {
    let mut depth = 0usize;
    let mut id = Vec::new();
    for b in value {
        match b {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            b';' => break,
            b if b.is_ascii_whitespace() && !id.is_empty() => break,
            b if b.is_ascii_whitespace() || *b == b'"' => {}
            b => id.push(*b),
        }
    }
    let id = id.strip_suffix(b".").unwrap_or(&id);
    id.eq_ignore_ascii_case(host(hostname).as_bytes()) || id.eq_ignore_ascii_case(hostname.as_bytes())
}

fn host(name: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let name: String = name.trim_end_matches('.').chars().filter(|c| safe(*c)).collect();
    if name.is_empty() { "localhost".into() } else { name }
}

fn domain(d: &DomainName) -> String {
    let text = d.as_str();
    let ascii = if text.is_ascii() { text.to_owned() } else { idna::domain_to_ascii(text).unwrap_or_default() };
    // An address literal needs quotes as a value.
    if ascii.starts_with('[') { format!("\"{ascii}\"") } else { ascii }
}

/// The address where it stands as a value unquoted, else its domain.
fn address(a: &EmailAddress) -> String {
    let simple = |c: char| c.is_ascii_alphanumeric() || "!#$&'*+-/^_`{|}~.".contains(c);
    let local = a.local();
    let domain = domain(&a.domain());
    if local.len() <= 40 && local.chars().all(simple) { format!("{local}@{domain}") } else { domain }
}
