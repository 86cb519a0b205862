//! TNEF (MS-OXTNEF), the `winmail.dat` of Outlook: its attachments as members.

use super::{Inside, whole};
use crate::limits::Ledger;
use bytes::Bytes;

const ATTACH_TITLE: u32 = 0x0001_8010;
const ATTACH_DATA: u32 = 0x0006_800f;
const ATTACH_RENDERING: u32 = 0x0006_9002;
const ATTACH_PROPERTIES: u32 = 0x0006_9005;

pub(crate) fn open(data: &Bytes, ledger: &mut Ledger<'_>) -> Inside {
    let mut inside = Inside::default();
    let number = |at: usize| data.get(at..at + 4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    // Signature and key, then attributes: level, name, length, content, checksum (MS-OXTNEF §2.1.3.1).
    let mut at = 6;
    let (mut title, mut long, mut content): (Option<String>, Option<String>, Option<Bytes>) = (None, None, None);
    while let (Some(name), Some(length)) = (number(at + 1), number(at + 5)) {
        let start = at + 9;
        let Some(end) = usize::try_from(length).ok().and_then(|n| start.checked_add(n)).filter(|e| *e <= data.len())
        else {
            break;
        };
        // Each attachment begins with how it is shown.
        if name == ATTACH_RENDERING && !finish(&mut inside, &mut title, &mut long, &mut content, ledger) {
            return inside;
        }
        match name {
            ATTACH_TITLE => title = Some(text(&data[start..end])),
            ATTACH_DATA => content = Some(data.slice(start..end)),
            ATTACH_PROPERTIES => long = long_name(&data[start..end]).or(long),
            _ => {}
        }
        at = end + 2;
    }
    finish(&mut inside, &mut title, &mut long, &mut content, ledger);
    inside
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.split(|b| *b == 0).next().unwrap_or_default()).into_owned()
}

/// Adds the attachment that was read; false past the limit on members.
fn finish(
    inside: &mut Inside,
    title: &mut Option<String>,
    long: &mut Option<String>,
    content: &mut Option<Bytes>,
    ledger: &mut Ledger<'_>,
) -> bool {
    let (title, long) = (title.take(), long.take());
    let Some(content) = content.take() else { return true };
    if !ledger.member() {
        return false;
    }
    let name = long.or(title).unwrap_or_else(|| format!("attachment-{}", inside.members.len() + 1));
    inside.members.push(whole(name, content));
    true
}

/// The long file name among the properties (PidTagAttachLongFilename, 0x3707), in UTF-16 or bytes.
fn long_name(properties: &[u8]) -> Option<String> {
    let find = |kind: [u8; 4]| memchr::memmem::find(properties, &kind).map(|at| at + 4);
    // One value: its count, its length, its content.
    let value = |at: usize| {
        let length = u32::from_le_bytes(properties.get(at + 4..at + 8)?.try_into().ok()?);
        properties.get(at + 8..at.checked_add(8)?.checked_add(usize::try_from(length).ok()?)?)
    };
    if let Some(wide) = find([0x1f, 0, 0x07, 0x37]).and_then(value) {
        let units: Vec<u16> = wide.chunks_exact(2).map(|p| u16::from_le_bytes([p[0], p[1]])).collect();
        return Some(String::from_utf16_lossy(&units).trim_end_matches('\0').to_owned());
    }
    find([0x1e, 0, 0x07, 0x37]).and_then(value).map(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Limits;

    fn attribute(level: u8, name: u32, content: &[u8]) -> Vec<u8> {
        let mut out = vec![level];
        out.extend(name.to_le_bytes());
        out.extend((content.len() as u32).to_le_bytes());
        out.extend(content);
        out.extend([0, 0]);
        out
    }

    #[test]
    fn attachments_are_members_by_their_long_names() {
        let name: Vec<u8> = "Invoice March.exe\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut properties = vec![1, 0, 0, 0, 0x1f, 0, 0x07, 0x37, 1, 0, 0, 0];
        properties.extend((name.len() as u32).to_le_bytes());
        properties.extend(&name);
        let data = [
            b"\x78\x9f\x3e\x22\x01\x00".to_vec(),
            attribute(1, 0x0006_9007, b"codepage"),
            attribute(2, ATTACH_RENDERING, &[0; 14]),
            attribute(2, ATTACH_TITLE, b"INVOIC~1.EXE\0"),
            attribute(2, ATTACH_DATA, b"MZ program"),
            attribute(2, ATTACH_PROPERTIES, &properties),
            attribute(2, ATTACH_RENDERING, &[0; 14]),
            attribute(2, ATTACH_TITLE, b"b.txt\0"),
            attribute(2, ATTACH_DATA, b"hello"),
        ]
        .concat();
        let limits = Limits::default();
        let inside = open(&Bytes::from(data.clone()), &mut Ledger::new(&limits));
        let names: Vec<&str> = inside.members.iter().map(|m| m.name.as_str()).collect();
        assert_eq!(names, ["Invoice March.exe", "b.txt"]);
        assert_eq!(inside.members[0].data.as_ref(), b"MZ program");
        for cut in 0..data.len() {
            let _ = open(&Bytes::from(data[..cut].to_vec()), &mut Ledger::new(&limits));
        }
    }
}
