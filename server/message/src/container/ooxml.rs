//! Document packages: Office Open XML (ECMA-376), OpenDocument, Java and Android archives. Only what is active or a file by
//! itself is taken out of them; their many XML parts are nobody's attachment.

use super::{Inside, Member, is_notable, kind_of, zip};
use crate::limits::Ledger;
use bytes::Bytes;

/// Whether files of this kind are zip files.
pub(crate) fn is_zip(kind: &str) -> bool {
    matches!(
        kind,
        "zip"
            | "docx"
            | "docm"
            | "xlsx"
            | "xlsm"
            | "xlsb"
            | "pptx"
            | "pptm"
            | "odt"
            | "ods"
            | "odp"
            | "epub"
            | "jar"
            | "apk"
            | "appx"
    )
}

/// The kind of a zip file by the names in it.
pub(crate) fn kind(data: &[u8]) -> &'static str {
    let names = zip::names(data);
    let any = |fits: &dyn Fn(&[u8]) -> bool| names.iter().any(|n| fits(n));
    if any(&|n| n.eq_ignore_ascii_case(b"[Content_Types].xml")) {
        let macros = any(&|n| n.len() >= 14 && n[n.len() - 14..].eq_ignore_ascii_case(b"vbaProject.bin"));
        let within = |folder: &'static [u8]| {
            any(&move |n| n.len() > folder.len() && n[..folder.len()].eq_ignore_ascii_case(folder))
        };
        if within(b"word/") {
            return if macros { "docm" } else { "docx" };
        }
        if any(&|n| n.eq_ignore_ascii_case(b"xl/workbook.bin")) {
            return "xlsb";
        }
        if within(b"xl/") {
            return if macros { "xlsm" } else { "xlsx" };
        }
        if within(b"ppt/") {
            return if macros { "pptm" } else { "pptx" };
        }
    }
    if data.get(30..38) == Some(b"mimetype") {
        let head = &data[38..data.len().min(38 + 64)];
        let marks: [(&[u8], &str); 4] = [
            (b"opendocument.text", "odt"),
            (b"opendocument.spreadsheet", "ods"),
            (b"opendocument.presentation", "odp"),
            (b"epub+zip", "epub"),
        ];
        if let Some((_, found)) = marks.iter().find(|(mark, _)| memchr::memmem::find(head, mark).is_some()) {
            return found;
        }
    }
    if any(&|n| n == b"AndroidManifest.xml") {
        return "apk";
    }
    if any(&|n| n == b"AppxManifest.xml") {
        return "appx";
    }
    if any(&|n| n == b"META-INF/MANIFEST.MF") { "jar" } else { "zip" }
}

pub(crate) fn open(data: &Bytes, kind: &str, ledger: &mut Ledger<'_>) -> Inside {
    if data.starts_with(b"\xd0\xcf\x11\xe0") {
        return super::ole::open(data, ledger);
    }
    let mut inside = Inside::default();
    let program = matches!(kind, "jar" | "apk" | "appx");
    zip::members(
        data,
        ledger,
        |entry| is_wanted(&entry.name.to_ascii_lowercase(), program),
        |member, ledger| look(member, program, &mut inside, ledger),
    );
    inside
}

/// Whether a member is worth unpacking.
fn is_wanted(name: &str, program: bool) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, e)| e);
    let active = name.ends_with(".rels")
        || name.ends_with("word/document.xml")
        || name.contains("externallinks/")
        || name.contains("macrosheets/");
    let harmless = matches!(
        extension,
        "xml"
            | "rels"
            | "png"
            | "jpg"
            | "jpeg"
            | "gif"
            | "emf"
            | "wmf"
            | "tif"
            | "tiff"
            | "bmp"
            | "wdp"
            | "ttf"
            | "odttf"
            | "css"
            | "svg"
            | "xhtml"
            | "html"
    );
    // Classes and native libraries are what such a program is made of.
    let own = program
        && matches!(
            extension,
            "class" | "dex" | "so" | "sf" | "rsa" | "mf" | "arsc" | "properties" | "txt" | "json" | "dll"
        );
    let basic = name.starts_with("basic/") || name.starts_with("scripts/");
    active || basic || !(harmless || own)
}

fn look(member: Member, program: bool, inside: &mut Inside, ledger: &mut Ledger<'_>) {
    let name = member.name.replace('\\', "/");
    let lower = name.to_ascii_lowercase();
    let has = |needle: &[u8]| memchr::memmem::find(&member.data, needle).is_some();
    if member.encrypted {
        inside.encrypted = true;
    } else if lower.ends_with("vbaproject.bin")
        || (kind_of(&member) == "ole" && has(b"_\0V\0B\0A\0_\0P\0R\0O\0J\0E\0C\0T\0"))
    {
        inside.found(format!("VBA project ({name})"));
    } else if lower.contains("macrosheets/") {
        inside.found(format!("Excel 4.0 macro sheet ({name})"));
    } else if lower.starts_with("basic/")
        && !lower.ends_with("-lc.xml")
        && !lower.ends_with("-lb.xml")
        && member.size > 0
    {
        inside.found(format!("Basic macro ({name})"));
    } else if lower.starts_with("scripts/") && member.size > 0 && !program {
        inside.found(format!("script ({name})"));
    } else if lower.ends_with(".rels") {
        for what in external(&member.data) {
            inside.found(what);
        }
    } else if lower.contains("externallinks/") {
        // In binary workbooks BrtBeginSupBook (record 360) tells by its first number that it is DDE (MS-XLSB).
        let binary = member.data.starts_with(b"\xe8\x02") && member.data.get(3..5) == Some(&[1, 0]);
        if has(b"<ddeLink") || has(b":ddeLink") || binary {
            inside.found("DDE link");
        }
    } else if lower.ends_with("word/document.xml") {
        if has_dde(&member.data) {
            inside.found("DDE field");
        }
    } else if is_notable(kind_of(&member)) && !(program && kind_of(&member) == "elf") {
        // Printer settings and the like are compound files without anything in them.
        let empty = kind_of(&member) == "ole" && super::ole::open(&member.data, ledger).members.is_empty();
        if !empty {
            inside.members.push(member);
        }
    }
}

/// Relationships that make the program fetch and open something from elsewhere: templates, objects, frames.
fn external(relationships: &[u8]) -> Vec<&'static str> {
    let mut out = Vec::new();
    for element in relationships.split(|b| *b == b'<').filter(|e| e.starts_with(b"Relationship ")) {
        let has = |needle: &[u8]| memchr::memmem::find(element, needle).is_some();
        if !has(b"\"External\"") || !(has(b"://") || has(b"\\\\") || has(b"mhtml:")) {
            continue;
        }
        for (kind, what) in [
            (b"/attachedTemplate\"".as_slice(), "template from elsewhere"),
            (b"/oleObject\"", "object from elsewhere"),
            (b"/frame\"", "frame from elsewhere"),
        ] {
            if has(kind) {
                out.push(what);
            }
        }
    }
    out
}

/// Whether a field instruction of the document speaks DDE. Word joins the runs of an instruction, so the tags between
/// them are left out first.
fn has_dde(document: &[u8]) -> bool {
    let fields = memchr::memmem::find(document, b"instrText").is_some()
        || memchr::memmem::find(document, b"fldSimple").is_some();
    if !fields {
        return false;
    }
    let mut text = Vec::new();
    let mut at = 0;
    while let Some(found) = memchr::memmem::find(&document[at..], b"instr") {
        let from = at + found;
        let window = &document[from..document.len().min(from + 1_024)];
        // `w:instr="DDE …"` of a simple field, or the text of an element.
        let start = memchr::memchr2(b'>', b'"', window).map_or(window.len(), |n| n + 1);
        let rest = &window[start..];
        let end = memchr::memchr2(b'<', b'"', rest).unwrap_or(rest.len());
        text.extend_from_slice(&rest[..end]);
        at = from + 5;
        if memchr::memmem::find(&window[..start], b"fldSimple").is_some() || window.starts_with(b"instr=") {
            text.push(b' ');
        }
    }
    let text = text.to_ascii_uppercase();
    memchr::memmem::find(&text, b"DDEAUTO").is_some() || memchr::memmem::find(&text, b"DDE ").is_some()
}
