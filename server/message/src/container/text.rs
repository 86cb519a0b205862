//! Office documents that are text: Word and Excel XML, web archives, SYLK, and tables of comma-separated values.

use super::Inside;

pub(crate) fn look(data: &[u8], kind: &str) -> Inside {
    let mut inside = Inside::default();
    let has = |needle: &[u8]| memchr::memmem::find(data, needle).is_some();
    match kind {
        "slk" => {
            // The option record of a macro sheet, and the name that runs when it is opened.
            let options = data.split(|b| *b == b'\n').take(5_000).any(|l| l.starts_with(b"O;") && has_field(l, b"E"));
            if options || has(b"NN;NAuto_") || has(b"NN;NAUTO_") {
                inside.found("Excel 4.0 macro sheet in SYLK");
            }
        }
        "csv" | "txt" if has_dde_formula(data) => inside.found("DDE formula"),
        "xml" | "html" | "eml" => {
            // "ActiveMime" and its base64 form: the macro store of Office web archives and XML documents.
            if has(b"QWN0aXZlTWlt") || has(b"macrosPresent=\"yes\"") || has(b"pkg:name=\"/word/vbaProject.bin\"") {
                inside.found("VBA project in a text document");
            }
            if has(b"<SupBook>") && has(b"|") && has(b"<Path>") {
                inside.found("DDE link");
            }
            if has(b"instrText") && (has(b"DDEAUTO") || has(b">DDE ") || has(b"> DDE ")) {
                inside.found("DDE field");
            }
        }
        _ => {}
    }
    inside
}

fn has_field(record: &[u8], wanted: &[u8]) -> bool {
    record.split(|b| *b == b';').any(|f| f.trim_ascii() == wanted)
}

/// Whether a cell is a formula that starts a program: `=cmd|'/c calc'!A0`.
fn has_dde_formula(data: &[u8]) -> bool {
    memchr::memmem::find_iter(data, b"|'").any(|at| {
        let before = &data[at.saturating_sub(64)..at];
        let word = before.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_')).count();
        let starts = before
            .len()
            .checked_sub(word + 1)
            .and_then(|i| before.get(i))
            .is_some_and(|b| matches!(b, b'=' | b'+' | b'-' | b'@'));
        let after = &data[at..data.len().min(at + 1_024)];
        word > 0 && starts && memchr::memmem::find(after, b"'!").is_some()
    })
}
