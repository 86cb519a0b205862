//! Header values that are safe whatever a stranger wrote: no line ends, no controls, ASCII, folded.

use base64::Engine;

/// Longest line that we write (RFC 5322 §2.1.1).
const LINE: usize = 78;
/// Longest value: more is no help to anybody.
const VALUE_MAX: usize = 500;
/// Bytes of text in one encoded word: 60 characters of base64 and the frame stay below 75 (RFC 2047 §2).
const WORD_BYTES: usize = 42;

/// Adds a field with a value from findings or settings.
pub(super) fn field(out: &mut String, name: &str, value: &str) {
    let value = one_line(value);
    out.push_str(name);
    out.push(':');
    let mut column = name.len() + 1;
    let plain = value.is_ascii() && !value.contains("=?") && value.split(' ').all(|w| w.len() < LINE - 1);
    let words: Vec<String> = if plain { value.split(' ').map(str::to_owned).collect() } else { encoded_words(&value) };
    for word in words {
        if column + 1 + word.len() > LINE && column > 1 {
            out.push_str("\r\n");
            column = 0;
        }
        out.push(' ');
        out.push_str(&word);
        column += 1 + word.len();
    }
    out.push_str("\r\n");
}

/// The value without controls, blanks collapsed, cut.
pub(super) fn one_line(value: &str) -> String {
    let mut out = String::new();
    for word in value.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
        if out.len() > VALUE_MAX {
            let cut = (0..=VALUE_MAX).rev().find(|n| out.is_char_boundary(*n)).unwrap_or(0);
            out.truncate(cut);
            out.push_str(" ...");
            break;
        }
    }
    out
}

/// The text as encoded words of UTF-8 in base64 (RFC 2047), each on its own decodable.
pub(super) fn encoded_words(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let most = rest.len().min(WORD_BYTES);
        let cut = (1..=most).rev().find(|n| rest.is_char_boundary(*n)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(cut);
        out.push(format!("=?UTF-8?B?{}?=", base64::prelude::BASE64_STANDARD.encode(word)));
        rest = after;
    }
    out
}

/// In base64, lines of 76 characters, each with its end.
pub(super) fn wrapped_base64(data: &[u8]) -> Vec<u8> {
    let all = base64::prelude::BASE64_STANDARD.encode(data);
    let mut out = Vec::with_capacity(all.len() + all.len() / 38 + 2);
    for line in all.as_bytes().chunks(76) {
        out.extend_from_slice(line);
        out.extend_from_slice(b"\r\n");
    }
    out
}

/// Whether a Received field says that the host of this name wrote it (RFC 5321 §4.4).
pub(super) fn is_received_by(value: &[u8], hostname: &str) -> bool {
    let text = String::from_utf8_lossy(value);
    let mut words = text.split_whitespace().skip_while(|w| !w.eq_ignore_ascii_case("by"));
    words.nth(1).is_some_and(|by| by.trim_end_matches(';').eq_ignore_ascii_case(hostname))
}
