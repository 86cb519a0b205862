//! Old archives whose members are only listed: ARJ and LHA. Names, sizes and passwords are told; what is packed in their
//! own ways is named as not unpacked, what is only stored is had.

use super::{Inside, Member};
use crate::limits::Ledger;
use bytes::Bytes;

/// Bytes of a name that are kept.
const LONGEST_NAME: usize = 1_024;

fn u16_at(data: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(u16::from_le_bytes(data.get(at..at + 2)?.try_into().ok()?)))
}
fn u32_at(data: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(data.get(at..at + 4)?.try_into().ok()?)).ok()
}
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(LONGEST_NAME)]).into_owned()
}

fn member(name: String, size: usize, packed: Option<Bytes>, stored: bool, encrypted: bool, format: &str) -> Member {
    let mut member = Member { name, size: size as u64, encrypted, ..Member::default() };
    match packed.filter(|p| stored && !encrypted && p.len() == size) {
        Some(content) => {
            member.data = content;
            member.complete = true;
        }
        None if encrypted || size == 0 => {}
        None => member.unopened = Some(format!("{format} content that was not unpacked")),
    }
    member
}

/// ARJ: a main header, then a header and content for each file, until a header of no length.
pub(crate) fn arj(data: &Bytes, ledger: &mut Ledger<'_>) -> Inside {
    let mut inside = Inside::default();
    let mut at = 0;
    let mut first = true;
    while data.get(at..at + 2) == Some(b"\x60\xea") {
        let Some(size) = u16_at(data, at + 2).filter(|n| *n > 0) else { break };
        let Some(header) = data.get(at + 4..at + 4 + size) else { break };
        // Behind the header and its checksum stand extended headers, each with a checksum, until one of no length.
        let mut next = at + 4 + size + 4;
        while let Some(extended) = u16_at(data, next) {
            next += 2;
            if extended == 0 {
                break;
            }
            next += extended + 4;
        }
        if !std::mem::take(&mut first) {
            if !ledger.member() {
                break;
            }
            let fixed = usize::from(header.first().copied().unwrap_or(0));
            let (Some(packed), Some(size)) = (u32_at(header, 12), u32_at(header, 16)) else { break };
            let (flags, method, kind) = (header.get(4).copied(), header.get(5).copied(), header.get(6).copied());
            let name = header.get(fixed..).unwrap_or_default().split(|b| *b == 0).next().unwrap_or_default();
            // Directories and labels hold nothing.
            if !matches!(kind, Some(3 | 4)) {
                let content = data.get(next..next.saturating_add(packed)).map(|_| data.slice(next..next + packed));
                let encrypted = flags.is_some_and(|f| f & 1 != 0);
                inside.members.push(member(text(name), size, content, method == Some(0), encrypted, "arj"));
            }
            next = next.saturating_add(packed);
        }
        at = next;
    }
    inside
}

/// LHA: a header before each file, of levels 0 to 2.
pub(crate) fn lzh(data: &Bytes, ledger: &mut Ledger<'_>) -> Inside {
    let mut inside = Inside::default();
    let mut at = 0;
    while let Some(head) = data.get(at..at + 22) {
        if head[0] == 0 || head[2] != b'-' || head[6] != b'-' || !ledger.member() {
            break;
        }
        let method = &head[2..7];
        let (Some(mut packed), Some(size)) = (u32_at(data, at + 7), u32_at(data, at + 11)) else { break };
        let level = head[20];
        let mut name = Vec::new();
        let mut next;
        if level == 2 {
            let Some(whole) = u16_at(data, at) else { break };
            extended(data, at + 24, at + whole, &mut name);
            next = at + whole;
        } else {
            let length = usize::from(data.get(at + 21).copied().unwrap_or(0));
            name.extend_from_slice(data.get(at + 22..at + 22 + length).unwrap_or_default());
            next = at + usize::from(head[0]) + 2;
            if level == 1 {
                // The sizes of extended headers are counted among what is packed.
                let end = extended(data, next - 2, data.len(), &mut name);
                packed = packed.saturating_sub(end.saturating_sub(next));
                next = end;
            }
        }
        if next <= at {
            break;
        }
        if method != b"-lhd-" {
            let content = data.get(next..next.saturating_add(packed)).map(|_| data.slice(next..next + packed));
            let stored = matches!(method, b"-lh0-" | b"-lz4-" | b"-pm0-");
            inside.members.push(member(text(&name), size, content, stored, false, "lzh"));
        }
        at = next.saturating_add(packed);
    }
    inside
}

/// Reads extended headers from where the size of the first stands; where they end. The name is in that of kind 1.
fn extended(data: &[u8], mut at: usize, end: usize, name: &mut Vec<u8>) -> usize {
    while let Some(size) = u16_at(data, at).filter(|_| at + 2 <= end) {
        at += 2;
        // A size counts itself, the kind and the content.
        if size < 3 {
            break;
        }
        if data.get(at) == Some(&1) {
            *name = data.get(at + 1..at + size - 2).unwrap_or_default().to_vec();
        }
        at += size - 2;
    }
    at
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Limits;

    fn names(inside: &Inside) -> Vec<(String, bool, bool)> {
        inside.members.iter().map(|m| (m.name.clone(), m.encrypted, m.complete)).collect()
    }

    #[test]
    fn members_of_lha_are_listed_at_each_level_and_stored_ones_are_had() {
        let content = b"MZ stored";
        let level0 = |method: &[u8], name: &str| {
            let mut h = vec![22 + name.len() as u8, 0];
            h.extend_from_slice(method);
            h.extend((content.len() as u32).to_le_bytes());
            h.extend((content.len() as u32).to_le_bytes());
            h.extend([0; 4]);
            h.extend([0x20, 0, name.len() as u8]);
            h.extend(name.as_bytes());
            h.extend([0, 0]);
            h.extend(content);
            h
        };
        let mut level2 = vec![0, 0];
        level2.extend(b"-lh5-");
        level2.extend(9u32.to_le_bytes());
        level2.extend(99u32.to_le_bytes());
        level2.extend([0, 0, 0, 0, 0x20, 2, 0, 0, b'M']);
        level2.extend([12, 0, 1]);
        level2.extend(b"setup.exe");
        level2.extend([0, 0]);
        let size = level2.len() as u16;
        level2[..2].copy_from_slice(&size.to_le_bytes());
        level2.extend(content);
        let data = [level0(b"-lh0-", "a.exe"), level2, level0(b"-lh5-", "b.js"), vec![0]].concat();
        let limits = Limits::default();
        let inside = lzh(&Bytes::from(data), &mut Ledger::new(&limits));
        let names = names(&inside);
        let wanted = [("a.exe", false, true), ("setup.exe", false, false), ("b.js", false, false)];
        assert_eq!(names, wanted.map(|(n, e, c)| (n.to_owned(), e, c)));
        assert_eq!(inside.members[0].data.as_ref(), content);
        assert!(inside.members[1].unopened.is_some());
    }

    #[test]
    fn members_of_arj_are_listed_and_passwords_told() {
        let header = |flags: u8, method: u8, kind: u8, packed: u32, name: &str| {
            let mut h = vec![30, 11, 1, 0, flags, method, kind, 0];
            h.extend([0; 4]);
            h.extend(packed.to_le_bytes());
            h.extend(packed.to_le_bytes());
            h.extend([0; 10]);
            h.extend(name.as_bytes());
            h.extend([0, 0]);
            let mut out = vec![0x60, 0xea];
            out.extend((h.len() as u16).to_le_bytes());
            out.extend(h);
            out.extend([0; 4]);
            out.extend([0, 0]);
            out
        };
        let data = [
            header(0, 0, 2, 0, "archive.arj"),
            header(1, 1, 0, 4, "locked.doc"),
            b"xxxx".to_vec(),
            header(0, 0, 0, 4, "a.bat"),
            b"echo".to_vec(),
            vec![0x60, 0xea, 0, 0],
        ]
        .concat();
        let limits = Limits::default();
        let inside = arj(&Bytes::from(data), &mut Ledger::new(&limits));
        let wanted = [("locked.doc", true, false), ("a.bat", false, true)].map(|(n, e, c)| (n.to_owned(), e, c));
        assert_eq!(names(&inside), wanted);
    }
}
