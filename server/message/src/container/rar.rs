//! RAR archives, versions 4 and 5: members are listed by name; stored ones are read, compressed ones are not, as the
//! compression is not free to implement.

use super::{Inside, Member};
use crate::limits::Ledger;
use bytes::Bytes;

const COMPRESSED: &str = "rar members that were not unpacked";

pub(crate) fn open(data: &Bytes, ledger: &mut Ledger<'_>) -> Inside {
    let mut inside = Inside::default();
    if data.starts_with(b"Rar!\x1a\x07\x01\0") {
        version_5(data, &mut inside, ledger);
    } else {
        version_4(data, &mut inside, ledger);
    }
    if inside.members.iter().any(|m| m.unopened.is_some()) {
        inside.unopened = Some(COMPRESSED.to_owned());
    }
    inside
}

fn member(name: &[u8], size: u64, encrypted: bool, stored: Option<Bytes>) -> Member {
    let name = String::from_utf8_lossy(name).into_owned();
    match stored.filter(|_| !encrypted) {
        Some(data) => Member { name, size, complete: data.len() as u64 == size, data, ..Member::default() },
        None => {
            let unopened = (!encrypted).then(|| COMPRESSED.to_owned());
            Member { name, size, encrypted, unopened, ..Member::default() }
        }
    }
}

fn slice(data: &Bytes, start: usize, length: u64) -> Bytes {
    let end = usize::try_from(length).unwrap_or(usize::MAX).saturating_add(start).min(data.len());
    data.slice(start.min(end)..end)
}

fn version_4(data: &Bytes, inside: &mut Inside, ledger: &mut Ledger<'_>) {
    let u16_at = |at: usize| data.get(at..at + 2).map(|b| u16::from_le_bytes([b[0], b[1]]));
    let u32_at = |at: usize| data.get(at..at + 4).map(|b| u64::from(u32::from_le_bytes([b[0], b[1], b[2], b[3]])));
    let mut at = 7;
    while let (Some(kind), Some(flags), Some(size)) = (data.get(at + 2), u16_at(at + 3), u16_at(at + 5)) {
        let (kind, size) = (*kind, usize::from(size).max(7));
        if kind == 0x73 && flags & 0x80 != 0 {
            inside.encrypted = true;
            return;
        }
        let mut added = if flags & 0x8000 != 0 || kind == 0x74 { u32_at(at + 7).unwrap_or(0) } else { 0 };
        if kind == 0x74 {
            if !ledger.member() {
                return;
            }
            let (Some(unpacked), Some(method), Some(length)) = (u32_at(at + 11), data.get(at + 25), u16_at(at + 26))
            else {
                return;
            };
            let mut unpacked = unpacked;
            let mut name_at = at + 32;
            if flags & 0x100 != 0 {
                added |= u32_at(at + 32).unwrap_or(0) << 32;
                unpacked |= u32_at(at + 36).unwrap_or(0) << 32;
                name_at += 8;
            }
            let name = data.get(name_at..name_at + usize::from(length)).unwrap_or_default();
            // With the Unicode flag a second form of the name follows a NUL.
            let name = &name[..memchr::memchr(0, name).unwrap_or(name.len())];
            if flags & 0xe0 != 0xe0 {
                let stored = (*method == 0x30).then(|| slice(data, at + size, added));
                inside.members.push(member(name, unpacked, flags & 0x04 != 0, stored));
            }
        } else if kind == 0x7b {
            return;
        }
        at = match usize::try_from(added).ok().and_then(|n| at.checked_add(size)?.checked_add(n)) {
            Some(next) => next,
            None => return,
        };
    }
}

/// A number of seven bits a byte, and where it ends.
fn vint(data: &[u8], at: &mut usize) -> Option<u64> {
    let mut out = 0u64;
    for i in 0..10 {
        let byte = *data.get(*at)?;
        *at += 1;
        out |= u64::from(byte & 0x7f).checked_shl(7 * i)?;
        if byte & 0x80 == 0 {
            return Some(out);
        }
    }
    None
}

fn version_5(data: &Bytes, inside: &mut Inside, ledger: &mut Ledger<'_>) {
    let mut at = 8;
    while let Some(next) = block_5(data, at, inside, ledger) {
        at = next;
    }
}

/// Reads one block; where the next one starts.
fn block_5(data: &Bytes, start: usize, inside: &mut Inside, ledger: &mut Ledger<'_>) -> Option<usize> {
    let mut at = start.checked_add(4)?;
    let size = vint(data, &mut at)?;
    let end = at.checked_add(usize::try_from(size).ok()?).filter(|end| *end <= data.len())?;
    let (kind, flags) = (vint(data, &mut at)?, vint(data, &mut at)?);
    let extra = if flags & 1 != 0 { vint(data, &mut at)? } else { 0 };
    let added = if flags & 2 != 0 { vint(data, &mut at)? } else { 0 };
    match kind {
        4 => {
            inside.encrypted = true;
            return None;
        }
        5 => return None,
        2 if ledger.member() => {
            let file_flags = vint(data, &mut at)?;
            let unpacked = vint(data, &mut at)?;
            vint(data, &mut at)?;
            at += if file_flags & 2 != 0 { 4 } else { 0 };
            at += if file_flags & 4 != 0 { 4 } else { 0 };
            let compression = vint(data, &mut at)?;
            vint(data, &mut at)?;
            let length = usize::try_from(vint(data, &mut at)?).ok()?;
            let name = data.get(at..at.checked_add(length)?)?;
            let encrypted = usize::try_from(extra)
                .ok()
                .and_then(|n| end.checked_sub(n))
                .is_some_and(|e| has_encryption(&data[..end], e));
            if file_flags & 1 == 0 {
                let stored = (compression >> 7 & 7 == 0).then(|| slice(data, end, added));
                inside.members.push(member(name, unpacked, encrypted, stored));
            }
        }
        2 => return None,
        _ => {}
    }
    end.checked_add(usize::try_from(added).ok()?)
}

/// Whether the extra area that starts at `at` has an encryption record (type 1).
fn has_encryption(header: &[u8], mut at: usize) -> bool {
    while at < header.len() {
        let Some(size) = vint(header, &mut at).and_then(|n| usize::try_from(n).ok()) else { return false };
        let mut inner = at;
        if vint(header, &mut inner) == Some(1) {
            return true;
        }
        at = match at.checked_add(size) {
            Some(next) if size > 0 => next,
            _ => return false,
        };
    }
    false
}
