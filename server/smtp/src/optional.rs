//! Looking for the header field `TLS-Required: No` while the text passes (RFC 8689 §5).

use memchr::memchr;

/// The start of a header line that is kept; the field is shorter.
const KEPT: usize = 80;

/// Takes the text in pieces of any size and looks at the header only.
#[derive(Debug, Default)]
pub(crate) struct Optional {
    /// The field's line as far as it has come, with what it is continued by.
    line: Vec<u8>,
    /// Octets of the present line, line end excluded.
    length: usize,
    done: bool,
    found: bool,
}

impl Optional {
    pub fn feed(&mut self, mut text: &[u8]) {
        while !self.done && !text.is_empty() {
            let end = memchr(b'\n', text);
            let (piece, rest) = text.split_at(end.map_or(text.len(), |n| n + 1));
            let new = self.length == 0;
            // A line that is no continuation ends the field before it.
            if new && !piece.starts_with(b" ") && !piece.starts_with(b"\t") {
                self.close();
            }
            self.line.extend(
                piece
                    .iter()
                    .copied()
                    .filter(|b| !matches!(b, b'\r' | b'\n'))
                    .take(KEPT.saturating_sub(self.line.len())),
            );
            self.length += piece.iter().filter(|b| !matches!(b, b'\r' | b'\n')).count();
            if end.is_some() {
                self.done = self.length == 0;
                self.length = 0;
            }
            text = rest;
        }
    }

    fn close(&mut self) {
        self.found |= is_no(&self.line);
        self.line.clear();
    }

    /// Asked after the last octet.
    pub fn found(mut self) -> bool {
        self.close();
        self.found
    }
}

fn is_no(line: &[u8]) -> bool {
    let Some(colon) = memchr(b':', line) else { return false };
    let (name, value) = line.split_at(colon);
    line.len() < KEPT
        && name.trim_ascii().eq_ignore_ascii_case(b"tls-required")
        && value.get(1..).unwrap_or_default().trim_ascii().eq_ignore_ascii_case(b"no")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(text: &str) -> bool {
        let mut optional = Optional::default();
        optional.feed(text.as_bytes());
        optional.found()
    }

    #[test]
    fn only_the_field_itself_in_the_header_counts() {
        for yes in [
            "TLS-Required: No\r\n\r\nx",
            "Subject: x\r\ntls-required:no \r\nTo: y\r\n\r\n",
            "A: b\r\nTLS-Required:\r\n NO\r\n\r\n",
        ] {
            assert!(found(yes), "{yes:?}");
        }
        for no in [
            "TLS-Required: Yes\r\n\r\n",
            "TLS-Required: No thanks\r\n\r\n",
            "X-TLS-Required: No\r\n\r\n",
            "Subject: x\r\n TLS-Required: No\r\n\r\n",
            "Subject: x\r\n\r\nTLS-Required: No\r\n",
            "TLS-Required: No\r\n and more\r\n\r\n",
            "",
        ] {
            assert!(!found(no), "{no:?}");
        }
    }

    proptest! {
        #[test]
        fn how_the_text_is_cut_makes_no_difference(
            text in "(TLS-Required: ?(No|N)|[ a:]{0,3}|\r\n){0,8}", cut in 0usize..60
        ) {
            let bytes = text.as_bytes();
            let cut = cut.min(bytes.len());
            let mut two = Optional::default();
            two.feed(&bytes[..cut]);
            two.feed(&bytes[cut..]);
            prop_assert_eq!(two.found(), found(&text));
        }
    }
}
