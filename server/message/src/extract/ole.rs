//! Office 97 and Outlook files: the runs of text in their streams. Words are found as they stand there, in one byte or two
//! a character; numbers that a sheet holds in binary are not.

use bytes::Bytes;
use std::io::{Cursor, Read};

/// Streams that hold what a reader sees.
const STREAMS: &[&str] =
    &["worddocument", "1table", "0table", "workbook", "book", "powerpoint document", "visiodocument"];
/// Shortest run that is text.
const RUN: usize = 4;

pub(super) fn text(data: &Bytes, most: usize) -> String {
    let mut out = String::new();
    let Ok(mut file) = cfb::CompoundFile::open(Cursor::new(data.as_ref())) else { return out };
    let wanted = |name: &str| {
        let name = name.to_ascii_lowercase();
        STREAMS.contains(&name.as_str()) || name.starts_with("__substg1.0_")
    };
    let paths: Vec<_> =
        file.walk().take(20_000).filter(|e| e.is_stream() && wanted(e.name())).map(|e| e.path().to_owned()).collect();
    for path in paths {
        if out.len() >= most {
            break;
        }
        let Ok(stream) = file.open_stream(&path) else { continue };
        let mut content = Vec::new();
        // A damaged stream gives what could be read.
        let _ = stream.take(most as u64 * 2).read_to_end(&mut content);
        runs(&content, most, &mut out);
    }
    out
}

/// Runs of characters in UTF-16, and in one byte.
fn runs(data: &[u8], most: usize, out: &mut String) {
    let mut at = 0;
    let mut run = String::new();
    while at < data.len() && out.len() < most {
        let wide = |at: usize| {
            let unit = u16::from_le_bytes([*data.get(at)?, *data.get(at + 1)?]);
            char::from_u32(u32::from(unit)).filter(|c| *c < '\u{2000}' && readable(*c))
        };
        let start = at;
        while let Some(c) = wide(at) {
            run.push(c);
            at += 2;
        }
        if run.chars().count() < RUN {
            run.clear();
            at = start;
            while let Some(c) = data.get(at).map(|b| *b as char).filter(|c| readable(*c)) {
                run.push(c);
                at += 1;
            }
        }
        if run.chars().count() >= RUN {
            out.push_str(&run);
            out.push('\n');
        }
        run.clear();
        at = at.max(start + 1);
    }
}

fn readable(c: char) -> bool {
    matches!(c, '\t' | '\r' | '\n') || (c >= ' ' && !c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_in_one_byte_and_in_two_is_found() {
        let wide: Vec<u8> = "Card 4111111111111111".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let data = [b"\x01\x02narrow text\0\0\x03".as_slice(), &wide, b"\0\0ab\0"].concat();
        let mut out = String::new();
        runs(&data, 1_000, &mut out);
        assert!(out.contains("narrow text") && out.contains("4111111111111111") && !out.contains("ab"), "{out:?}");
    }
}
