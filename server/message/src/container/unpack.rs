//! Unpacking a stream within the limits.

use super::{Inside, Member};
use crate::limits::Ledger;
use bytes::Bytes;
use std::io::Read;

/// Below this many bytes no ratio is a bomb: an empty form or a blank picture packs well.
const HARMLESS: u64 = 1 << 20;

/// What came out of a stream.
#[derive(Debug, Default)]
pub(crate) struct Unpacked {
    pub data: Vec<u8>,
    pub size: u64,
    /// The stream was read to its end, and all of it kept.
    pub complete: bool,
    /// A limit stopped it: what else the archive holds is not to be unpacked either.
    pub limited: bool,
}

/// Reads a stream that stands for `packed` bytes.
pub(crate) fn stream(mut from: impl Read, packed: u64, ledger: &mut Ledger<'_>) -> Unpacked {
    let mut out = Unpacked::default();
    let mut buffer = vec![0u8; 32 << 10];
    loop {
        let count = match from.read(&mut buffer) {
            Ok(0) => {
                out.complete = out.data.len() as u64 == out.size;
                return out;
            }
            Ok(count) => count,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
            // Damaged: what came out so far is all that there is.
            Err(_) => return out,
        };
        out.size += count as u64;
        ledger.unpacked += count as u64;
        if ledger.kept + (count as u64) <= ledger.limits.kept {
            ledger.kept += count as u64;
            out.data.extend_from_slice(&buffer[..count]);
        } else {
            ledger.hit(format!("archives hold more than {} MiB", ledger.limits.kept >> 20));
            out.limited = true;
            return out;
        }
        if ledger.unpacked > ledger.limits.unpacked {
            ledger.hit(format!("archives unpack to more than {} MiB", ledger.limits.unpacked >> 20));
            out.limited = true;
        } else if out.size > HARMLESS && out.size / ledger.limits.ratio.max(1) > packed {
            ledger.hit(format!("an archive unpacks to more than {} times its size", ledger.limits.ratio));
            out.limited = true;
        } else if ledger.late() {
            out.limited = true;
        }
        if out.limited {
            return out;
        }
    }
}

/// The one member of a gzip file (RFC 1952), named after the file.
pub(crate) fn gzip(data: &Bytes, name: &str, ledger: &mut Ledger<'_>) -> Inside {
    if !ledger.member() {
        return Inside::default();
    }
    let unpacked = stream(flate2::read::MultiGzDecoder::new(data.as_ref()), data.len() as u64, ledger);
    let lower = name.to_ascii_lowercase();
    let inner = if let Some(stem) = lower.strip_suffix(".gz") {
        name[..stem.len()].to_owned()
    } else if let Some(stem) = lower.strip_suffix(".tgz") {
        format!("{}.tar", &name[..stem.len()])
    } else {
        format!("{name}.unpacked")
    };
    let member = Member {
        name: inner,
        size: unpacked.size,
        complete: unpacked.complete,
        data: Bytes::from(unpacked.data),
        ..Member::default()
    };
    Inside { members: vec![member], ..Inside::default() }
}
