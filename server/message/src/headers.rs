//! A header block as byte ranges (RFC 5322 §2.2).

use crate::{anomaly::AnomalyKind, encoded_word, limits::Ledger, view::Header};
use std::ops::Range;

/// Fields that are kept of one block; a header with more is no mail.
const MOST_FIELDS: usize = 5_000;

/// Fields that RFC 5322 §3.6 and RFC 2045 allow once.
const ONCE: &[&str] = &[
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "content-disposition",
    "content-id",
];

#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub name: Range<usize>,
    pub value: Range<usize>,
    pub end: usize,
}

impl Field {
    pub fn is(&self, raw: &[u8], name: &str) -> bool {
        raw[self.name.clone()].eq_ignore_ascii_case(name.as_bytes())
    }
}

#[derive(Debug, Default)]
pub(crate) struct Block {
    pub fields: Vec<Field>,
    pub body_start: usize,
    /// Lines that are no fields.
    pub strays: Vec<Range<usize>>,
}

/// Reads the block that starts at `start`. It ends after a blank line, at `end`, or before a line at which `stop` says so.
pub(crate) fn scan(
    raw: &[u8],
    start: usize,
    end: usize,
    stop: impl Fn(usize) -> bool,
    ledger: &mut Ledger<'_>,
) -> Block {
    let mut block = Block { body_start: end, ..Block::default() };
    let mut at = start;
    while at < end {
        let line_end = memchr::memchr(b'\n', &raw[at..end]).map_or(end, |n| at + n + 1);
        let line = &raw[at..line_end];
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if text.is_empty() {
            block.body_start = line_end;
            return block;
        }
        if text.starts_with(b"--") && stop(at) {
            block.body_start = at;
            return block;
        }
        if matches!(text[0], b' ' | b'\t') && !block.fields.is_empty() {
            if let Some(last) = block.fields.last_mut().filter(|f| f.end == at) {
                last.value.end = at + text.len();
                last.end = line_end;
            }
        } else if let Some(colon) = memchr::memchr(b':', text).filter(|n| is_name(&text[..*n])) {
            if block.fields.len() < MOST_FIELDS {
                let name = text[..colon].trim_ascii_end().len();
                block.fields.push(Field { name: at..at + name, value: at + colon + 1..at + text.len(), end: line_end });
            } else {
                ledger.hit(format!("more than {MOST_FIELDS} header fields"));
            }
        } else if at == start && text.starts_with(b"From ") {
            // The separator line of an mbox file.
        } else if block.fields.is_empty() {
            // No header at all: everything is body.
            block.body_start = at;
            return block;
        } else {
            ledger.anomaly(
                AnomalyKind::HeaderWithoutColon,
                format!("header line without a name: {:?}", encoded_word::unfold(&text[..text.len().min(60)])),
            );
            if block.strays.len() < 64 {
                block.strays.push(at..line_end);
            }
        }
        at = line_end;
    }
    block
}

/// Printable ASCII without blanks, but blanks before the colon are forgiven (RFC 5322 §4.5).
fn is_name(name: &[u8]) -> bool {
    let name = name.trim_ascii_end();
    !name.is_empty() && name.iter().all(|b| (33..=126).contains(b))
}

/// The fields as the view shows them.
pub(crate) fn decode(raw: &[u8], block: &Block) -> Vec<Header> {
    let decode = |f: &Field| Header {
        name: String::from_utf8_lossy(&raw[f.name.clone()]).into_owned(),
        value: encoded_word::decode(&raw[f.value.clone()]),
        start: f.name.start,
        end: f.end,
        value_start: f.value.start,
    };
    block.fields.iter().map(decode).collect()
}

/// Notes what mail programs read differently in a block. `whose` is for people: `header`, `header of part 3`.
pub(crate) fn check(raw: &[u8], block: &Block, whose: &str, ledger: &mut Ledger<'_>) {
    let mut seen = [0usize; ONCE.len()];
    for field in &block.fields {
        if let Some(i) = ONCE.iter().position(|n| field.is(raw, n)) {
            seen[i] += 1;
        }
    }
    for (name, count) in ONCE.iter().zip(seen).filter(|(_, count)| *count > 1) {
        ledger.anomaly(AnomalyKind::DuplicateHeader, format!("{name} stands {count} times in the {whose}"));
    }
    let Some(start) = block.fields.first().map(|f| f.name.start) else { return };
    let header = &raw[start..block.body_start.max(start)];
    if memchr::memchr(0, header).is_some() {
        ledger.anomaly(AnomalyKind::NulByte, format!("NUL in the {whose}"));
    }
    let (mut crlf, mut bare_lf, mut bare_cr) = (0usize, 0usize, 0usize);
    for at in memchr::memchr2_iter(b'\r', b'\n', header) {
        match header[at] {
            b'\r' => bare_cr += usize::from(header.get(at + 1) != Some(&b'\n')),
            _ if at > 0 && header[at - 1] == b'\r' => crlf += 1,
            _ => bare_lf += 1,
        }
    }
    if bare_cr > 0 {
        ledger.anomaly(AnomalyKind::BareCr, format!("CR without LF in the {whose}"));
    }
    if bare_lf > 0 && crlf > 0 {
        ledger.anomaly(AnomalyKind::BareLf, format!("LF without CR in the {whose}"));
    }
    if !header.is_ascii() && std::str::from_utf8(header).is_err() {
        ledger.anomaly(AnomalyKind::EightBitHeader, format!("bytes above 127 that are no UTF-8 in the {whose}"));
    }
}
