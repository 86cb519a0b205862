//! Parts that are taken out, and the note that stands in their place.

use super::text::{one_line, wrapped_base64};
use message::Parsed;
use model::Verdict;

/// A range of the message and what replaces it.
pub(super) struct Replaced {
    /// Part 0 is the message itself: the range is its body, and `header` goes among the message's fields.
    pub part: u32,
    pub start: u64,
    pub end: u64,
    /// Content fields with line ends.
    pub header: String,
    /// The note, without a line end at its end: a delimiter line follows, which begins with one.
    pub body: String,
}

struct Range {
    part: u32,
    start: usize,
    end: usize,
    names: Vec<String>,
}

/// What to replace, in the order of the message. Ranges that touch each other become one.
pub(super) fn plan(p: &Parsed, v: &Verdict) -> Vec<Replaced> {
    let mut ranges: Vec<Range> = Vec::new();
    let length = p.raw.len();
    for id in &v.strip {
        let Some(part) = p.parts.iter().find(|x| x.id == *id) else { continue };
        let names = || p.attachments.iter().filter(|a| a.part == *id && a.path.len() <= 1).map(|a| one_line(&a.name));
        let mut names: Vec<String> = names().filter(|n| !n.is_empty()).collect();
        if names.is_empty() {
            names.extend(part.name.as_deref().map(one_line).filter(|n| !n.is_empty()));
        }
        let whole = *id == 0 || part.start < p.body_start;
        let (start, end) = if whole { (p.body_start, length) } else { (part.start, part.end) };
        let (start, end) = (start.min(length), end.clamp(start, length.max(start)).min(length));
        ranges.push(Range { part: if whole { 0 } else { *id }, start, end, names });
    }
    ranges.sort_by_key(|r| (r.start, std::cmp::Reverse(r.end), r.part));
    let mut merged: Vec<Range> = Vec::new();
    for range in ranges {
        match merged.last_mut().filter(|last| range.start < last.end || range.start == last.start) {
            Some(last) => {
                last.end = last.end.max(range.end);
                last.part = last.part.min(range.part);
                last.names.extend(range.names);
            }
            None => merged.push(range),
        }
    }
    merged.into_iter().map(replaced).collect()
}

fn replaced(range: Range) -> Replaced {
    let note = note(&range.names);
    let (encoding, body) =
        if note.is_ascii() && note.len() < 900 { ("7bit", note) } else { ("base64", wrapped(&note)) };
    let header = format!(
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\nContent-Disposition: inline\r\n"
    );
    Replaced { part: range.part, start: range.start as u64, end: range.end as u64, header, body }
}

/// `1 attachment removed: invoice.exe`.
fn note(names: &[String]) -> String {
    match names {
        [] => "1 attachment removed".into(),
        [one] => format!("1 attachment removed: {one}"),
        many => format!("{} attachments removed: {}", many.len(), many.join(", ")),
    }
}

fn wrapped(text: &str) -> String {
    String::from_utf8_lossy(wrapped_base64(text.as_bytes()).trim_ascii_end()).into_owned()
}
