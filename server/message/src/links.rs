//! Addresses of web pages: hosts, and URLs in plain text.

use crate::view::{Link, LinkKind};
use url::{Host, Url};

/// Longest URL that is kept; browsers cope with more, honest mail does not have it.
const LONGEST: usize = 4_096;

/// The host that a browser would go to: lower case, Punycode, numeric forms as dotted quad; empty where there is none.
pub(crate) fn host(url: &str) -> String {
    // Browsers drop tabs and line ends inside, and take //host as well.
    let url: String = url.chars().filter(|c| !matches!(c, '\t' | '\r' | '\n')).collect();
    let url = url.trim_matches(|c: char| c <= ' ');
    let absolute =
        if url.starts_with("//") || url.starts_with("\\\\") { format!("http:{url}") } else { url.to_owned() };
    match Url::parse(&absolute) {
        Ok(parsed) => match parsed.host() {
            Some(Host::Domain(name)) => name.trim_end_matches('.').to_lowercase(),
            Some(Host::Ipv4(ip)) => ip.to_string(),
            Some(Host::Ipv6(ip)) => ip.to_string(),
            None => String::new(),
        },
        Err(_) => String::new(),
    }
}

pub(crate) fn link(url: &str, text: String, kind: LinkKind) -> Link {
    let url = cut(url.trim_matches(|c: char| c <= ' '), LONGEST);
    Link { host: host(url), url: url.to_owned(), text, kind }
}

/// The start of `text`, at most `longest` bytes.
pub(crate) fn cut(text: &str, longest: usize) -> &str {
    let mut end = text.len().min(longest);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// URLs in text: `http://…`, `https://…`, `ftp://…` and what starts with `www.`; at most `most`.
pub(crate) fn plain(text: &str, most: usize, out: &mut Vec<Link>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    let finder = memchr::memmem::Finder::new("://");
    let www = memchr::memmem::Finder::new("www.");
    let mut next_scheme = finder.find(bytes);
    let mut next_www = www.find(bytes);
    while out.len() < most {
        if next_scheme.is_some_and(|n| n < at) {
            next_scheme = finder.find(&bytes[at..]).map(|n| n + at);
        }
        if next_www.is_some_and(|n| n < at) {
            next_www = www.find(&bytes[at..]).map(|n| n + at);
        }
        let (start, search) = match (next_scheme, next_www) {
            (Some(s), w) if w.is_none_or(|w| s < w) => (scheme_start(bytes, s, at), s + 3),
            (_, Some(w)) => (word_start(bytes, w).then_some(w), w + 4),
            _ => return,
        };
        let Some(start) = start else {
            at = search;
            continue;
        };
        let end = end_of_url(text, search);
        let url = trim_end(&text[start..end]);
        if url.len() > search - start {
            let full = if url.starts_with("www.") { format!("http://{url}") } else { url.to_owned() };
            out.push(link(&full, String::new(), LinkKind::Plain));
        }
        at = end.max(search);
    }
}

fn scheme_start(bytes: &[u8], colon: usize, least: usize) -> Option<usize> {
    ["https", "http", "ftp"].iter().find_map(|scheme| {
        let start = colon.checked_sub(scheme.len()).filter(|s| *s >= least)?;
        bytes[start..colon].eq_ignore_ascii_case(scheme.as_bytes()).then_some(start)
    })
}

fn word_start(bytes: &[u8], at: usize) -> bool {
    at == 0 || !(bytes[at - 1].is_ascii_alphanumeric() || matches!(bytes[at - 1], b'.' | b'-' | b'@' | b'/'))
}

fn end_of_url(text: &str, from: usize) -> usize {
    let rest = cut(&text[from..], LONGEST);
    let stop = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(
                c,
                '<' | '>' | '"' | '`' | '{' | '}' | '|' | '^' | '\u{201c}' | '\u{201d}' | '\u{3000}'..='\u{3002}'
            )
    };
    from + rest.find(stop).unwrap_or(rest.len())
}

/// Removes punctuation that belongs to the sentence; a closing bracket stays where it was opened inside.
fn trim_end(url: &str) -> &str {
    let count = |set: [char; 2]| url.chars().filter(|c| set.contains(c)).count();
    let (opened, mut closed) = (count(['(', '[']), count([')', ']']));
    let mut end = url.len();
    for c in url.chars().rev() {
        match c {
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' => {}
            ')' | ']' if closed > opened => closed -= 1,
            _ => break,
        }
        end -= c.len_utf8();
    }
    &url[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn urls(text: &str) -> Vec<String> {
        let mut out = Vec::new();
        plain(text, 100, &mut out);
        out.into_iter().map(|l| l.url).collect()
    }

    #[test]
    fn hosts_are_those_a_browser_goes_to() {
        for (url, expected) in [
            ("HTTP://User:pw@Example.TEST:8080/x", "example.test"),
            ("https://bank.test@evil.test/", "evil.test"),
            ("http:\\\\evil.test\\x", "evil.test"),
            ("http://3221225985/", "192.0.2.1"),
            ("//cdn.test/x", "cdn.test"),
            ("https://müller.test", "xn--mller-kva.test"),
            ("https://xn--mller-kva.test", "xn--mller-kva.test"),
            ("ht\ntp://a.test", "a.test"),
            ("mailto:bob@acme.test", ""),
            ("cid:1@x", ""),
            ("no url", ""),
        ] {
            assert_eq!(host(url), expected, "{url}");
        }
    }
    #[test]
    fn urls_are_found_in_text() {
        let text =
            "See http://a.test/x?y=1, (https://b.test/(z)) or www.c.test. HTTPS://D.test; not xhttp x://y http://";
        assert_eq!(urls(text), ["http://a.test/x?y=1", "https://b.test/(z)", "http://www.c.test", "HTTPS://D.test"]);
        assert_eq!(urls("http://a.test/http://b.test"), ["http://a.test/http://b.test"]);
    }
    proptest! {
        #[test]
        fn any_text_is_searched(text in "(http|://|www\\.|\\.|é|a|\\)|\\(| ){0,60}", other in ".{0,100}") {
            let _ = urls(&text);
            let _ = urls(&other);
            let _ = host(&other);
        }
    }
}
