//! The disclaimer's words as plain text and as HTML, in the charset and encoding of a part.

use super::Annotation;
use std::fmt::Write;

/// Longest line of plain text; longer ones are broken at a space.
const LINE: usize = 76;

/// A disclaimer in both forms.
pub struct Wording {
    plain: String,
    html: String,
}

impl Wording {
    pub fn of(a: &Annotation) -> Wording {
        let text = a.text.trim();
        if a.html {
            return Wording { plain: plain_of(text), html: ascii_html(text) };
        }
        Wording { plain: text.replace('\r', ""), html: format!("<p>{}</p>", ascii_html(&escaped(text))) }
    }

    pub fn is_empty(&self) -> bool {
        self.plain.trim().is_empty() && !self.html.contains("<img")
    }

    /// For a part of this kind, ending in a line end; none where the charset has not all of its characters.
    pub fn encoded(&self, html: bool, flowed: bool, charset: &str) -> Option<Vec<u8>> {
        let text = if html { format!("\r\n{}\r\n", self.html) } else { self.lines(flowed) };
        let encoding = encoding_rs::Encoding::for_label(charset.as_bytes())?;
        if !encoding.is_ascii_compatible() {
            return None;
        }
        if text.is_ascii() {
            return Some(text.into_bytes());
        }
        if charset.eq_ignore_ascii_case("us-ascii") {
            return None;
        }
        // The encoder takes it for windows-1252, whose further characters strict readers do not know under this name.
        let latin = charset.to_ascii_lowercase().contains("8859-1") && encoding == encoding_rs::WINDOWS_1252;
        if latin && text.chars().any(|c| u32::from(c) > 0xFF || ('\u{80}'..'\u{a0}').contains(&c)) {
            return None;
        }
        let (bytes, used, unmappable) = encoding.encode(&text);
        (!unmappable && used == encoding).then(|| bytes.into_owned())
    }

    /// Plain text with CRLF; `flowed`: no line flows into the next, and none is taken for a quote (RFC 3676 §4.2, §4.4).
    pub fn lines(&self, flowed: bool) -> String {
        let mut out = String::new();
        for line in self.plain.lines().flat_map(|l| broken(l.trim_end())) {
            if flowed && (line.starts_with([' ', '>']) || line.starts_with("From ")) {
                out.push(' ');
            }
            let line = if flowed && line == "--" { "-- -" } else { line };
            out.push_str(line);
            out.push_str("\r\n");
        }
        out
    }
}

/// The line in pieces that are not too long, where it has spaces.
fn broken(line: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = line;
    while rest.chars().count() > LINE {
        let limit = rest.char_indices().nth(LINE).map_or(rest.len(), |(at, _)| at);
        let Some(space) = rest[..limit].rfind(' ').filter(|at| *at > 0) else { break };
        out.push(rest[..space].trim_end());
        rest = rest[space..].trim_start();
    }
    out.push(rest);
    out
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('\r', "").replace('\n', "<br>\r\n")
}

/// HTML in ASCII, so that it fits every charset; lines end in CRLF.
fn ascii_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| *c != '\r') {
        match c {
            '\n' => out.push_str("\r\n"),
            c if c.is_ascii() => out.push(c),
            c => drop(write!(out, "&#{};", u32::from(c))),
        }
    }
    out
}

/// What a reader without HTML sees of it: tags gone, blocks on lines of their own, the usual entities undone.
fn plain_of(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        push_words(&mut out, &rest[..at]);
        rest = &rest[at..];
        if rest.starts_with('<') {
            let end = rest.find('>').map_or(rest.len(), |n| n + 1);
            let name: String =
                rest[1..end].trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
            let block = ["br", "p", "div", "tr", "li", "ul", "ol", "table", "hr", "h1", "h2", "h3", "h4", "blockquote"];
            if block.iter().any(|b| name.eq_ignore_ascii_case(b)) && !out.is_empty() && !out.ends_with('\n') {
                out.push('\n');
            }
            rest = &rest[end..];
        } else {
            let (text, used) = entity(rest);
            out.push_str(&text);
            rest = &rest[used..];
        }
    }
    push_words(&mut out, rest);
    out.lines().map(str::trim).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// Blanks and line ends of HTML are one blank.
fn push_words(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            c if c.is_whitespace() && (out.ends_with([' ', '\n']) || out.is_empty()) => {}
            c if c.is_whitespace() => out.push(' '),
            c => out.push(c),
        }
    }
}

/// The text of the entity that `rest` begins with, and its length.
fn entity(rest: &str) -> (String, usize) {
    let Some(end) = rest.find(';').filter(|n| *n <= 10) else { return ("&".into(), 1) };
    let name = &rest[1..end];
    let number = |n: &str| match n.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => n.parse().ok(),
    };
    let c = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        "copy" => Some('\u{a9}'),
        "reg" => Some('\u{ae}'),
        _ => name.strip_prefix('#').and_then(number).and_then(char::from_u32).filter(|c| !c.is_control()),
    };
    c.map_or_else(|| ("&".to_owned(), 1), |c| (c.to_string(), end + 1))
}

/// RFC 2045 §6.7 over text: line ends stay, lines are at most 76 characters.
pub fn quoted_printable(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len() + data.len() / 8);
    let mut width = 0;
    let mut at = 0;
    while at < data.len() {
        let byte = data[at];
        if byte == b'\n' || data[at..].starts_with(b"\r\n") {
            out.extend_from_slice(b"\r\n");
            at += if byte == b'\n' { 1 } else { 2 };
            width = 0;
            continue;
        }
        let ends_line = matches!(data.get(at + 1), None | Some(b'\n')) || data[at + 1..].starts_with(b"\r\n");
        let plain = matches!(byte, b'!'..=b'<' | b'>'..=b'~') || matches!(byte, b' ' | b'\t') && !ends_line;
        // A dot alone, or "From " at the beginning, is what relays change.
        let risky = width == 0 && matches!(byte, b'.' | b'F');
        let needs = if plain && !risky { 1 } else { 3 };
        if width + needs > 75 {
            out.extend_from_slice(b"=\r\n");
            width = 0;
        }
        if needs == 1 {
            out.push(byte);
        } else {
            out.extend_from_slice(format!("={byte:02X}").as_bytes());
        }
        width += needs;
        at += 1;
    }
    out
}
