//! CD images (ECMA-119): files are slices of the image.

use super::{Inside, whole};
use crate::limits::Ledger;
use bytes::Bytes;
use std::collections::HashSet;

const SECTOR: usize = 2_048;

pub(crate) fn open(data: &Bytes, ledger: &mut Ledger<'_>) -> Inside {
    let mut inside = Inside::default();
    // Volume descriptors start at sector 16; type 2 with a Joliet escape has the long names, type 1 the short ones.
    let descriptors = (16..48)
        .filter_map(|s| data.get(s * SECTOR..(s + 1) * SECTOR))
        .take_while(|d| d[1..6] == *b"CD001" && d[0] != 255);
    let descriptors: Vec<&[u8]> = descriptors.collect();
    let joliet = descriptors.iter().find(|d| d[0] == 2 && d[88..90] == *b"%/");
    let Some(volume) = joliet.or_else(|| descriptors.iter().find(|d| d[0] == 1)) else {
        inside.unopened = Some("content that is no ISO 9660 file system".to_owned());
        return inside;
    };
    let wide = joliet.is_some();
    let mut seen = HashSet::new();
    let mut queue = vec![(String::new(), extent(data, &volume[156..190]))];
    while let Some((path, directory)) = queue.pop() {
        let mut at = 0;
        while at < directory.len() {
            let length = usize::from(directory[at]);
            if length < 34 {
                // Records do not cross sectors; the rest of one is zero.
                at = (at / SECTOR + 1) * SECTOR;
                continue;
            }
            let Some(record) = directory.get(at..at + length) else { break };
            at += length;
            let raw = record.get(33..33 + usize::from(record[32])).unwrap_or_default();
            if raw.len() == 1 && raw[0] < 2 {
                continue;
            }
            if !ledger.member() {
                return inside;
            }
            let name = if wide {
                encoding_rs::UTF_16BE.decode_without_bom_handling(raw).0.into_owned()
            } else {
                String::from_utf8_lossy(raw).into_owned()
            };
            let name = name.split(';').next().unwrap_or_default().trim_end_matches('.');
            let full = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
            if record[25] & 2 == 0 {
                inside.members.push(whole(full, extent(data, record)));
            } else if seen.insert(record[2..6].to_vec()) && full.len() < 1_024 {
                queue.push((full, extent(data, record)));
            }
        }
    }
    inside
}

/// The content that a directory record points to.
fn extent(data: &Bytes, record: &[u8]) -> Bytes {
    let u32_at = |at: usize| u32::from_le_bytes([record[at], record[at + 1], record[at + 2], record[at + 3]]) as usize;
    let start = u32_at(2).saturating_mul(SECTOR).min(data.len());
    data.slice(start..start.saturating_add(u32_at(10)).min(data.len()))
}
