//! Tape archives (POSIX ustar, pax paths, GNU long names). Members are slices of the archive.

use super::{Inside, whole};
use crate::limits::Ledger;
use bytes::Bytes;

const BLOCK: usize = 512;

pub(crate) fn open(data: &Bytes, ledger: &mut Ledger<'_>) -> Inside {
    let mut inside = Inside::default();
    let mut at = 0;
    // A name that an extension header gives to the next member.
    let mut long_name: Option<String> = None;
    while let Some(header) = data.get(at..at + BLOCK) {
        if header[0] == 0 {
            at += BLOCK;
            continue;
        }
        if header.get(257..262) != Some(b"ustar") || !ledger.member() {
            break;
        }
        let size = usize::try_from(octal(&header[124..136])).unwrap_or(usize::MAX);
        let start = at + BLOCK;
        let end = start.saturating_add(size).min(data.len());
        let content = data.slice(start.min(end)..end);
        match header[156] {
            b'0' | 0 | b'7' => {
                let name = long_name.take().unwrap_or_else(|| name(header));
                inside.members.push(whole(name, content));
            }
            b'L' => long_name = Some(text(&content[..content.len().min(4_096)])),
            b'x' => long_name = pax_path(&content).or(long_name),
            _ => long_name = None,
        }
        at = match end.checked_next_multiple_of(BLOCK) {
            Some(next) => next.max(start),
            None => break,
        };
    }
    inside
}

fn name(header: &[u8]) -> String {
    let (prefix, name) = (text(&header[345..500]), text(&header[..100]));
    if prefix.is_empty() { name } else { format!("{prefix}/{name}") }
}

fn text(field: &[u8]) -> String {
    let end = memchr::memchr(0, field).unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).into_owned()
}

fn octal(field: &[u8]) -> u64 {
    if field[0] & 0x80 != 0 {
        // GNU: big-endian binary.
        return field[4..].iter().fold(0u64, |n, b| n << 8 | u64::from(*b));
    }
    let digits = field.iter().skip_while(|b| **b == b' ').take_while(|b| (b'0'..=b'7').contains(b));
    digits.fold(0u64, |n, b| n << 3 | u64::from(b - b'0'))
}

/// The `path` record of a pax header: `length path=value\n`.
fn pax_path(content: &[u8]) -> Option<String> {
    let content = String::from_utf8_lossy(&content[..content.len().min(64 << 10)]).into_owned();
    content.lines().find_map(|l| l.split_once(" path=").map(|(_, path)| path.to_owned()))
}
