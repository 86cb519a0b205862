//! Samples whose kind is in what they carry: the antivirus test file, a macro document, nested archives, size.

use super::{Draft, Sample};
use model::Timestamp;
use std::io::{Cursor, Write};

pub(super) fn samples(to: &str, now: Timestamp) -> Vec<Sample> {
    let base = |name, from, envelope, subject, passes| Draft { name, from, envelope, to, subject, extra: "", passes };
    let mut out =
        vec![
            base("eicar", "Scanner <scan@copyshop.example>", "scan@copyshop.example", "Scan from printer", false)
                .attached(now, "See the attached scan.\n", "scan_0412.com", "application/octet-stream", &eicar()),
            base(
                "large",
                "Print Works <prepress@printworks.test>",
                "prepress@printworks.test",
                "Poster for the fair, final data",
                true,
            )
            .attached(
                now,
                "The final data of the poster, 1:1, CMYK.\n",
                "poster.tif",
                "image/tiff",
                &picture(14_500_000),
            ),
        ];
    // Built in memory; where building fails the sample is missing and a test says so.
    out.extend(macro_document().map(|data| {
        base("macro", "Accounts <accounts@supplier.example>", "accounts@supplier.example", "Invoice 20817", true)
            .attached(
                now,
                "Please find the invoice attached.\n",
                "invoice_20817.docm",
                "application/vnd.ms-word.document.macroEnabled.12",
                &data,
            )
    }));
    out.extend(zip_in_zip().map(|data| {
        base("zip-in-zip", "Logistics <track@parcel.example>", "track@parcel.example", "Your parcel papers", false)
            .attached(now, "The papers of your parcel are in the archive.\n", "papers.zip", "application/zip", &data)
    }));
    out
}

/// The EICAR test file, put together here so that this source is not taken for it.
pub fn eicar() -> Vec<u8> {
    [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].concat().into_bytes()
}

/// Bytes that look like a scanned picture: a TIFF header and noise that does not compress.
fn picture(len: usize) -> Vec<u8> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut data = b"II*\0\x08\0\0\0".to_vec();
    while data.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        data.extend_from_slice(&state.to_le_bytes());
    }
    data
}

fn zipped(files: &[(&str, &[u8])]) -> Option<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, data) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).ok()?;
        zip.write_all(data).ok()?;
    }
    Some(zip.finish().ok()?.into_inner())
}

/// A program in a zip in a zip: the smallest file that starts like one.
fn zip_in_zip() -> Option<Vec<u8>> {
    let mut program = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xFF\xFF\0\0".to_vec();
    program.resize(60, 0);
    program.extend_from_slice(&[0x40, 0, 0, 0]);
    program.extend_from_slice(b"PE\0\0\x4C\x01");
    program.resize(512, 0);
    let inner = zipped(&[("papers.exe", &program)])?;
    zipped(&[("papers/inner.zip", &inner), ("papers/readme.txt", b"Open the inner archive.\r\n")])
}

/// A Word document with a VBA project: the parts that make it one, with a harmless macro.
fn macro_document() -> Option<Vec<u8>> {
    let types = br#"<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/><Override PartName="/word/document.xml" ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>"#;
    let rels = br#"<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"#;
    let document = br#"<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>Invoice 20817</w:t></w:r></w:p></w:body></w:document>"#;
    let mut vba = cfb::CompoundFile::create(Cursor::new(Vec::new())).ok()?;
    vba.create_storage("/VBA").ok()?;
    vba.create_stream("/VBA/_VBA_PROJECT").ok()?.write_all(&[0xCC, 0x61, 0xFF, 0xFF, 0, 0, 0]).ok()?;
    vba.create_stream("/VBA/dir").ok()?.write_all(&[1, 0, 0]).ok()?;
    vba.create_stream("/VBA/ThisDocument")
        .ok()?
        .write_all(b"\x01Sub AutoOpen()\r\nMsgBox \"Hello\"\r\nEnd Sub\r\n")
        .ok()?;
    vba.create_stream("/PROJECT").ok()?.write_all(b"ID=\"{0}\"\r\nDocument=ThisDocument/&H00000000\r\n").ok()?;
    vba.flush().ok()?;
    let vba = vba.into_inner().into_inner();
    zipped(&[
        ("[Content_Types].xml", types),
        ("_rels/.rels", rels),
        ("word/document.xml", document),
        ("word/vbaProject.bin", &vba),
    ])
}
