//! The disclaimer of outbound mail (guide chapter 7 "Message Annotation"), in the text that a reader sees first and in
//! every form that it comes in. What is signed or encrypted, and what has no text, is wrapped with the disclaimer beside
//! it, so that no signature breaks. Messages that are attached are not touched.

mod place;
mod text;
mod wrap;

use super::fields::Header;
use message::{Encoding, Parsed, Part};
use model::Edit;
use text::Wording;

/// A disclaimer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// HTML, or plain text.
    pub text: String,
    pub html: bool,
    /// Before the text of the message rather than after it.
    pub prepend: bool,
}

/// Parts that are looked at on the way to the text.
const DEPTH_MAX: usize = 20;

/// The changes that put it in; none where the message has no body to put it into. `taken`: ranges that are replaced.
pub(super) fn plan(p: &Parsed, a: &Annotation, header: &Header, taken: &[(u64, u64)]) -> Vec<Edit> {
    let wording = Wording::of(a);
    if wording.is_empty() || !header.ends_with_blank_line {
        return Vec::new();
    }
    let whole = p.limits_hit.is_empty();
    let mut edits = Vec::new();
    for part in readers_texts(p).into_iter().filter(|_| whole) {
        let changed = (part.body_start as u64, part.end as u64);
        let free = taken.iter().all(|(start, end)| *end <= changed.0 || *start >= changed.1);
        match inside(p, part, &wording, a.prepend).filter(|_| free) {
            Some(edit) => edits.push(edit),
            // Half of an alternative with a disclaimer, and half without, would be neither.
            None => return wrap::plan(p, &wording, a.prepend, header),
        }
    }
    if edits.is_empty() { wrap::plan(p, &wording, a.prepend, header) } else { edits }
}

/// The text that is shown first, in all its alternatives; none where it must not be changed, or there is none.
fn readers_texts(p: &Parsed) -> Vec<&Part> {
    let mut found = Vec::new();
    let Some(root) = p.parts.first() else { return found };
    collect(p, root, 0, &mut found);
    found
}

/// Whether the part has a text.
fn collect<'a>(p: &'a Parsed, part: &'a Part, depth: usize, found: &mut Vec<&'a Part>) -> bool {
    if depth > DEPTH_MAX {
        return false;
    }
    let children = || p.parts.iter().filter(|c| c.parent == Some(part.id) && c.id != part.id);
    match part.mime.as_str() {
        "text/plain" | "text/html" if !part.is_attachment => {
            found.push(part);
            true
        }
        "multipart/alternative" => {
            let texts = children().filter(|c| collect(p, c, depth + 1, found)).count();
            texts > 0
        }
        "multipart/signed" | "multipart/encrypted" | "multipart/report" => false,
        mime if mime.starts_with("multipart/") => {
            children().find(|c| !c.is_attachment).is_some_and(|first| collect(p, first, depth + 1, found))
        }
        _ => false,
    }
}

/// The disclaimer within a part, in its encoding and charset; none where they do not allow it.
fn inside(p: &Parsed, part: &Part, wording: &Wording, prepend: bool) -> Option<Edit> {
    let raw = p.raw.get(part.body_start..part.end)?;
    if part.mime == "text/plain" && raw.windows(10).any(|w| w == b"-----BEGIN") {
        // Signed or encrypted within the text (RFC 9580 §7): a line more would be outside of it, or break it.
        return None;
    }
    let charset = part.charset.as_deref().unwrap_or("us-ascii");
    let is_html = part.mime == "text/html";
    let flowed = !is_html && format_is_flowed(p, part);
    let words = wording.encoded(is_html, flowed, charset)?;
    let start = part.body_start as u64;
    match part.encoding {
        Encoding::Identity => {
            let eight_bit = !raw.is_ascii();
            if !words.is_ascii() && !eight_bit {
                return None;
            }
            let (at, with) = place::insertion(raw, &words, is_html, prepend);
            Some(Edit::insert(start + at as u64, with))
        }
        Encoding::QuotedPrintable | Encoding::Base64 => {
            let mut data = part.data.to_vec();
            let (at, with) = place::insertion(&data, &words, is_html, prepend);
            data.splice(at..at, with);
            let with = match part.encoding {
                Encoding::Base64 => super::text::wrapped_base64(&data),
                _ => text::quoted_printable(&data),
            };
            Some(Edit { start, end: part.end as u64, with })
        }
        Encoding::UuEncode | Encoding::Unknown => None,
    }
}

/// RFC 3676: the parameter of the part's Content-Type.
fn format_is_flowed(p: &Parsed, part: &Part) -> bool {
    let head = if part.id == 0 { p.raw.get(..p.body_start) } else { p.raw.get(part.start..part.body_start) };
    let text = String::from_utf8_lossy(head.unwrap_or_default()).to_ascii_lowercase();
    let squeezed: String = text.chars().filter(|c| !c.is_whitespace() && *c != '"').collect();
    squeezed.contains("format=flowed")
}

#[cfg(test)]
#[path = "annotation/tests.rs"]
mod tests;
