//! Counting Received headers while they pass, to notice mail that goes in circles (RFC 5321 §6.3).

use memchr::memchr;

const NAME: &[u8] = b"received:";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// In a line whose first octets are this many of [`NAME`].
    Name(usize),
    /// Somewhere in a line.
    Line,
    /// After CR at the start of a line.
    BlankCr,
    Body,
}

/// A counter that takes the text in pieces of any size and looks at the header only.
#[derive(Debug)]
pub(crate) struct Hops {
    at: At,
    count: u32,
}

impl Hops {
    pub fn new() -> Self {
        Hops { at: At::Name(0), count: 0 }
    }

    pub fn count(&self) -> u32 {
        self.count
    }

    pub fn feed(&mut self, mut text: &[u8]) {
        while let Some((&byte, rest)) = text.split_first() {
            match self.at {
                At::Body => return,
                At::Line => match memchr(b'\n', text) {
                    Some(n) => {
                        text = text.get(n + 1..).unwrap_or_default();
                        self.at = At::Name(0);
                    }
                    None => return,
                },
                At::BlankCr => self.at = if byte == b'\n' { At::Body } else { At::Line },
                At::Name(0) if byte == b'\r' => {
                    self.at = At::BlankCr;
                    text = rest;
                }
                At::Name(n) if NAME.get(n) == Some(&byte.to_ascii_lowercase()) => {
                    text = rest;
                    self.at = At::Name(n + 1);
                    if n + 1 == NAME.len() {
                        self.count += 1;
                        self.at = At::Line;
                    }
                }
                At::Name(_) => self.at = At::Line,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn count<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> u32 {
        let mut hops = Hops::new();
        pieces.into_iter().for_each(|p| hops.feed(p));
        hops.count()
    }

    #[test]
    fn only_received_headers_of_the_header_count() {
        let text = b"Received: a\r\n\tby b\r\nX-Received: c\r\nRECEIVED: d\r\nreceive: no\r\nSubject: x\r\n\r\nReceived: body\r\n";
        assert_eq!(count([&text[..]]), 2);
        assert_eq!(count([&b"\r\nReceived: body\r\n"[..]]), 0);
    }

    proptest! {
        #[test]
        fn cutting_the_text_elsewhere_changes_nothing(words in proptest::collection::vec(prop_oneof![Just("Received:"), Just("\r\n"), Just("rec"), Just(" x"), Just("\r")], 0..60), size in 1_usize..9) {
            let text = words.concat();
            prop_assert_eq!(count(text.as_bytes().chunks(size)), count([text.as_bytes()]));
        }
    }
}
