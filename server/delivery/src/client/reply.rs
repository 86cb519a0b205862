//! Replies (RFC 5321 §4.2), read from a host that may send anything.

use std::fmt;

/// Longest line that is taken. The RFC says 512; real servers put longer URLs into refusals.
pub const LINE_MAX: usize = 2_048;
/// Most lines of one reply; long EHLO answers have thirty.
pub const LINES_MAX: usize = 100;
/// Characters of a reply that are shown and kept.
const SHOWN_MAX: usize = 600;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub code: u16,
    /// RFC 2034, where the class fits the code.
    pub enhanced: Option<(u8, u16, u16)>,
    /// The text of each line after the code, control characters replaced.
    pub lines: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReplyError {
    #[error("the reply has a line without a code of three digits")]
    NoCode,
    #[error("the lines of the reply have different codes")]
    Mixed,
    #[error("the reply has a line of more than {LINE_MAX} bytes")]
    LongLine,
    #[error("the reply has more than {LINES_MAX} lines")]
    ManyLines,
}

/// The first reply in `input` and how many bytes it took; none while it is not complete.
pub fn parse(input: &[u8]) -> Result<Option<(Reply, usize)>, ReplyError> {
    let mut at = 0;
    let mut lines = Vec::new();
    let mut first = None;
    loop {
        let Some(end) = memchr::memchr(b'\n', &input[at..]) else {
            return if input.len() - at > LINE_MAX { Err(ReplyError::LongLine) } else { Ok(None) };
        };
        let line = &input[at..at + end];
        at += end + 1;
        if line.len() > LINE_MAX {
            return Err(ReplyError::LongLine);
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let code = code(line).ok_or(ReplyError::NoCode)?;
        if *first.get_or_insert(code) != code {
            return Err(ReplyError::Mixed);
        }
        let last = match line.get(3) {
            None | Some(b' ') => true,
            Some(b'-') => false,
            Some(_) => return Err(ReplyError::NoCode),
        };
        lines.push(shown(line.get(4..).unwrap_or_default()));
        if last {
            let enhanced = lines.first().and_then(|l| enhanced(l)).filter(|e| u16::from(e.0) == code / 100);
            return Ok(Some((Reply { code, enhanced, lines }, at)));
        }
        if lines.len() >= LINES_MAX {
            return Err(ReplyError::ManyLines);
        }
    }
}

/// Whether a reply of the 4xx kind says that the host has enough for now, rather than that something is the matter with
/// one mailbox or message: 421, and 45x where the enhanced status does not speak of an address (X.1), a mailbox (X.2),
/// the syntax (X.5) or the content (X.6).
pub fn wants_less(reply: &str) -> bool {
    let mut words = reply.splitn(3, [' ', '-']);
    let code = words.next().unwrap_or_default();
    let subject = words.next().and_then(enhanced).map(|(_, subject, _)| subject);
    match code {
        "421" => true,
        "450" => matches!(subject, Some(3 | 4 | 7)),
        "451" | "452" => !matches!(subject, Some(1 | 2 | 5 | 6)),
        _ => false,
    }
}

fn code(line: &[u8]) -> Option<u16> {
    let digits = line.get(..3)?;
    let valid = matches!(digits[0], b'2'..=b'5') && digits.iter().all(u8::is_ascii_digit);
    valid.then(|| digits.iter().fold(0, |n, d| n * 10 + u16::from(d - b'0')))
}

fn shown(text: &[u8]) -> String {
    String::from_utf8_lossy(text).chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

/// `5.1.1` at the start of a text.
fn enhanced(text: &str) -> Option<(u8, u16, u16)> {
    let word = text.split(' ').next()?;
    let mut parts = word.split('.');
    let mut number = |longest: usize| {
        let part = parts.next()?;
        (part.len() <= longest && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<u16>().ok())?
    };
    let (class, subject, detail) = (number(1)?, number(3)?, number(3)?);
    let class = u8::try_from(class).ok().filter(|c| matches!(c, 2 | 4 | 5))?;
    parts.next().is_none().then_some((class, subject, detail))
}

impl Reply {
    pub fn is_positive(&self) -> bool {
        self.code / 100 == 2
    }
    pub fn is_permanent(&self) -> bool {
        self.code / 100 == 5
    }
    /// The enhanced status, or the general one of the code's class (RFC 3463).
    pub fn status(&self) -> String {
        match self.enhanced {
            Some((class, subject, detail)) => format!("{class}.{subject}.{detail}"),
            None => format!("{}.0.0", self.code / 100),
        }
    }
}

impl fmt::Display for Reply {
    /// On one line: `550 5.1.1 No such user`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.code.to_string();
        let repeated = self.enhanced.map(|_| format!("{} ", self.status()));
        for (i, line) in self.lines.iter().enumerate() {
            let line = match &repeated {
                Some(status) if i > 0 => line.strip_prefix(status.as_str()).unwrap_or(line),
                _ => line,
            };
            if !line.is_empty() {
                text.push(' ');
                text.push_str(line);
            }
            if text.len() > SHOWN_MAX {
                break;
            }
        }
        match text.char_indices().nth(SHOWN_MAX) {
            Some((cut, _)) => write!(f, "{}…", &text[..cut]),
            None => f.write_str(&text),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_host_that_has_enough_is_told_from_a_mailbox_that_is_full() {
        for reply in [
            "421 Bye",
            "451 4.7.0 Too many messages",
            "452 4.3.1 Insufficient storage",
            "450 4.7.1 Slow down",
            "451 later",
        ] {
            assert!(wants_less(reply), "{reply}");
        }
        for reply in
            ["452 4.2.2 Mailbox full", "450 mailbox busy", "450 4.2.1 Busy", "550 5.7.1 No", "451 4.1.8 Sender", ""]
        {
            assert!(!wants_less(reply), "{reply}");
        }
    }
    #[test]
    fn a_reply_of_several_lines_is_one() {
        let (reply, used) = parse(b"550-5.1.1 No such\r\n550 5.1.1 user\r\n250 next").unwrap().unwrap();
        assert_eq!((reply.code, reply.enhanced, used), (550, Some((5, 1, 1)), 35));
        assert_eq!((reply.to_string(), reply.status()), ("550 5.1.1 No such user".into(), "5.1.1".into()));
        let (bare, _) = parse(b"250\r\n").unwrap().unwrap();
        assert_eq!((bare.to_string(), bare.status()), ("250".into(), "2.0.0".into()));
    }
    #[test]
    fn an_unfinished_reply_is_waited_for() {
        for input in ["", "25", "250-a\r\n", "250-a\r\n250 b\r"] {
            assert_eq!(parse(input.as_bytes()), Ok(None), "{input:?}");
        }
    }
    #[test]
    fn what_is_no_reply_is_refused() {
        assert_eq!(parse(b"HTTP/1.1 200\r\n"), Err(ReplyError::NoCode));
        assert_eq!(parse(b"650 x\r\n"), Err(ReplyError::NoCode));
        assert_eq!(parse(b"2505 x\r\n"), Err(ReplyError::NoCode));
        assert_eq!(parse(b"250-a\r\n251 b\r\n"), Err(ReplyError::Mixed));
        assert_eq!(parse(&vec![b'2'; LINE_MAX + 1]), Err(ReplyError::LongLine));
        assert_eq!(parse("250-x\r\n".repeat(LINES_MAX + 1).as_bytes()), Err(ReplyError::ManyLines));
    }
    #[test]
    fn an_enhanced_status_of_another_class_is_text() {
        let (reply, _) = parse(b"450 5.1.1 odd\r\n").unwrap().unwrap();
        assert_eq!((reply.enhanced, reply.status()), (None, "4.0.0".into()));
    }
    proptest! {
        #[test]
        fn any_bytes_are_answered(input in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(Some((reply, used))) = parse(&input) {
                prop_assert!(used <= input.len() && !reply.to_string().contains(['\r', '\n']));
            }
        }
        #[test]
        fn a_reply_is_the_same_however_it_is_cut(text in "[ -~]{0,20}", cut in 0usize..40) {
            let whole = format!("250-{text}\r\n250 {text}\r\n");
            let part = &whole.as_bytes()[..cut.min(whole.len() - 1)];
            prop_assert_eq!(parse(part), Ok(None));
            prop_assert_eq!(parse(whole.as_bytes()).unwrap().unwrap().1, whole.len());
        }
    }
}
