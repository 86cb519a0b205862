//! Header text: unfolding and encoded words (RFC 2047).

use crate::decode;

/// Longest value that is decoded; what is longer is cut, which no honest field is.
const LONGEST: usize = 256 << 10;

/// Unfolds, trims and decodes a field's value.
pub(crate) fn decode(raw: &[u8]) -> String {
    words(&unfold(raw))
}

/// The value on one line, in whatever characters it has.
pub(crate) fn unfold(raw: &[u8]) -> String {
    let raw = &raw[..raw.len().min(LONGEST)];
    let one_line: Vec<u8> = raw.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n')).collect();
    decode::charset(one_line.trim_ascii(), None)
}

/// Decodes the encoded words in a line; what is none stays as it is.
pub(crate) fn words(line: &str) -> String {
    if !line.contains("=?") {
        return line.to_owned();
    }
    let mut out = String::with_capacity(line.len());
    // Neighbours of one character set are decoded together: senders split characters between words.
    let mut pending: Option<(String, Vec<u8>)> = None;
    let mut rest = line;
    while let Some(at) = rest.find("=?") {
        let (before, word) = rest.split_at(at);
        let Some((charset, data, length)) = word_at(word) else {
            flush(&mut pending, &mut out);
            out.push_str(before);
            out.push_str("=?");
            rest = &word[2..];
            continue;
        };
        let between = !before.trim().is_empty() || (pending.is_none() && !before.is_empty());
        if between {
            flush(&mut pending, &mut out);
            out.push_str(before);
        }
        match &mut pending {
            Some((name, bytes)) if *name == charset => bytes.extend_from_slice(&data),
            other => {
                flush(other, &mut out);
                *other = Some((charset, data));
            }
        }
        rest = &word[length..];
    }
    flush(&mut pending, &mut out);
    out.push_str(rest);
    out
}

fn flush(pending: &mut Option<(String, Vec<u8>)>, out: &mut String) {
    if let Some((charset, data)) = pending.take() {
        // A decoded line end would let a value pretend to be two fields.
        out.extend(
            decode::charset(&data, Some(&charset))
                .chars()
                .map(|c| if matches!(c, '\r' | '\n' | '\0') { ' ' } else { c }),
        );
    }
}

/// Character set, bytes, and length of the encoded word that `text` starts with.
fn word_at(text: &str) -> Option<(String, Vec<u8>, usize)> {
    let inner = text.strip_prefix("=?")?;
    let charset_end = inner.bytes().take(64).position(|b| b == b'?')?;
    let (charset, rest) = (&inner[..charset_end], &inner[charset_end + 1..]);
    let how = *rest.as_bytes().first()?;
    let data = rest.get(1..)?.strip_prefix('?')?;
    let end = data.find('?')?;
    if data.as_bytes().get(end + 1) != Some(&b'=') || charset.contains(' ') {
        return None;
    }
    let bytes = match how {
        b'B' | b'b' => decode::base64(&data.as_bytes()[..end], decode::Base64::Restart).data,
        b'Q' | b'q' => decode::quoted_printable(data[..end].replace('_', " ").as_bytes()),
        _ => return None,
    };
    let charset = charset.split('*').next().unwrap_or_default().to_ascii_lowercase();
    Some((charset, bytes, 2 + charset_end + 1 + 2 + end + 2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn encoded_words_are_decoded_and_joined() {
        assert_eq!(decode(b" =?utf-8?q?caf=C3=A9?= au lait\r\n"), "café au lait");
        assert_eq!(decode(b"=?UTF-8?B?4oI=?=\r\n =?utf-8?b?rA==?= x"), "€ x");
        assert_eq!(decode(b"=?ISO-8859-1*en?Q?a_b?= =?utf-8?q?c?="), "a bc");
        assert_eq!(decode(b"=?iso-2022-jp?B?GyRCJCIbKEI=?="), "あ");
    }
    #[test]
    fn what_is_no_encoded_word_stays() {
        for text in ["=?utf-8?q?open", "=?utf-8?x?a?=", "a =? b", "=?a b?q?c?="] {
            assert_eq!(decode(text.as_bytes()), text);
        }
    }
    #[test]
    fn a_decoded_line_end_becomes_a_blank() {
        assert_eq!(decode(b"=?utf-8?q?a=0D=0ABcc:_x?="), "a  Bcc: x");
    }
    proptest! {
        #[test]
        fn any_value_is_decoded(raw in proptest::collection::vec(any::<u8>(), 0..200), text in "(=\\?|\\?=|\\?|q|b|utf-8|é| |=C3){0,40}") {
            let _ = decode(&raw);
            let _ = decode(text.as_bytes());
        }
    }
}
