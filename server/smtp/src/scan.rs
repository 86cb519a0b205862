//! The text of a message on its way in: where it ends, dots undone, and whether it is fit to be passed on.
//!
//! Only CRLF "." CRLF ends DATA. A CR or LF on its own, or a NUL (which some servers drop before they look
//! for the end), makes the message unfit: another server might see an end of data there, and what follows
//! it would become a message of its own ("SMTP smuggling"). Such a message is read to its true end and
//! refused whole; nothing is repaired, so nothing ambiguous is ever passed on.

use memchr::memchr3;

/// What makes a text unfit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// CR or LF on its own.
    BareLineEnd,
    Nul,
    LongLine,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the start, or after CRLF.
    LineStart,
    Text,
    /// After CR.
    Cr,
    /// After a dot at the start of a line; it is not kept.
    Dot,
    /// After CR that followed such a dot.
    DotCr,
}

/// What came of one piece of input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scanned {
    /// Octets of text, now at the front of the piece.
    pub kept: usize,
    /// Octets of the piece that belong to the message; less than all only at its end.
    pub used: usize,
    pub end: bool,
}

/// Takes a text in pieces of any size; the result does not depend on how it is cut.
#[derive(Debug)]
pub(crate) struct Scanner {
    state: State,
    /// DATA: dots are undone and CRLF.CRLF ends. BDAT: neither.
    dots: bool,
    fault: Option<Fault>,
    line: u64,
    max_line: u64,
}

impl Scanner {
    /// For DATA (`dots`) or BDAT. `max_line`: octets of a line without CRLF.
    pub fn new(dots: bool, max_line: u64) -> Self {
        Scanner { state: State::LineStart, dots, fault: None, line: 0, max_line }
    }

    /// The first fault met.
    pub fn fault(&self) -> Option<Fault> {
        self.fault
    }

    /// For BDAT, after the last octet: whether the text ends with a whole line. A CR at the end is a fault.
    pub fn finish(&mut self) -> bool {
        if self.state == State::Cr {
            self.blame(Fault::BareLineEnd);
        }
        self.state == State::LineStart
    }

    fn blame(&mut self, fault: Fault) {
        self.fault.get_or_insert(fault);
    }

    /// Works through a piece. Undone dots are closed up in place, each octet moved once at most.
    pub fn scan(&mut self, piece: &mut [u8]) -> Scanned {
        let mut at = 0;
        let mut kept = 0;
        // Start of what was scanned and waits to be moved to `kept`.
        let mut from = 0;
        while let Some(&byte) = piece.get(at) {
            match self.state {
                State::LineStart => {
                    self.line = 0;
                    if self.dots && byte == b'.' {
                        kept = keep(piece, from, at, kept);
                        at += 1;
                        from = at;
                        self.state = State::Dot;
                    } else {
                        self.state = State::Text;
                    }
                }
                State::Text => {
                    let rest = piece.get(at..).unwrap_or_default();
                    let Some(n) = memchr3(b'\r', b'\n', 0, rest) else {
                        self.grow(rest.len());
                        at = piece.len();
                        continue;
                    };
                    self.grow(n);
                    match rest.get(n) {
                        Some(b'\r') => self.state = State::Cr,
                        Some(b'\n') => {
                            self.blame(Fault::BareLineEnd);
                            self.line = 0;
                        }
                        _ => self.blame(Fault::Nul),
                    }
                    at += n + 1;
                }
                State::Cr if byte == b'\n' => {
                    at += 1;
                    self.state = State::LineStart;
                }
                State::Cr => {
                    self.blame(Fault::BareLineEnd);
                    self.line = 0;
                    self.state = State::Text;
                }
                State::Dot if byte == b'\r' => {
                    at += 1;
                    from = at;
                    self.state = State::DotCr;
                }
                State::Dot => self.state = State::Text,
                State::DotCr if byte == b'\n' => {
                    self.state = State::LineStart;
                    return Scanned { kept, used: at + 1, end: true };
                }
                State::DotCr => {
                    self.blame(Fault::BareLineEnd);
                    self.state = State::Text;
                }
            }
        }
        kept = keep(piece, from, at, kept);
        Scanned { kept, used: at, end: false }
    }

    fn grow(&mut self, n: usize) {
        self.line += n as u64;
        if self.line > self.max_line {
            self.blame(Fault::LongLine);
        }
    }
}

/// Moves `from..to` down to `kept`, and gives the new end of what is kept.
fn keep(piece: &mut [u8], from: usize, to: usize, kept: usize) -> usize {
    if from != kept {
        piece.copy_within(from..to, kept);
    }
    kept + (to - from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Feeds `input` in pieces that end at `cuts`; gives text, octets used (none without an end) and fault.
    fn run(input: &[u8], cuts: &[usize], dots: bool) -> (Vec<u8>, Option<usize>, Option<Fault>) {
        let mut scanner = Scanner::new(dots, 1_000);
        let (mut text, mut before) = (Vec::new(), 0);
        let mut cuts: Vec<usize> = cuts.iter().map(|c| c % (input.len() + 1)).chain([input.len()]).collect();
        cuts.sort_unstable();
        for cut in cuts {
            let mut piece = input[before..cut].to_vec();
            let scanned = scanner.scan(&mut piece);
            text.extend_from_slice(&piece[..scanned.kept]);
            if scanned.end {
                return (text, Some(before + scanned.used), scanner.fault());
            }
            assert_eq!(scanned.used, piece.len());
            before = cut;
        }
        (text, None, scanner.fault())
    }

    #[test]
    fn crlf_dot_crlf_ends_and_the_rest_stays_in_the_input() {
        assert_eq!(run(b"a\r\n.\r\nQUIT\r\n", &[], true), (b"a\r\n".to_vec(), Some(6), None));
        assert_eq!(run(b".\r\n", &[], true), (vec![], Some(3), None));
    }

    #[test]
    fn one_dot_is_taken_off_the_start_of_a_line() {
        assert_eq!(run(b"..a\r\nb.\r\n...\r\n.c\r\n.\r\n", &[], true).0, b".a\r\nb.\r\n..\r\nc\r\n");
    }

    #[test]
    fn chunks_keep_their_dots_and_have_no_end_mark() {
        assert_eq!(run(b"..a\r\n.\r\n", &[], false), (b"..a\r\n.\r\n".to_vec(), None, None));
    }

    #[test]
    fn nothing_but_the_true_end_ends_and_the_rest_is_a_fault() {
        for end in ["\n.\n", "\n.\r\n", "\r.\r", "\r.\r\n", "\r\n.\n", "\r\n.\r", "\n\n.\r\n", "\r\r.\r\n", "\r\n.\rX"]
        {
            let (_, end_at, fault) = run(format!("hi{end}MAIL FROM:<x@y.test>\r\n").as_bytes(), &[], true);
            assert_eq!((end_at, fault), (None, Some(Fault::BareLineEnd)), "{end:?}");
        }
        let (_, end_at, fault) = run(b"hi\r\n\0.\r\nMAIL\r\n", &[], true);
        assert_eq!((end_at, fault), (None, Some(Fault::Nul)));
    }

    #[test]
    fn a_line_beyond_the_limit_is_a_fault_and_one_at_it_is_not() {
        let text = |n| [vec![b'x'; n], b"\r\n.\r\n".to_vec()].concat();
        assert_eq!(run(&text(1_000), &[300, 600], true).2, None);
        assert_eq!(run(&text(1_001), &[300, 600], true).2, Some(Fault::LongLine));
    }

    /// The same by the letter: split at CRLF, look at each line.
    fn plain(input: &[u8]) -> (Vec<u8>, Option<usize>) {
        let (mut text, mut at) = (Vec::new(), 0);
        while let Some(n) = input[at..].windows(2).position(|w| w == b"\r\n") {
            let line = &input[at..at + n];
            at += n + 2;
            if line == b"." {
                return (text, Some(at));
            }
            text.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
            text.extend_from_slice(b"\r\n");
        }
        text.extend_from_slice(input[at..].strip_prefix(b".").unwrap_or(&input[at..]));
        (text, None)
    }

    fn stream() -> impl Strategy<Value = Vec<u8>> {
        let word = prop_oneof![
            4 => Just(b"\r\n".to_vec()), 3 => Just(b".".to_vec()), 2 => Just(b"a".to_vec()), 1 => Just(b"\r".to_vec()),
            1 => Just(b"\n".to_vec()), 1 => Just(b"\0".to_vec()), 1 => proptest::collection::vec(any::<u8>(), 0..40),
        ];
        proptest::collection::vec(word, 0..40).prop_map(|words| words.concat())
    }

    proptest! {
        #[test]
        fn cutting_the_input_elsewhere_changes_nothing(input in stream(), cuts in proptest::collection::vec(any::<usize>(), 0..20), dots: bool) {
            prop_assert_eq!(run(&input, &cuts, dots), run(&input, &[], dots));
        }
        #[test]
        fn without_a_fault_it_agrees_with_reading_line_by_line(input in stream()) {
            let (text, end, fault) = run(&input, &[], true);
            if fault.is_none() && end.is_some() {
                prop_assert_eq!((&text, end), (&plain(&input).0, plain(&input).1));
            }
        }
        #[test]
        fn a_text_without_fault_has_no_bare_line_end_and_no_nul(input in stream(), dots: bool) {
            let (text, end, fault) = run(&input, &[], dots);
            if fault.is_none() && end.is_some() {
                let lines = text.split(|b| *b == b'\n').count() - 1;
                prop_assert_eq!(text.windows(2).filter(|w| w == b"\r\n").count(), lines);
                prop_assert!(!text.contains(&0));
                prop_assert_eq!(text.iter().filter(|b| **b == b'\r').count(), lines);
            }
        }
        #[test]
        fn an_end_is_always_after_crlf_dot_crlf(input in stream()) {
            if let (_, Some(end), _) = run(&input, &[], true) {
                prop_assert!(input[..end].ends_with(b"\r\n.\r\n") || &input[..end] == b".\r\n");
            }
        }
    }
}
