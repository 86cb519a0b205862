//! Office documents: what kind of one, and what in them is active.

use std::io::Cursor;

/// The kind of an OLE compound file by its streams (MS-CFB).
pub(crate) fn ole_kind(data: &[u8], extension: &str) -> &'static str {
    let Ok(file) = cfb::CompoundFile::open(Cursor::new(data)) else { return "ole" };
    let has = |name: &str| file.exists(name);
    if has("/EncryptedPackage") {
        return match extension {
            "docx" | "docm" => "docx",
            "pptx" | "pptm" => "pptx",
            _ => "xlsx",
        };
    }
    if has("/WordDocument") {
        return "doc";
    }
    if has("/Workbook") || has("/Book") {
        return "xls";
    }
    if has("/PowerPoint Document") {
        return "ppt";
    }
    if has("/__properties_version1.0") {
        return "msg";
    }
    if has("/VisioDocument") {
        return "vsd";
    }
    // Windows Installer: class 000C1084-0000-0000-C000-000000000046.
    if file.root_entry().clsid().to_string().starts_with("000c108") || extension == "msi" {
        return "msi";
    }
    "ole"
}

/// The kind of a zip file by the names in it.
pub(crate) fn zip_kind(data: &[u8]) -> &'static str {
    let has = |name: &[u8]| memchr::memmem::find(data, name).is_some();
    if has(b"[Content_Types].xml") {
        let macros = has(b"vbaProject.bin");
        if has(b"word/") {
            return if macros { "docm" } else { "docx" };
        }
        if has(b"xl/workbook.bin") {
            return "xlsb";
        }
        if has(b"xl/") {
            return if macros { "xlsm" } else { "xlsx" };
        }
        if has(b"ppt/") {
            return if macros { "pptm" } else { "pptx" };
        }
    }
    if data.get(30..38) == Some(b"mimetype") {
        let kind = &data[38..data.len().min(38 + 64)];
        for (mark, kind_name) in [
            (b"opendocument.text".as_slice(), "odt"),
            (b"opendocument.spreadsheet", "ods"),
            (b"opendocument.presentation", "odp"),
            (b"epub+zip", "epub"),
        ] {
            if memchr::memmem::find(kind, mark).is_some() {
                return kind_name;
            }
        }
    }
    if has(b"AndroidManifest.xml") {
        return "apk";
    }
    if has(b"AppxManifest.xml") {
        return "appx";
    }
    if has(b"META-INF/MANIFEST.MF") {
        return "jar";
    }
    "zip"
}
