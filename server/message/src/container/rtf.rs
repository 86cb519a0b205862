//! Rich Text Format: embedded objects as members, and DDE fields.

use super::{Inside, whole};
use crate::limits::Ledger;
use bytes::Bytes;

/// Largest object that is taken out.
const OBJECT: usize = 32 << 20;

pub(crate) fn open(data: &Bytes, ledger: &mut Ledger<'_>) -> Inside {
    let mut inside = Inside::default();
    for at in memchr::memmem::find_iter(data, b"\\fldinst") {
        let window = &data[at + 8..data.len().min(at + 256)];
        if plain(window).to_ascii_uppercase().contains("DDE") {
            inside.found("DDE field");
        }
    }
    let mut done = 0;
    for at in memchr::memmem::find_iter(data, b"\\objdata") {
        if at < done {
            continue;
        }
        if !ledger.member() {
            break;
        }
        let (object, end) = hex(&data[at + 8..data.len().min(at + 8 + OBJECT)]);
        done = at + 8 + end;
        // What matters starts at the mark of a known format; before it stands the header of OLE 1.
        let marks: [&[u8]; 3] = [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04", b"MZ\x90\0"];
        let start = marks.iter().filter_map(|m| memchr::memmem::find(&object, m)).min().unwrap_or(0);
        if memchr::memmem::find(&object, b"Equation.").is_some() {
            inside.found("equation object");
        }
        if !object.is_empty() {
            inside
                .members
                .push(whole(format!("object-{}", inside.members.len() + 1), Bytes::from(object).slice(start..)));
        }
    }
    inside
}

/// Text without groups and control words.
fn plain(rtf: &[u8]) -> String {
    let mut out = String::new();
    let mut chars = rtf.iter().peekable();
    while let Some(&b) = chars.next() {
        match b {
            b'\\' => while chars.next_if(|c| c.is_ascii_alphanumeric() || **c == b'*' || **c == b'-').is_some() {},
            b'{' | b'}' | b'\r' | b'\n' => {}
            b => out.push(b as char),
        }
    }
    out
}

/// The bytes that hexadecimal digits give until the group ends; control words and blanks between do not count. And the
/// length read.
fn hex(rtf: &[u8]) -> (Vec<u8>, usize) {
    let mut out = Vec::new();
    let mut high: Option<u8> = None;
    let mut depth = 0i32;
    let mut at = 0;
    while let Some(&b) = rtf.get(at) {
        at += 1;
        match b {
            b'{' => depth += 1,
            b'}' if depth == 0 => break,
            b'}' => depth -= 1,
            b'\\' => {
                while rtf.get(at).is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, b'*' | b'-' | b'\'')) {
                    at += 1;
                }
            }
            b => {
                if let Some(digit) = (b as char).to_digit(16).map(|d| d as u8) {
                    match high.take() {
                        Some(h) => out.push(h << 4 | digit),
                        None => high = Some(digit),
                    }
                }
            }
        }
    }
    (out, at)
}
