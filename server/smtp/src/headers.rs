//! What is wrong with the header fields of a message on its way in (guide chapter 2 "Greylisting", header checks).

/// Faults that real mail programs do not make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HeaderFaults {
    /// There is no header field at all.
    pub empty: bool,
    /// A field's name has characters that no name may have (RFC 5322 §3.6.8), or the first line continues nothing.
    pub illegal: bool,
    /// Text begins without the empty line that ends the header (RFC 5322 §2.1).
    pub unterminated: bool,
}

/// Where in a line of the header the scanner is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Start,
    /// In what may be a field's name.
    Name {
        bad: bool,
        space: bool,
    },
    /// Behind the colon, or in a continuation.
    Rest,
    /// The header is over.
    Done,
}

/// Looks at the octets of a message in pieces of any size; keeps no text.
#[derive(Debug)]
pub(crate) struct Headers {
    at: At,
    fields: bool,
    faults: HeaderFaults,
}

impl Headers {
    pub fn new() -> Self {
        Headers { at: At::Start, fields: false, faults: HeaderFaults::default() }
    }

    pub fn feed(&mut self, text: &[u8]) {
        if self.at == At::Done {
            return;
        }
        for &b in text {
            self.at = match (self.at, b) {
                (At::Done, _) => return,
                // Line ends are CRLF by now.
                (at, b'\r') => at,
                (At::Start, b'\n') => At::Done,
                (At::Start, b' ' | b'\t') => {
                    self.faults.illegal |= !self.fields;
                    At::Rest
                }
                (At::Start, _) => self.name(b, false, false),
                (At::Name { bad, space }, _) => self.name(b, bad, space),
                (At::Rest, b'\n') => At::Start,
                (At::Rest, _) => At::Rest,
            };
        }
    }

    /// `space`: one was seen, which only white space before the colon may follow (RFC 5322 §4.5).
    fn name(&mut self, b: u8, bad: bool, space: bool) -> At {
        match b {
            b':' => {
                self.fields = true;
                self.faults.illegal |= bad;
                At::Rest
            }
            b'\n' => {
                self.faults.unterminated = true;
                At::Done
            }
            b' ' | b'\t' => At::Name { bad, space: true },
            b'!'..=b'~' => At::Name { bad: bad || space, space },
            _ => At::Name { bad: true, space },
        }
    }

    pub fn finish(mut self) -> HeaderFaults {
        self.faults.empty = !self.fields;
        self.faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn faults(text: &str) -> (bool, bool, bool) {
        let mut headers = Headers::new();
        headers.feed(text.as_bytes());
        let f = headers.finish();
        (f.empty, f.illegal, f.unterminated)
    }

    #[test]
    fn ordinary_headers_have_no_fault() {
        for good in [
            "Subject: x\r\n\r\nno: header here\r\n",
            "Subject: x\r\n folded\r\nTo : b@c.test\r\n\r\n",
            "Subject: x\r\n",
            "X-Ünused: é\r\n\r\n".replace("Ü", "U").as_str(),
        ] {
            assert_eq!(faults(good), (false, false, false), "{good:?}");
        }
    }

    #[test]
    fn each_fault_is_found() {
        assert_eq!(faults("\r\ntext\r\n"), (true, false, false));
        assert_eq!(faults(""), (true, false, false));
        assert_eq!(faults("Sub ject: x\r\n\r\n"), (false, true, false));
        assert_eq!(faults("From a@b.test Tue Nov 24 10:00:00 2026\r\nSubject: x\r\n\r\n"), (false, true, false));
        assert_eq!(faults(" continues: nothing\r\nSubject: x\r\n\r\n"), (false, true, false));
        assert_eq!(faults("Subject: x\r\ntext at once\r\n"), (false, false, true));
    }

    proptest! {
        #[test]
        fn how_the_text_is_cut_makes_no_difference(text in "[a: \r\n\t\u{e9}]{0,60}", cut in 0usize..60) {
            let bytes = text.as_bytes();
            let cut = cut.min(bytes.len());
            let (mut whole, mut two) = (Headers::new(), Headers::new());
            whole.feed(bytes);
            two.feed(&bytes[..cut]);
            two.feed(&bytes[cut..]);
            prop_assert_eq!(whole.finish(), two.finish());
        }
    }
}
