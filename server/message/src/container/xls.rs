//! The workbook stream of Excel 97 (MS-XLS): what can be told from its records without understanding its cells.

use super::Inside;

/// BOUNDSHEET, FILEPASS, SUPBOOK, NAME (§2.3).
const BOUND_SHEET: u16 = 0x0085;
const FILE_PASS: u16 = 0x002f;
const SUP_BOOK: u16 = 0x01ae;

/// Records that are looked at; what matters stands in the first of them.
const MOST_RECORDS: usize = 100_000;

pub(crate) fn look(workbook: &[u8], inside: &mut Inside) {
    let mut at = 0;
    for _ in 0..MOST_RECORDS {
        let Some(header) = workbook.get(at..at + 4) else { return };
        let (kind, length) = (u16::from_le_bytes([header[0], header[1]]), u16::from_le_bytes([header[2], header[3]]));
        let body = workbook.get(at + 4..at + 4 + usize::from(length)).unwrap_or_default();
        match kind {
            FILE_PASS => inside.encrypted = true,
            BOUND_SHEET if body.len() > 5 => {
                let hidden = match body[4] & 3 {
                    0 => "",
                    1 => "hidden ",
                    _ => "very hidden ",
                };
                match body[5] {
                    1 => inside.found(format!("{hidden}Excel 4.0 macro sheet")),
                    6 => inside.found("VBA module"),
                    _ => {}
                }
            }
            // A DDE link: an encoded path with the separator 0x03 between service and topic.
            SUP_BOOK if body.len() > 5 && body[2..].iter().take(300).any(|b| *b == 3) && body[..2] == [0, 0] => {
                inside.found("DDE link");
            }
            _ => {}
        }
        at += 4 + usize::from(length);
    }
}
