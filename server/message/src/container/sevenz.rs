//! 7z archives. Members that need a password, and archives whose list of members needs one, are encrypted.

use super::{Inside, Member, unpack};
use crate::limits::Ledger;
use bytes::Bytes;
use sevenz_rust2::{ArchiveReader, EntryDecision, Error, Password};
use std::io::Cursor;

pub(crate) fn open(data: &Bytes, ledger: &mut Ledger<'_>) -> Inside {
    let mut inside = Inside::default();
    let limit = unpack::DECODER_KIB as usize;
    let mut archive = match ArchiveReader::new_with_memory_limit(Cursor::new(data.as_ref()), Password::empty(), limit) {
        Ok(archive) => archive,
        Err(Error::PasswordRequired | Error::MaybeBadPassword(_)) => {
            inside.encrypted = true;
            return inside;
        }
        Err(e) => {
            // The list of members itself is encrypted: the method is not built in.
            let text = e.to_string().to_ascii_lowercase();
            inside.encrypted = text.contains("aes") || text.contains("06f10701");
            if !inside.encrypted {
                inside.unopened = Some("7z content that was not unpacked".to_owned());
            }
            return inside;
        }
    };
    archive.set_thread_count(1);
    let all = archive.archive();
    // By index, as names may stand there twice; members of encrypted blocks are told and never unpacked.
    let mut locked = Vec::new();
    for (index, file) in all.files.iter().enumerate().filter(|(_, f)| !f.is_directory()) {
        if !all.is_file_encrypted(index) {
            continue;
        }
        if !ledger.member() {
            return inside;
        }
        locked.push(Member { name: file.name().to_owned(), size: file.size(), encrypted: true, ..Member::default() });
    }
    let packed = data.len() as u64;
    let encrypted = !locked.is_empty();
    inside.members = locked;
    let read = archive.for_each_entries_with_decision_allowing_surplus(|entry, content| {
        if entry.is_directory() {
            return Ok(EntryDecision::Continue);
        }
        if !ledger.member() {
            return Ok(EntryDecision::Stop);
        }
        let unpacked = unpack::stream(content, packed, ledger);
        inside.members.push(Member {
            name: entry.name().to_owned(),
            size: unpacked.size.max(entry.size()),
            complete: unpacked.complete,
            data: Bytes::from(unpacked.data),
            ..Member::default()
        });
        Ok(if unpacked.limited { EntryDecision::Stop } else { EntryDecision::Continue })
    });
    if read.is_err() && !encrypted {
        inside.unopened = Some("7z content that was not unpacked".to_owned());
    }
    inside
}
