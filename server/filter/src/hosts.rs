//! Host names and whose they are.

/// The part of a host name that somebody registered (public suffix list): `b.test` of `x.b.test`; the host itself
/// where it has no such part.
pub fn organisation(host: &str) -> &str {
    psl::domain_str(host).unwrap_or(host)
}

/// Whether a name ends with a top-level domain that the public suffix list has.
pub fn has_known_tld(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let (unicode, _) = idna::domain_to_unicode(&name);
    [name, unicode].iter().any(|n| psl::suffix(n.as_bytes()).is_some_and(|s| s.is_known()))
}

/// Whether two hosts belong to one registered name.
pub fn same_organisation(a: &str, b: &str) -> bool {
    !a.is_empty() && organisation(a).eq_ignore_ascii_case(organisation(b))
}

/// Whether a host is an address of IPv4 or IPv6, in the plain form or as URLs write it.
pub fn is_ip(host: &str) -> bool {
    host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok()
}

/// The host of the last address in a text, such as a display name `"support@bank.test"`.
pub fn address_host(text: &str) -> Option<&str> {
    let (before, after) = text.rsplit_once('@')?;
    if !before.ends_with(|c: char| c.is_alphanumeric() || "._-+".contains(c)) {
        return None;
    }
    let end = after.find(|c: char| !(c.is_alphanumeric() || c == '.' || c == '-')).unwrap_or(after.len());
    let host = after[..end].trim_end_matches(['.', '-']);
    (psl::domain_str(host).is_some() && host.contains('.')).then_some(host)
}

/// The host that a text shows, where it is or begins with a URL or a bare name such as `www.bank.test/login`.
pub fn shown_host(text: &str) -> Option<&str> {
    let text = text.trim();
    let lower = text.get(..8).map(str::to_ascii_lowercase).unwrap_or_default();
    let scheme = ["https://", "http://"].into_iter().find(|s| lower.starts_with(s)).map(str::len);
    if text.contains(char::is_whitespace) {
        return None;
    }
    let rest = &text[scheme.unwrap_or(0)..];
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '.' || c == '-' || c == '_')).unwrap_or(rest.len());
    let (host, after) = rest.split_at(end);
    if after.starts_with('@') {
        return None;
    }
    let host = host.trim_end_matches('.');
    let domain = psl::domain(host.as_bytes())?;
    // A bare `name.ext` is a host only under a suffix that the list knows: `report.pdf` is a file, `e.g` nothing.
    let known = domain.suffix().is_known() && host.contains('.');
    let sure = scheme.is_some() || host.to_ascii_lowercase().starts_with("www.") || host.matches('.').count() >= 1;
    let file = scheme.is_none() && FILES.iter().any(|ext| host.to_ascii_lowercase().ends_with(ext));
    (known && sure && !file).then_some(host)
}

/// Suffixes that are also usual extensions of files.
const FILES: &[&str] =
    &[".zip", ".mov", ".py", ".sh", ".pl", ".rs", ".md", ".ps", ".ai", ".so", ".cc", ".in", ".am", ".app"];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn top_level_domains_are_known_in_both_spellings() {
        for good in ["mx.example.com", "example.co.uk.", "a.xn--p1ai", "EXAMPLE.NET"] {
            assert!(has_known_tld(good), "{good}");
        }
        for bad in ["localhost", "mail.local", "printer.lan", "a.invalidtld", ""] {
            assert!(!has_known_tld(bad), "{bad}");
        }
    }
    use proptest::prelude::*;

    #[test]
    fn organisations_are_told_by_the_public_suffix_list() {
        assert_eq!(organisation("www.shop.example.co.uk"), "example.co.uk");
        assert!(same_organisation("a.example.com", "b.EXAMPLE.com"));
        assert!(!same_organisation("a.example.com", "example.org") && !same_organisation("", ""));
    }
    #[test]
    fn texts_that_show_a_host_are_told_from_words_and_files() {
        assert_eq!(shown_host("https://www.bank.com/login"), Some("www.bank.com"));
        assert_eq!(shown_host(" bank.co.uk/x "), Some("bank.co.uk"));
        for text in ["Click here", "report.pdf", "setup.py", "e.g.", "bob@bank.com", "1.2.3", "visit bank.com", ""] {
            assert_eq!(shown_host(text), None, "{text}");
        }
    }
    #[test]
    fn display_names_may_hold_an_address() {
        assert_eq!(address_host("PayPal <service@paypal.com>"), Some("paypal.com"));
        assert_eq!(address_host("Bob @ Acme"), None);
        assert_eq!(address_host("bob@localhost"), None);
    }
    proptest! {
        #[test]
        fn any_text_is_looked_at_without_panic(text in "\\PC{0,60}") {
            let _ = (shown_host(&text), address_host(&text), is_ip(&text), organisation(&text));
        }
    }
}
