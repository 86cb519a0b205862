//! Finding command lines. Only CRLF ends one; a line that ends otherwise or holds what no command has is
//! taken off the input, but never executed.

use memchr::memchr;

/// Why a line is not a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadLine {
    pub reason: Reason,
    /// The line may have been meant to start a message, so a body may follow.
    pub data: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    TooLong,
    /// Ended by LF alone, or a CR inside.
    BareLineEnd,
    /// NUL or another control character.
    Control,
    /// Neither ASCII nor UTF-8.
    Encoding,
}

impl Reason {
    pub fn text(self) -> &'static str {
        match self {
            Reason::TooLong => "Line too long",
            Reason::BareLineEnd => "Lines end with CRLF",
            Reason::Control => "Control character in command",
            Reason::Encoding => "Command is not UTF-8",
        }
    }
}

/// A line at the start of the input and the octets that it takes up there, its end included.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found<'a> {
    pub line: Result<&'a str, BadLine>,
    pub used: usize,
}

/// The first line of `input`; none where its end has not come yet. `max`: octets with CRLF.
pub(crate) fn find(input: &[u8], max: usize) -> Option<Found<'_>> {
    let end = memchr(b'\n', input)?;
    let used = end + 1;
    let whole = input.get(..end)?;
    let bad = |reason| Some(Found { line: Err(BadLine { reason, data: is_data(whole) }), used });
    if used > max {
        return bad(Reason::TooLong);
    }
    let Some(line) = whole.strip_suffix(b"\r") else { return bad(Reason::BareLineEnd) };
    if memchr(b'\r', line).is_some() {
        return bad(Reason::BareLineEnd);
    }
    match std::str::from_utf8(line) {
        Err(_) => bad(Reason::Encoding),
        Ok(text) if text.chars().any(|c| c.is_control() && c != '\t') => bad(Reason::Control),
        Ok(text) => Some(Found { line: Ok(text), used }),
    }
}

/// Whether the line's first word is DATA or BDAT, as far as a careless reader would see it.
pub(crate) fn is_data(line: &[u8]) -> bool {
    let mut letters = line.iter().filter(|b| b.is_ascii_alphabetic());
    let word: [u8; 4] = std::array::from_fn(|_| letters.next().copied().unwrap_or(0).to_ascii_uppercase());
    word == *b"DATA" || word == *b"BDAT"
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reason(input: &[u8]) -> Option<Reason> {
        find(input, 100).and_then(|f| f.line.err()).map(|b| b.reason)
    }

    #[test]
    fn only_crlf_ends_a_command() {
        assert_eq!(find(b"NOOP\r\nQUIT\r\n", 100), Some(Found { line: Ok("NOOP"), used: 6 }));
        assert_eq!(find(b"NOOP\r", 100), None);
        assert_eq!(reason(b"NOOP\nQUIT\r\n"), Some(Reason::BareLineEnd));
        assert_eq!(reason(b"NO\rOP\r\n"), Some(Reason::BareLineEnd));
        assert_eq!(reason(b"NOOP\r\r\n"), Some(Reason::BareLineEnd));
    }

    #[test]
    fn a_line_with_nul_controls_or_broken_utf8_is_no_command() {
        assert_eq!(reason(b"NOOP\0\r\n"), Some(Reason::Control));
        assert_eq!(reason(b"NOOP \x1b[1m\r\n"), Some(Reason::Control));
        assert_eq!(reason(b"VRFY \xff\r\n"), Some(Reason::Encoding));
        assert_eq!(reason("VRFY jörg\r\n".as_bytes()), None);
    }

    #[test]
    fn the_longest_line_is_accepted_and_one_octet_more_is_not() {
        let line = |n: usize| [vec![b'x'; n], b"\r\n".to_vec()].concat();
        assert!(find(&line(98), 100).is_some_and(|f| f.line.is_ok()));
        assert_eq!(reason(&line(99)), Some(Reason::TooLong));
    }

    #[test]
    fn a_refused_line_that_would_start_a_message_is_marked() {
        for start in [&b"DATA\n"[..], b"data \0\r\n", b"\0DATA\r\n", b"BDAT 5 LAST\n", b"DA\rTA\r\n"] {
            assert!(find(start, 100).and_then(|f| f.line.err()).is_some_and(|b| b.data), "{start:?}");
        }
        assert!(find(b"NOOP\n", 100).and_then(|f| f.line.err()).is_some_and(|b| !b.data));
    }

    proptest! {
        #[test]
        fn any_input_gives_a_clean_line_or_none(input in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Some(found) = find(&input, 64) {
                prop_assert!(found.used <= input.len() && input[found.used - 1] == b'\n');
                if let Ok(line) = found.line {
                    prop_assert!(found.used <= 64 && input[..found.used].ends_with(b"\r\n"));
                    prop_assert!(!line.contains(['\r', '\n', '\0']));
                }
            }
        }
    }
}
