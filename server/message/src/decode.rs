//! Transfer encodings and character sets, read leniently: as the most willing mail program would.

use crate::view::Encoding;
use mail_parser::decoders::charsets::map::charset_decoder;

/// What decoding yields, and what was wrong on the way.
#[derive(Debug, Default)]
pub(crate) struct Decoded {
    pub data: Vec<u8>,
    /// Characters outside the alphabet, line ends and blanks not counted.
    pub strangers: usize,
    /// Padding was followed by more.
    pub inner_padding: bool,
    /// Some of the strangers were `-` or `_`, as URL-safe base64 has them.
    pub url_safe: bool,
}

/// How to read base64 where the standard leaves a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base64 {
    /// After padding a new group starts: base64 texts one after the other.
    Restart,
    /// Padding in the middle is skipped like any stranger.
    SkipPadding,
    /// `-` and `_` stand for `+` and `/`.
    UrlSafe,
}

pub(crate) fn base64(text: &[u8], how: Base64) -> Decoded {
    let mut out = Decoded { data: Vec::with_capacity(text.len() / 4 * 3 + 3), ..Decoded::default() };
    let (mut group, mut have, mut padded) = (0u32, 0u32, false);
    for &byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'-' if how == Base64::UrlSafe => 62,
            b'_' if how == Base64::UrlSafe => 63,
            b'\r' | b'\n' | b' ' | b'\t' => continue,
            b'=' => {
                padded = true;
                if how == Base64::Restart {
                    rest(&mut out.data, group, have);
                    (group, have) = (0, 0);
                }
                continue;
            }
            other => {
                out.strangers += 1;
                out.url_safe |= matches!(other, b'-' | b'_');
                continue;
            }
        };
        out.inner_padding |= padded;
        group = group << 6 | u32::from(value);
        have += 1;
        if have == 4 {
            out.data.extend_from_slice(&group.to_be_bytes()[1..]);
            (group, have) = (0, 0);
        }
    }
    rest(&mut out.data, group, have);
    out
}

/// The bytes of an incomplete group.
fn rest(data: &mut Vec<u8>, group: u32, have: u32) {
    match have {
        2 => data.push((group >> 4) as u8),
        3 => data.extend_from_slice(&((group >> 2) as u16).to_be_bytes()),
        _ => {}
    }
}

pub(crate) fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(found) = memchr::memchr2(b'=', b'\n', &text[at..]) {
        let here = at + found;
        out.extend_from_slice(&text[at..here]);
        if text[here] == b'\n' {
            // Blanks at the end of a line were added on the way (RFC 2045 §6.7 rule 3).
            let cr = out.last() == Some(&b'\r');
            if cr {
                out.pop();
            }
            while matches!(out.last(), Some(b' ' | b'\t')) {
                out.pop();
            }
            out.extend_from_slice(if cr { b"\r\n" } else { b"\n" });
            at = here + 1;
            continue;
        }
        let hex = |i: usize| text.get(i).and_then(|b| (*b as char).to_digit(16)).map(|d| d as u8);
        at = match (hex(here + 1), hex(here + 2)) {
            (Some(high), Some(low)) => {
                out.push(high << 4 | low);
                here + 3
            }
            _ => {
                let blanks =
                    text[here + 1..].iter().take(128).take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
                match text.get(here + 1 + blanks) {
                    Some(b'\n') => here + 2 + blanks,
                    None => text.len(),
                    _ => {
                        out.push(b'=');
                        here + 1
                    }
                }
            }
        };
    }
    out.extend_from_slice(&text[at..]);
    out
}

/// The first `begin … end` block of uuencoded text.
pub(crate) fn uuencoded(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut inside = false;
    for line in text.split(|b| *b == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if !inside {
            inside = line.starts_with(b"begin ");
            continue;
        }
        let Some((&count, body)) = line.split_first() else { continue };
        if line == b"end" || !(b' '..=b'`').contains(&count) {
            break;
        }
        let wanted = out.len() + usize::from(count.wrapping_sub(b' ') & 63);
        for group in body.chunks(4) {
            let bits = (0..4)
                .fold(0u32, |bits, i| bits << 6 | u32::from(group.get(i).map_or(0, |b| b.wrapping_sub(b' ') & 63)));
            out.extend_from_slice(&bits.to_be_bytes()[1..]);
        }
        out.truncate(wanted);
    }
    out
}

/// Undoes a transfer encoding; `None` where the bytes stand as they are.
pub(crate) fn transfer(text: &[u8], encoding: Encoding) -> Option<Decoded> {
    match encoding {
        Encoding::Base64 => Some(base64(text, Base64::Restart)),
        Encoding::QuotedPrintable => Some(Decoded { data: quoted_printable(text), ..Decoded::default() }),
        Encoding::UuEncode => Some(Decoded { data: uuencoded(text), ..Decoded::default() }),
        Encoding::Identity | Encoding::Unknown => None,
    }
}

/// Text in the named character set; without one, or with an unknown one, UTF-8 if it is that, else Windows-1252.
pub(crate) fn charset(data: &[u8], name: Option<&str>) -> String {
    if let Some(text) = bom(data) {
        return text;
    }
    let name = name.map(str::trim).filter(|n| !n.is_empty());
    if let Some(name) = name.filter(|n| !n.eq_ignore_ascii_case("utf-8") && !n.eq_ignore_ascii_case("us-ascii"))
        && let Some(decode) = charset_decoder(name.as_bytes())
    {
        return decode(data);
    }
    match std::str::from_utf8(data) {
        Ok(text) => text.to_owned(),
        Err(_) if name.is_some_and(|n| n.eq_ignore_ascii_case("utf-8")) => String::from_utf8_lossy(data).into_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(data).0.into_owned(),
    }
}

/// Text that says by its first bytes which Unicode form it has.
fn bom(data: &[u8]) -> Option<String> {
    let (encoding, skip) = encoding_rs::Encoding::for_bom(data)?;
    Some(encoding.decode_without_bom_handling(&data[skip..]).0.into_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn base64_is_read_in_each_way() {
        assert_eq!(base64(b"aGVs\r\nbG8=", Base64::Restart).data, b"hello");
        let two = base64(b"aGk=aGk=", Base64::Restart);
        assert_eq!((two.data.as_slice(), two.inner_padding), (b"hihi".as_slice(), true));
        let dirty = base64(b"a*GVs-bG8", Base64::Restart);
        assert_eq!((dirty.data.as_slice(), dirty.strangers, dirty.url_safe), (b"hello".as_slice(), 2, true));
    }
    #[test]
    fn quoted_printable_keeps_what_is_no_escape() {
        assert_eq!(quoted_printable(b"a=3Db =\r\nc  \r\nd=zz=3"), b"a=b c\r\nd=zz=3");
    }
    #[test]
    fn uuencoded_text_is_read() {
        assert_eq!(uuencoded(b"x\r\nbegin 644 a.txt\r\n#0V%T\r\n`\r\nend\r\n"), b"Cat");
    }
    #[test]
    fn character_sets_are_named_or_guessed() {
        assert_eq!(charset(b"\xe9", Some("iso-8859-1")), "é");
        assert_eq!(charset("é".as_bytes(), None), "é");
        assert_eq!(charset(b"\x80", Some("no-such-set")), "€");
        assert_eq!(charset(b"\x1b$B$\"\x1b(B", Some("ISO-2022-JP")), "あ");
        assert_eq!(charset(b"\xff\xfea\0", Some("us-ascii")), "a");
    }
    proptest! {
        #[test]
        fn decoders_take_anything(data in proptest::collection::vec(any::<u8>(), 0..300), name in ".{0,50}") {
            for how in [Base64::Restart, Base64::SkipPadding, Base64::UrlSafe] {
                let _ = base64(&data, how);
            }
            let _ = quoted_printable(&data);
            let _ = uuencoded(&[b"begin 644 x\n", data.as_slice()].concat());
            let _ = charset(&data, Some(&name));
        }
    }
}
