//! The Content-* fields of a part (RFC 2045, 2183, 2231).

use crate::{anomaly::AnomalyKind, decode, encoded_word, headers::Block, limits::Ledger, view::Encoding};

/// Parameters that are read of one field.
const MOST_PARAMETERS: usize = 64;
/// A boundary longer than this is none (RFC 2046 allows 70).
const LONGEST_BOUNDARY: usize = 512;

/// A value with parameters.
#[derive(Debug, Clone, Default)]
pub(crate) struct Typed {
    /// Lower case, comments removed.
    pub value: String,
    /// Names in lower case, values decoded.
    pub parameters: Vec<(String, String)>,
}

impl Typed {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    pub fn boundary(&self) -> Option<Vec<u8>> {
        let boundary = self.get("boundary")?.trim_end();
        (!boundary.is_empty() && boundary.len() <= LONGEST_BOUNDARY).then(|| boundary.as_bytes().to_vec())
    }
}

/// What the header of a part says of its content.
#[derive(Debug, Clone, Default)]
pub(crate) struct Content {
    pub kind: Typed,
    /// Other Content-Type fields of the same header, which other programs may prefer.
    pub others: Vec<Typed>,
    pub disposition: Option<String>,
    pub name: Option<String>,
    pub encoding: Encoding,
    /// Another Content-Transfer-Encoding of the same header.
    pub other_encoding: Option<Encoding>,
    pub content_id: Option<String>,
}

pub(crate) fn read(raw: &[u8], block: &Block, whose: &str, ledger: &mut Ledger<'_>) -> Content {
    let mut out = Content::default();
    let mut types: Vec<Typed> = Vec::new();
    let mut encodings: Vec<Encoding> = Vec::new();
    let mut file_name = None;
    for field in &block.fields {
        let value = &raw[field.value.clone()];
        if field.is(raw, "content-type") {
            if types.len() < 4 {
                types.push(typed(value));
            }
        } else if field.is(raw, "content-transfer-encoding") {
            encodings.push(encoding(value));
        } else if field.is(raw, "content-disposition") && out.disposition.is_none() {
            let read = typed(value);
            file_name = read.get("filename").map(str::to_owned);
            out.disposition = Some(read.value);
        } else if field.is(raw, "content-id") && out.content_id.is_none() {
            let id = encoded_word::decode(value);
            out.content_id = Some(id.trim_matches(|c| matches!(c, '<' | '>' | ' ')).to_owned());
        }
    }
    let mut types = types.into_iter();
    out.kind = types.next().unwrap_or_default();
    out.others = types.filter(|t| t.value != out.kind.value || t.boundary() != out.kind.boundary()).collect();
    if !out.others.is_empty() {
        ledger
            .anomaly(AnomalyKind::ConflictingContentType, format!("two different Content-Type fields in the {whose}"));
    }
    let boundaries: Vec<_> = out.kind.parameters.iter().filter(|(n, _)| n == "boundary").map(|(_, v)| v).collect();
    if let Some(second) = boundaries.get(1).filter(|b| **b != boundaries[0]) {
        ledger.anomaly(AnomalyKind::ConflictingContentType, format!("two different boundaries in the {whose}"));
        let other = Typed { value: out.kind.value.clone(), parameters: vec![("boundary".into(), (*second).clone())] };
        out.others.push(other);
    }
    out.encoding = encodings.first().copied().unwrap_or_default();
    out.other_encoding = encodings.iter().skip(1).find(|e| **e != out.encoding).copied();
    if out.other_encoding.is_some() {
        ledger.anomaly(
            AnomalyKind::TransferEncoding,
            format!("two different Content-Transfer-Encoding fields in the {whose}"),
        );
    }
    if out.encoding == Encoding::Unknown {
        ledger.anomaly(AnomalyKind::TransferEncoding, format!("unknown Content-Transfer-Encoding in the {whose}"));
    }
    let name = out.kind.get("name").map(str::to_owned);
    if let (Some(a), Some(b)) = (&name, &file_name)
        && extension(a) != extension(b)
    {
        ledger.anomaly(AnomalyKind::FilenameMismatch, format!("one part is named {a:?} and {b:?}"));
    }
    out.name = file_name.or(name).map(|n| clean_name(&n)).filter(|n| !n.is_empty());
    out
}

/// The last component, without control characters and direction marks, which make `exe.cod` of `doc.exe`.
pub(crate) fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).find(|s| !s.is_empty()).unwrap_or_default();
    let odd = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    last.chars().filter(|c| !odd(*c)).take(255).collect::<String>().trim().to_owned()
}

/// The extension as Windows would take it: trailing dots and blanks do not count.
pub(crate) fn extension(name: &str) -> String {
    let name = clean_name(name);
    let name = name.trim_end_matches(['.', ' ']);
    match name.rsplit_once('.') {
        Some((_, ext)) if ext.len() <= 16 && !ext.contains(' ') => ext.to_lowercase(),
        _ => String::new(),
    }
}

fn encoding(value: &[u8]) -> Encoding {
    match typed(value).value.as_str() {
        "" | "7bit" | "8bit" | "binary" | "7-bit" | "8-bit" | "none" => Encoding::Identity,
        "base64" => Encoding::Base64,
        "quoted-printable" => Encoding::QuotedPrintable,
        "x-uuencode" | "uuencode" | "x-uue" | "uue" => Encoding::UuEncode,
        _ => Encoding::Unknown,
    }
}

/// Splits a field into its value and parameters: quoted strings, comments, RFC 2231 continuations and character sets, and
/// encoded words where they should not be.
pub(crate) fn typed(raw: &[u8]) -> Typed {
    let text = encoded_word::unfold(raw);
    let mut segments = segments(&text).into_iter();
    let value = segments.next().unwrap_or_default();
    let value: String = value.chars().filter(|c| !c.is_whitespace() && *c != '"').collect();
    let mut plain = Vec::new();
    // (name, number, whether percent-encoded, text)
    let mut pieces: Vec<(String, u32, bool, String)> = Vec::new();
    for segment in segments.take(MOST_PARAMETERS) {
        let Some((name, value)) = segment.split_once('=') else { continue };
        let name = name.trim().to_lowercase();
        let value = unquote(value.trim());
        match name.split_once('*') {
            None => plain.push((name, encoded_word::words(&value))),
            Some((base, "")) => pieces.push((base.to_owned(), 0, true, value)),
            Some((base, section)) => {
                let number = section.trim_end_matches('*').parse().unwrap_or(u32::MAX);
                pieces.push((base.to_owned(), number, section.ends_with('*'), value));
            }
        }
    }
    pieces.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    let mut parameters: Vec<(String, String)> = Vec::new();
    for group in pieces.chunk_by(|a, b| a.0 == b.0) {
        let mut charset = None;
        let mut bytes = Vec::new();
        for (i, (_, _, encoded, text)) in group.iter().enumerate() {
            let mut text = text.as_str();
            if *encoded && i == 0 {
                let mut split = text.splitn(3, '\'');
                if let (Some(set), Some(_), Some(rest)) = (split.next(), split.next(), split.next()) {
                    (charset, text) = (Some(set), rest);
                }
            }
            if *encoded { percent(text, &mut bytes) } else { bytes.extend_from_slice(text.as_bytes()) }
        }
        parameters.push((group[0].0.clone(), decode::charset(&bytes, charset)));
    }
    parameters.extend(plain);
    Typed { value: value.to_lowercase(), parameters }
}

/// The text between semicolons, comments left out, quoted strings kept whole.
fn segments(text: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let (mut quoted, mut comment) = (false, 0u32);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let current = match out.last_mut() {
            Some(current) => current,
            None => break,
        };
        match c {
            '\\' if quoted || comment > 0 => {
                let next = chars.next();
                if quoted {
                    current.push(c);
                    current.extend(next);
                }
            }
            '"' if comment == 0 => {
                quoted = !quoted;
                current.push(c);
            }
            '(' if !quoted => comment += 1,
            ')' if !quoted && comment > 0 => comment -= 1,
            _ if comment > 0 => {}
            ';' if !quoted => {
                if out.len() > MOST_PARAMETERS {
                    break;
                }
                out.push(String::new());
            }
            _ => current.push(c),
        }
    }
    out
}

/// Removes quotes; a backslash keeps the next character, but one before anything but a quote or backslash stays (old
/// programs send Windows paths).
fn unquote(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"') else { return text.to_owned() };
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' if matches!(chars.peek(), Some('"' | '\\')) => out.extend(chars.next()),
            _ => out.push(c),
        }
    }
    out
}

fn percent(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let hex = |i: usize| bytes.get(i).and_then(|b| (*b as char).to_digit(16)).map(|d| d as u8);
        match (bytes[at], hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push(high << 4 | low);
                at += 3;
            }
            (b, _, _) => {
                out.push(b);
                at += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parameters_are_read_in_every_form() {
        let t = typed(b" Multipart/Mixed (comment; x=y);\r\n boundary=\"a;b\\\"c\"; charset=utf-8");
        assert_eq!(
            (t.value.as_str(), t.get("boundary"), t.get("charset")),
            ("multipart/mixed", Some("a;b\"c"), Some("utf-8"))
        );
        let t = typed(b"attachment; filename*0*=utf-8''caf%C3; filename*1*=%A9; filename*2=.exe");
        assert_eq!(t.get("filename"), Some("café.exe"));
        assert_eq!(typed(b"x/y; name=\"=?utf-8?q?=C3=A9.txt?=\"").get("name"), Some("é.txt"));
        assert_eq!(typed(b"x/y; name=\"C:\\dir\\a.doc\"").get("name"), Some("C:\\dir\\a.doc"));
    }
    #[test]
    fn names_are_cleaned_and_extensions_taken_as_windows_does() {
        assert_eq!(clean_name("..\\..\\a/evil\u{202e}cod.exe"), "evilcod.exe");
        assert_eq!(extension("Report.PDF.EXE. "), "exe");
        assert_eq!((extension("none"), extension("a.b c")), (String::new(), String::new()));
    }
    proptest! {
        #[test]
        fn any_field_is_read(raw in "[a-z;=\"\\\\ ()*0-9'%/]{0,200}") {
            let _ = typed(raw.as_bytes());
        }
    }
}
