//! Replies: a code, an enhanced status code (RFC 2034, RFC 3463) and a text.

use std::{borrow::Cow, fmt};

/// Longest text of one reply line, so that the line stays within 512 octets (RFC 5321 §4.5.3.1.5).
const MAX_TEXT: usize = 480;

/// An SMTP reply. A line feed in the text makes it a reply of several lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub code: u16,
    /// `5.7.1`; empty where none belongs (banner, EHLO, 354).
    pub enhanced: &'static str,
    pub text: Cow<'static, str>,
}

impl Reply {
    /// Syntax issues (guide, appendix B).
    pub const SYNTAX: Reply = Reply::new(501, "5.5.4", "Syntax");
    /// Sequence issues (guide, appendix B).
    pub const SEQUENCE: Reply = Reply::new(503, "5.5.1", "Sequence");
    /// Invalid domain (guide, appendix B).
    pub const RELAY: Reply = Reply::new(550, "5.7.1", "Relay");
    /// Invalid recipient (guide, appendix B).
    pub const REJECTED: Reply = Reply::new(550, "5.1.1", "Rejected");

    /// Nothing goes on before STARTTLS (RFC 3207 §4).
    pub const NEEDS_TLS: Reply = Reply::new(530, "5.7.0", "Must issue a STARTTLS command first");
    /// Nothing goes on before AUTH (RFC 4954 §6).
    pub const NEEDS_LOGIN: Reply = Reply::new(530, "5.7.0", "Authentication required");
    /// Name or password are wrong (RFC 4954 §6).
    pub const WRONG_LOGIN: Reply = Reply::new(535, "5.7.8", "Authentication failed");

    /// No room to keep a message.
    pub const FULL: Reply = Reply::new(452, "4.3.1", "Insufficient system storage");
    /// Something of ours does not work at the moment.
    pub const UNAVAILABLE: Reply = Reply::new(451, "4.3.0", "Try again later");

    pub const fn new(code: u16, enhanced: &'static str, text: &'static str) -> Self {
        Reply { code, enhanced, text: Cow::Borrowed(text) }
    }

    pub fn with(code: u16, enhanced: &'static str, text: impl Into<String>) -> Self {
        Reply { code, enhanced, text: Cow::Owned(text.into()) }
    }

    /// Message too big (guide, appendix B); both in bytes.
    pub fn too_big(size: u64, max: u64) -> Self {
        Reply::with(552, "5.3.4", format!("Size {{{size}}} > {{{max}}}"))
    }

    /// Whether the command was done, or its data may come.
    pub fn is_positive(&self) -> bool {
        self.code < 400
    }

    /// Appends the reply as it goes over the wire. Whatever the text holds, no line of it can end early or
    /// leave ASCII.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let code = if (200..600).contains(&self.code) { self.code } else { 451 };
        let mut lines = self.text.split('\n').peekable();
        while let Some(line) = lines.next() {
            let mark = if lines.peek().is_some() { '-' } else { ' ' };
            out.extend_from_slice(format!("{code}{mark}").as_bytes());
            if !self.enhanced.is_empty() {
                out.extend_from_slice(self.enhanced.as_bytes());
                out.push(b' ');
            }
            let plain = |c: char| match c {
                ' '..='~' => c as u8,
                '\t' => b' ',
                _ => b'?',
            };
            out.extend(line.trim_end_matches('\r').chars().take(MAX_TEXT).map(plain));
            out.extend_from_slice(b"\r\n");
        }
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.code, self.enhanced, self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wire(reply: &Reply) -> String {
        let mut out = Vec::new();
        reply.write(&mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn the_texts_of_appendix_b_are_word_for_word() {
        assert_eq!(wire(&Reply::SYNTAX), "501 5.5.4 Syntax\r\n");
        assert_eq!(wire(&Reply::SEQUENCE), "503 5.5.1 Sequence\r\n");
        assert_eq!(wire(&Reply::RELAY), "550 5.7.1 Relay\r\n");
        assert_eq!(wire(&Reply::REJECTED), "550 5.1.1 Rejected\r\n");
        assert_eq!(wire(&Reply::too_big(123, 100)), "552 5.3.4 Size {123} > {100}\r\n");
    }

    #[test]
    fn several_lines_carry_the_code_each() {
        assert_eq!(wire(&Reply::new(214, "2.0.0", "a\nb")), "214-2.0.0 a\r\n214 2.0.0 b\r\n");
    }

    proptest! {
        #[test]
        fn a_reply_is_well_formed_whatever_its_text(code in any::<u16>(), text in ".{0,2000}") {
            let w = wire(&Reply::with(code, "4.3.0", text));
            prop_assert!(w.is_ascii() && w.ends_with("\r\n"));
            for line in w.trim_end_matches("\r\n").split("\r\n") {
                prop_assert!(line.len() <= 510 && line.bytes().all(|b| (32..127).contains(&b)));
                prop_assert!(line[..3].parse::<u16>().is_ok_and(|c| (200..600).contains(&c)));
            }
        }
    }
}
