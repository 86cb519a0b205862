//! Tags of HTML: where they end, their names and attributes, as browsers read them.

use crate::{entity, links};

/// Longest tag that is read as one.
const LONGEST_TAG: usize = 64 << 10;

/// The tag name that `inner` starts with, in lower case. Of ASCII letters only, so its length is that in the text.
pub(crate) fn name(inner: &str) -> String {
    let end = inner
        .bytes()
        .take(64)
        .position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b':' | b'-')))
        .unwrap_or(inner.len().min(64));
    inner.get(..end).unwrap_or_default().to_ascii_lowercase()
}

/// After the `>` that ends the tag at `from`; quoted ones do not. A quote that never ends does not count.
pub(crate) fn tag_end(bytes: &[u8], from: usize) -> usize {
    let window = &bytes[from..bytes.len().min(from + LONGEST_TAG)];
    let mut quote = None;
    let mut first = None;
    let mut before = 0u8;
    for (i, &b) in window.iter().enumerate() {
        match quote {
            Some(q) if b == q => quote = None,
            Some(_) if b == b'>' && first.is_none() => first = Some(i),
            Some(_) => {}
            // A quote opens only where a value begins.
            None if matches!(b, b'"' | b'\'') && before == b'=' => quote = Some(b),
            None if b == b'>' => return from + i + 1,
            None => {}
        }
        if !b.is_ascii_whitespace() {
            before = b;
        }
    }
    first.map_or(from + window.len(), |i| from + i + 1)
}

/// Where the end tag of a raw text element starts, or the end.
pub(crate) fn raw_end(bytes: &[u8], from: usize, tag: &str) -> usize {
    memchr::memmem::find_iter(&bytes[from..], b"</")
        .map(|n| from + n)
        .find(|n| bytes.get(n + 2..n + 2 + tag.len()).is_some_and(|t| t.eq_ignore_ascii_case(tag.as_bytes())))
        .unwrap_or(bytes.len())
}

/// The attributes of a tag: names in lower case, values with entities decoded.
pub(crate) struct Attributes<'a>(pub &'a str);

impl<'a> Iterator for Attributes<'a> {
    type Item = (String, std::borrow::Cow<'a, str>);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.0.trim_start_matches(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '=' | '"' | '\''));
        if rest.is_empty() {
            return None;
        }
        let end = rest.find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '/')).unwrap_or(rest.len());
        let name = links::cut(&rest[..end], 64).to_ascii_lowercase();
        let after = rest[end..].trim_start();
        let Some(value) = after.strip_prefix('=') else {
            self.0 = &rest[end..];
            return Some((name, "".into()));
        };
        let value = value.trim_start();
        let (value, rest) = match value.as_bytes().first() {
            Some(quote @ (b'"' | b'\'')) => value[1..].split_once(*quote as char).unwrap_or((&value[1..], "")),
            _ => value.split_at(value.find(|c: char| c.is_ascii_whitespace()).unwrap_or(value.len())),
        };
        self.0 = rest;
        Some((name, entity::decode(value)))
    }
}
