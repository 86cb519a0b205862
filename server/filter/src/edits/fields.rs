//! The fields of the message's header as byte ranges, all of them however many there are: a forged header must not hide
//! behind a limit of the parser.

pub(super) struct Field {
    pub start: usize,
    colon: usize,
    /// After the line end of the field's last line.
    pub end: usize,
}

impl Field {
    pub fn name<'a>(&self, raw: &'a [u8]) -> &'a [u8] {
        raw.get(self.start..self.colon).unwrap_or_default().trim_ascii_end()
    }
    /// After the colon, with the line ends.
    pub fn value<'a>(&self, raw: &'a [u8]) -> &'a [u8] {
        raw.get(self.colon + 1..self.end).unwrap_or_default()
    }
    pub fn value_start(&self) -> usize {
        self.colon + 1
    }
}

pub(super) struct Header {
    /// Where fields can be put before all others.
    pub start: usize,
    pub fields: Vec<Field>,
    /// Whether a blank line separates header and body.
    pub ends_with_blank_line: bool,
}

/// Reads the header that ends where the parser found the body.
pub(super) fn scan(raw: &[u8], body_start: usize) -> Header {
    let end = body_start.min(raw.len());
    let mut header = Header { start: 0, fields: Vec::new(), ends_with_blank_line: false };
    let mut at = 0;
    while at < end {
        let next = raw[at..end].iter().position(|b| *b == b'\n').map_or(end, |n| at + n + 1);
        let line = &raw[at..next];
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if text.is_empty() {
            header.ends_with_blank_line = true;
            break;
        }
        let folded = matches!(text[0], b' ' | b'\t');
        match header.fields.last_mut().filter(|f| folded && f.end == at) {
            Some(field) => field.end = next,
            None if at == 0 && text.starts_with(b"From ") => header.start = next,
            None => {
                // A line that is no field, or the continuation of one, is left alone.
                if let Some(colon) = text.iter().position(|b| *b == b':').filter(|n| *n > 0 && !folded) {
                    header.fields.push(Field { start: at, colon: at + colon, end: next });
                }
            }
        }
        at = next;
    }
    header
}
