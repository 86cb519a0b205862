//! OLE compound files (MS-CFB): Office 97 documents, Outlook messages, installers.

use super::{Inside, Member, unpack, whole, xls};
use crate::limits::Ledger;
use bytes::Bytes;
use std::io::Cursor;

type File<'a> = cfb::CompoundFile<Cursor<&'a [u8]>>;

/// Directory entries that are looked at.
const MOST_ENTRIES: usize = 20_000;

fn read(data: &[u8]) -> Option<File<'_>> {
    cfb::CompoundFile::open(Cursor::new(data)).ok()
}

/// The kind of a compound file by its streams. A mark alone, with nothing behind it that can be read, is `ole`.
pub(crate) fn kind(data: &[u8], extension: &str) -> &'static str {
    let Some(file) = read(data) else { return "ole" };
    let has = |name: &str| file.exists(name);
    if has("/EncryptedPackage") {
        return match extension {
            "docx" | "docm" | "dotx" | "dotm" => "docx",
            "pptx" | "pptm" | "ppsx" | "ppsm" => "pptx",
            _ => "xlsx",
        };
    }
    let by_stream = [
        ("/WordDocument", "doc"),
        ("/Workbook", "xls"),
        ("/Book", "xls"),
        ("/PowerPoint Document", "ppt"),
        ("/__properties_version1.0", "msg"),
        ("/VisioDocument", "vsd"),
    ];
    if let Some((_, kind)) = by_stream.iter().find(|(stream, _)| has(stream)) {
        return kind;
    }
    // Windows Installer: package, patch and transform have classes 000C1084, 000C1086 and 000C1082.
    if file.root_entry().clsid().to_string().starts_with("000c108") { "msi" } else { "ole" }
}

pub(crate) fn open(data: &Bytes, ledger: &mut Ledger<'_>) -> Inside {
    let mut inside = Inside::default();
    let Some(mut file) = read(data) else {
        // Word and Excel repair what the reader here refuses.
        let wide: Vec<u8> = "_VBA_PROJECT".bytes().flat_map(|b| [b, 0]).collect();
        if memchr::memmem::find(data, &wide).is_some() {
            inside.found("VBA project in a damaged document");
        }
        return inside;
    };
    let entries: Vec<(String, String, u64, bool)> = file
        .walk()
        .take(MOST_ENTRIES)
        .map(|e| (e.path().to_string_lossy().into_owned(), e.name().to_owned(), e.len(), e.is_stream()))
        .collect();
    for (path, name, size, is_stream) in entries {
        let lower = name.to_ascii_lowercase();
        if !is_stream {
            if lower == "_vba_project_cur" || lower == "vba" {
                inside.found(format!("VBA project ({})", path.trim_start_matches('/')));
            }
            continue;
        }
        match lower.as_str() {
            "_vba_project" => inside.found(format!("VBA project ({})", path.trim_start_matches('/'))),
            "encryptedpackage" => inside.encrypted = true,
            "workbook" | "book" => xls::look(&stream(&mut file, &path, size, ledger), &mut inside),
            "worddocument" => word(&stream(&mut file, &path, size, ledger), &mut inside),
            "powerpoint document" => powerpoint(&stream(&mut file, &path, size, ledger), &mut inside, ledger),
            // The token of CurrentUserAtom says that the document is encrypted (MS-PPT §2.3.2).
            "current user" => {
                let user = stream(&mut file, &path, size, ledger);
                inside.encrypted |= user.get(12..16) == Some(b"\xdf\xc4\xd1\xf3");
            }
            "\u{1}ole10native" => {
                let native = stream(&mut file, &path, size, ledger);
                if ledger.member() {
                    inside.members.extend(package(&native));
                }
            }
            "package" | "contents" if size > 64 => {
                let content = stream(&mut file, &path, size, ledger);
                if ledger.member() && super::is_notable(crate::kind::of(&content, "")) {
                    inside.members.push(whole(path.trim_start_matches('/').to_owned(), Bytes::from(content)));
                }
            }
            // An attachment of an Outlook message: PidTagAttachDataBinary.
            "__substg1.0_37010102" => {
                let content = stream(&mut file, &path, size, ledger);
                if ledger.member() {
                    let name = outlook_name(&mut file, &path, ledger);
                    inside.members.push(whole(name, Bytes::from(content)));
                }
            }
            _ => {}
        }
    }
    inside
}

fn stream(file: &mut File<'_>, path: &str, size: u64, ledger: &mut Ledger<'_>) -> Vec<u8> {
    file.open_stream(path).map_or_else(|_| Vec::new(), |s| unpack::stream(s, size, ledger).data)
}

/// The long name (3707) or short name (3704) beside the content of an Outlook attachment.
fn outlook_name(file: &mut File<'_>, path: &str, ledger: &mut Ledger<'_>) -> String {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    for tag in ["3707001F", "3704001F"] {
        let raw = stream(file, &format!("{folder}/__substg1.0_{tag}"), 4_096, ledger);
        if !raw.is_empty() {
            return encoding_rs::UTF_16LE
                .decode_without_bom_handling(&raw[..raw.len().min(1_024)])
                .0
                .trim_end_matches('\0')
                .to_owned();
        }
    }
    "attachment".to_owned()
}

/// FIB flags of Word (MS-DOC §2.5.2): bit 8 is fEncrypted. DDE fields stand in the text as they are typed.
fn word(document: &[u8], inside: &mut Inside) {
    if document.get(11).is_some_and(|flags| flags & 1 == 1) {
        inside.encrypted = true;
    }
    // A field starts with the character 0x13; its instruction is in one byte or two a character.
    for at in memchr::memchr_iter(0x13, document) {
        let window = &document[at + 1..document.len().min(at + 48)];
        let text: String = window.iter().filter(|b| **b != 0).map(|b| b.to_ascii_uppercase() as char).collect();
        let text = text.trim_start();
        if text.starts_with("DDEAUTO") || text.starts_with("DDE ") {
            inside.found("DDE field");
        }
    }
}

/// VBAInfoAtom of PowerPoint (MS-PPT §2.4.11): record type 0x0400 of 12 bytes, whose second number is fHasMacros.
/// Embedded files and VBA are compound files in ExOleObjStg records (type 0x1011, §2.10.34), packed where the instance is 1.
fn powerpoint(document: &[u8], inside: &mut Inside, ledger: &mut Ledger<'_>) {
    let marks = memchr::memmem::find_iter(document, b"\x02\0\0\x04\x0c\0\0\0");
    if marks.into_iter().any(|at| document.get(at + 12).is_some_and(|has| *has == 1)) {
        inside.found("VBA project (PowerPoint Document)");
    }
    let mut done = 0;
    for at in memchr::memmem::find_iter(document, b"\0\x11\x10") {
        let Some(instance) = at.checked_sub(1).and_then(|i| document.get(i)) else { continue };
        let length = document.get(at + 3..at + 7).map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize);
        let Some(body) = document.get(at + 7..(at + 7).saturating_add(length)).filter(|b| b.len() > 64 && at >= done)
        else {
            continue;
        };
        if !matches!(instance, 0 | 0x10) || !ledger.member() {
            continue;
        }
        done = at + 7 + length;
        let name = format!("object-{}", inside.members.len() + 1);
        let content = if *instance == 0x10 {
            let packed = &body[4..];
            Bytes::from(unpack::stream(flate2::read::ZlibDecoder::new(packed), packed.len() as u64, ledger).data)
        } else {
            Bytes::copy_from_slice(body)
        };
        if !content.is_empty() {
            inside.members.push(whole(name, content));
        }
    }
}

/// The file in an Ole10Native stream: size, two bytes, label, original path, eight bytes, temporary path, size, content.
fn package(native: &[u8]) -> Option<Member> {
    let text = |at: &mut usize| -> Option<String> {
        let rest = native.get(*at..)?;
        let end = memchr::memchr(0, &rest[..rest.len().min(1_024)])?;
        *at += end + 1;
        Some(String::from_utf8_lossy(&rest[..end]).into_owned())
    };
    let u32_at =
        |at: usize| native.get(at..at.checked_add(4)?).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize);
    let mut at = 6;
    let label = text(&mut at)?;
    text(&mut at)?;
    let temporary = u32_at(at + 4)?;
    at = at.checked_add(8)?.checked_add(temporary)?;
    let size = u32_at(at)?;
    let content = native.get(at + 4..native.len().min((at + 4).checked_add(size)?))?;
    Some(whole(if label.is_empty() { "embedded".to_owned() } else { label }, Bytes::copy_from_slice(content)))
}
