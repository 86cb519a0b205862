//! A message as it goes over the wire after DATA: lines end in CRLF and nothing else, a leading dot is doubled
//! (RFC 5321 §4.5.2), and a bare CR or LF becomes CRLF, so that no host can see an end of data that is not ours.

/// Encodes a message that comes in pieces. The pieces may be cut anywhere.
#[derive(Debug, Clone, Copy)]
pub struct Encoder {
    at_line_start: bool,
    /// The last byte was a CR that is not written yet.
    cr: bool,
}

impl Default for Encoder {
    fn default() -> Self {
        Encoder { at_line_start: true, cr: false }
    }
}

impl Encoder {
    /// Appends a piece to `out`.
    pub fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        let mut rest = piece;
        if self.cr && !rest.is_empty() {
            self.cr = false;
            out.extend_from_slice(b"\r\n");
            self.at_line_start = true;
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        }
        if self.at_line_start && rest.first() == Some(&b'.') {
            out.push(b'.');
        }
        // `rest[..done]` is copied; what follows up to `from` is well formed and copied in one go later.
        let (mut done, mut from) = (0, 0);
        while let Some(found) = memchr::memchr2(b'\r', b'\n', &rest[from..]) {
            let at = from + found;
            let next = match (rest[at], rest.get(at + 1)) {
                (b'\r', Some(b'\n')) => at + 2,
                (b'\r', None) => {
                    out.extend_from_slice(&rest[done..at]);
                    (self.cr, self.at_line_start) = (true, false);
                    return;
                }
                _ => {
                    out.extend_from_slice(&rest[done..at]);
                    out.extend_from_slice(b"\r\n");
                    done = at + 1;
                    at + 1
                }
            };
            if rest.get(next) == Some(&b'.') {
                out.extend_from_slice(&rest[done..next]);
                out.push(b'.');
                done = next;
            }
            from = next;
        }
        out.extend_from_slice(&rest[done..]);
        if !rest.is_empty() {
            self.at_line_start = from == rest.len();
        }
    }

    /// Ends the last line and the data.
    pub fn finish(self, out: &mut Vec<u8>) {
        if self.cr || !self.at_line_start {
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b".\r\n");
    }
}

/// A message as the receiver will have it: the lines as the encoder ends them, without doubled dots.
pub fn as_received(pieces: &[&[u8]]) -> Vec<u8> {
    let mut out = encoded(pieces);
    out.truncate(out.len().saturating_sub(b".\r\n".len()));
    let (mut from, mut to) = (0, 0);
    while from < out.len() {
        let end = memchr::memchr(b'\n', &out[from..]).map_or(out.len(), |n| from + n + 1);
        from += usize::from(out[from] == b'.');
        out.copy_within(from..end, to);
        to += end - from;
        from = end;
    }
    out.truncate(to);
    out
}

/// A whole message, encoded and ended.
pub fn encoded(pieces: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::with_capacity(pieces.iter().map(|p| p.len()).sum::<usize>() + 64);
    let mut encoder = Encoder::default();
    for piece in pieces {
        encoder.push(piece, &mut out);
    }
    encoder.finish(&mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a receiver makes of it: every line between CRLFs, dots removed, up to the lone dot.
    fn decoded(wire: &[u8]) -> Vec<Vec<u8>> {
        let mut lines = Vec::new();
        let mut rest = wire;
        loop {
            let Some(end) = rest.windows(2).position(|w| w == b"\r\n") else { panic!("no end of data") };
            let line = &rest[..end];
            rest = &rest[end + 2..];
            if line == b"." {
                assert!(rest.is_empty(), "data ends early");
                return lines;
            }
            lines.push(line.strip_prefix(b".").unwrap_or(line).to_vec());
        }
    }
    /// The lines of a message where CRLF, CR and LF all end a line.
    fn lines(message: &[u8]) -> Vec<Vec<u8>> {
        let (mut out, mut line) = (Vec::new(), Vec::new());
        let mut i = 0;
        while i < message.len() {
            match message[i] {
                b'\r' | b'\n' => {
                    i += usize::from(message[i..].starts_with(b"\r\n"));
                    out.push(std::mem::take(&mut line));
                }
                byte => line.push(byte),
            }
            i += 1;
        }
        if !line.is_empty() {
            out.push(line);
        }
        out
    }

    #[test]
    fn dots_are_doubled_and_line_ends_made_whole() {
        assert_eq!(encoded(&[b".a\r\n.b\n.c\r.d"]), b"..a\r\n..b\r\n..c\r\n..d\r\n.\r\n");
        assert_eq!(encoded(&[]), b".\r\n");
        assert_eq!(encoded(&[b"a\r\n"]), b"a\r\n.\r\n");
        assert_eq!(encoded(&[b"a\r", b"\n", b".b"]), b"a\r\n..b\r\n.\r\n");
        assert_eq!(encoded(&[b"a\r", b".\r\n"]), b"a\r\n..\r\n.\r\n");
        assert_eq!(encoded(&[b"a\r"]), b"a\r\n.\r\n");
        assert_eq!(encoded(&[b"a\r\n", b"", b".b"]), b"a\r\n..b\r\n.\r\n");
    }
    proptest! {
        #[test]
        fn a_receiver_gets_every_line_and_no_early_end(message in "[ab.\r\n]{0,60}", cuts in proptest::collection::vec(0usize..60, 0..5)) {
            let message = message.as_bytes();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|c| c.min(message.len())).collect();
            cuts.sort_unstable();
            let (mut pieces, mut from) = (Vec::new(), 0);
            for cut in cuts {
                pieces.push(&message[from..cut]);
                from = cut;
            }
            pieces.push(&message[from..]);
            let wire = encoded(&pieces);
            prop_assert_eq!(&wire, &encoded(&[message]));
            for (i, byte) in wire.iter().enumerate() {
                prop_assert!(*byte != b'\n' || i > 0 && wire[i - 1] == b'\r');
                prop_assert!(*byte != b'\r' || wire.get(i + 1) == Some(&b'\n'));
            }
            prop_assert_eq!(decoded(&wire), lines(message));
            let received: Vec<u8> = lines(message).iter().flat_map(|l| [l.as_slice(), b"\r\n"].concat()).collect();
            prop_assert_eq!(as_received(&[message]), received);
        }
    }
}
