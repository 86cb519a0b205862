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

/// Memory that a decoder may take for what it remembers, in KiB. Archives of usual tools need 64 MiB at most.
pub(crate) const DECODER_KIB: u32 = 128 << 10;

/// The one member of a compressed file (gzip RFC 1952, bzip2, xz, Zstandard RFC 8878, lzip), named after the file.
pub(crate) fn single(data: &Bytes, kind: &str, name: &str, ledger: &mut Ledger<'_>) -> Inside {
    if !ledger.member() {
        return Inside::default();
    }
    let (packed, from) = (data.len() as u64, data.as_ref());
    let unpacked = match kind {
        "gz" => stream(flate2::read::MultiGzDecoder::new(from), packed, ledger),
        "bz2" => stream(bzip2::read::MultiBzDecoder::new(from), packed, ledger),
        "xz" => stream(lzma_rust2::XzReader::new_mem_limit(from, true, DECODER_KIB), packed, ledger),
        "lz" => stream(lzma_rust2::LzipReader::new(from), packed, ledger),
        _ => match zstandard(from) {
            Some(decoder) => stream(decoder, packed, ledger),
            None => Unpacked::default(),
        },
    };
    let empty = unpacked.data.is_empty() && !unpacked.complete && !unpacked.limited;
    let member = Member {
        name: inner_name(name),
        size: unpacked.size,
        complete: unpacked.complete,
        data: Bytes::from(unpacked.data),
        ..Member::default()
    };
    let unopened = empty.then(|| format!("{kind} content that could not be unpacked"));
    Inside { members: vec![member], unopened, ..Inside::default() }
}

fn zstandard(from: &[u8]) -> Option<impl Read + '_> {
    /// Largest window that is remembered, as a power of two.
    const WINDOW: u32 = 27;
    let mut decoder = zstd::stream::read::Decoder::with_buffer(from).ok()?;
    decoder.window_log_max(WINDOW).ok()?;
    Some(decoder)
}

fn inner_name(name: &str) -> String {
    const ENDINGS: &[(&str, &str)] = &[
        (".gz", ""),
        (".tgz", ".tar"),
        (".bz2", ""),
        (".tbz2", ".tar"),
        (".tbz", ".tar"),
        (".xz", ""),
        (".txz", ".tar"),
        (".zst", ""),
        (".tzst", ".tar"),
        (".lz", ""),
    ];
    let lower = name.to_ascii_lowercase();
    match ENDINGS.iter().find(|(ending, _)| lower.ends_with(ending)) {
        Some((ending, instead)) => format!("{}{instead}", &name[..name.len() - ending.len()]),
        None => format!("{name}.unpacked"),
    }
}
