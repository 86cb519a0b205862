//! Cabinet files (MS-CAB): members are listed, not unpacked.

use super::{Inside, Member};
use crate::limits::Ledger;
use bytes::Bytes;

pub(crate) fn open(data: &Bytes, ledger: &mut Ledger<'_>) -> Inside {
    const LISTED: &str = "cab members that were not unpacked";
    let mut inside = Inside { unopened: Some(LISTED.to_owned()), ..Inside::default() };
    let u32_at = |at: usize| data.get(at..at + 4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    let count = data.get(28..30).map_or(0, |b| u16::from_le_bytes([b[0], b[1]]));
    let mut at = u32_at(16).map_or(usize::MAX, |n| n as usize);
    for _ in 0..count {
        let (Some(size), Some(name)) = (u32_at(at), data.get(at.saturating_add(16)..)) else { break };
        let Some(end) = memchr::memchr(0, &name[..name.len().min(257)]) else { break };
        if !ledger.member() {
            break;
        }
        let name = String::from_utf8_lossy(&name[..end]).into_owned();
        inside.members.push(Member {
            name,
            size: u64::from(size),
            unopened: Some(LISTED.to_owned()),
            ..Member::default()
        });
        at += 16 + end + 1;
    }
    inside
}
