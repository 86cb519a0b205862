//! ZIP archives (APPNOTE.TXT), by their central directory; where that is damaged, by the headers before each member.

use super::{Inside, Member, unpack};
use crate::limits::Ledger;
use bytes::Bytes;
use std::io::Cursor;
use zip::{ZipArchive, read::ZipFile};

/// Central directory entries beyond the limit on members that are still read, as nested archives show through.
const SPARE: usize = 4;

/// What is known of a member before it is unpacked.
pub(crate) struct Entry<'a> {
    pub name: &'a str,
}

/// Names that are looked at to tell what kind of package a zip file is.
const MOST_NAMES: usize = 4_096;

/// Bytes of a name that are kept.
const LONGEST_NAME: usize = 1_024;

/// Whether a central directory stands at the end.
pub(crate) fn has_directory(data: &[u8]) -> bool {
    let tail = data.len().saturating_sub(66 << 10);
    memchr::memmem::rfind(&data[tail..], b"PK\x05\x06").is_some() && memchr::memmem::find(data, b"PK\x01\x02").is_some()
}

/// The names in the central directory; without one, those before the members.
pub(crate) fn names(data: &[u8]) -> Vec<&[u8]> {
    let mut out = Vec::new();
    let u16_at = |at: usize| data.get(at..at + 2).map(|b| usize::from(u16::from_le_bytes([b[0], b[1]])));
    let u32_at = |at: usize| data.get(at..at + 4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize);
    // The end record may be followed by a comment of 64 KiB.
    let tail = data.len().saturating_sub(66 << 10);
    let end = memchr::memmem::rfind(&data[tail..], b"PK\x05\x06").map(|n| n + tail);
    let mut at = end.and_then(|end| end.checked_sub(u32_at(end + 12)?)).unwrap_or(usize::MAX);
    while out.len() < MOST_NAMES && data.get(at..at.saturating_add(4)) == Some(b"PK\x01\x02") {
        let (Some(name), Some(extra), Some(comment)) = (u16_at(at + 28), u16_at(at + 30), u16_at(at + 32)) else {
            break;
        };
        out.extend(data.get(at + 46..at + 46 + name));
        at += 46 + name + extra + comment;
    }
    if out.is_empty() {
        for at in memchr::memmem::find_iter(data, b"PK\x03\x04").take(MOST_NAMES) {
            out.extend(u16_at(at + 26).and_then(|name| data.get(at + 30..at + 30 + name)));
        }
    }
    out
}

pub(crate) fn open(data: &Bytes, ledger: &mut Ledger<'_>) -> Inside {
    let mut inside = Inside::default();
    members(data, ledger, |_| true, |member, _| inside.members.push(member));
    inside
}

/// Reads the members that are wanted. The rest is only counted.
pub(crate) fn members(
    data: &Bytes,
    ledger: &mut Ledger<'_>,
    wanted: impl Fn(&Entry<'_>) -> bool,
    mut each: impl FnMut(Member, &mut Ledger<'_>),
) {
    // The directory is read as a whole, so one of millions of entries must not be read at all.
    let most = ledger.limits.members.saturating_mul(SPARE);
    let entries = memchr::memmem::find_iter(data, b"PK\x01\x02").take(most + 1).count();
    let archive = if entries > most { None } else { ZipArchive::new(Cursor::new(data.as_ref())).ok() };
    let Some(mut archive) = archive else {
        return damaged(data, ledger, wanted, each);
    };
    let mut limited = false;
    for index in 0..archive.len() {
        if !ledger.member() {
            return;
        }
        let Ok(file) = archive.by_index_raw(index) else { continue };
        if file.is_dir() || !wanted(&Entry { name: file.name() }) {
            continue;
        }
        let mut member = describe(&file);
        let packed = file.compressed_size();
        drop(file);
        if !member.encrypted {
            match archive.by_index(index) {
                Ok(file) if !limited => limited = fill(&mut member, file, packed, ledger),
                Ok(_) => member.unopened = Some("content behind a limit".to_owned()),
                Err(e) => member.unopened = Some(format!("content that was not unpacked ({e})")),
            }
        }
        each(member, ledger);
    }
}

/// Reads members one after the other by the headers before them (APPNOTE.TXT §4.3.7), from the start.
fn damaged(
    data: &Bytes,
    ledger: &mut Ledger<'_>,
    wanted: impl Fn(&Entry<'_>) -> bool,
    mut each: impl FnMut(Member, &mut Ledger<'_>),
) {
    let (mut at, mut limited) = (0, false);
    while let Some(found) = memchr::memmem::find(&data[at..], b"PK\x03\x04") {
        let start = at + found;
        at = start + 4;
        let Some(header) = data.get(start..start + 30) else { return };
        let u16_at = |i: usize| usize::from(u16::from_le_bytes([header[i], header[i + 1]]));
        let u32_at = |i: usize| u32::from_le_bytes([header[i], header[i + 1], header[i + 2], header[i + 3]]) as usize;
        let (flags, method, name, extra) = (u16_at(6), u16_at(8), u16_at(26), u16_at(28));
        let Some(raw_name) = data.get(start + 30..start + 30 + name) else { continue };
        let name = String::from_utf8_lossy(&raw_name[..raw_name.len().min(LONGEST_NAME)]).into_owned();
        if name.ends_with('/') || !wanted(&Entry { name: &name }) {
            continue;
        }
        if !ledger.member() {
            return;
        }
        let mut member = Member { name, encrypted: flags & 1 != 0, ..Member::default() };
        let body = data.get(start + 30 + raw_name.len() + extra..).unwrap_or_default();
        // With flag bit 3 the sizes stand behind the content.
        let packed = if flags & 8 != 0 { body.len() } else { u32_at(18).min(body.len()) };
        match method {
            _ if member.encrypted => {}
            _ if limited => member.unopened = Some("content behind a limit".to_owned()),
            0 => limited = fill(&mut member, &body[..packed], packed as u64, ledger),
            8 => {
                let inflater = flate2::read::DeflateDecoder::new(&body[..packed]);
                limited = fill(&mut member, inflater, packed as u64, ledger);
            }
            other => member.unopened = Some(format!("content that was not unpacked (compression method {other})")),
        }
        // Members inside a stored archive would be taken for members of this one.
        if flags & 8 == 0 && !member.data.is_empty() {
            at = (start + 30 + raw_name.len() + extra + packed).min(data.len());
        }
        each(member, ledger);
    }
}

fn describe<R: std::io::Read + ?Sized>(file: &ZipFile<'_, R>) -> Member {
    Member { name: file.name().to_owned(), size: file.size(), encrypted: file.encrypted(), ..Member::default() }
}

/// Unpacks a member; whether a limit stopped it.
fn fill(member: &mut Member, from: impl std::io::Read, packed: u64, ledger: &mut Ledger<'_>) -> bool {
    let unpacked = unpack::stream(from, packed, ledger);
    member.size = member.size.max(unpacked.size);
    member.complete = unpacked.complete;
    if unpacked.data.is_empty() && member.size > 0 && !unpacked.limited {
        member.unopened = Some("damaged content".to_owned());
    }
    member.data = Bytes::from(unpacked.data);
    unpacked.limited
}
