//! Archives and compressed files of formats beyond zip.

#![allow(clippy::unwrap_used)]

mod support;
use message::{Attachment, Limits, Parsed};
use proptest::prelude::*;
use sevenz_rust2::encoder_options::AesEncoderOptions;
use sevenz_rust2::{ArchiveEntry, ArchiveWriter, EncoderMethod, Password};
use std::io::{Cursor, Write as _};
use support::*;

fn seven(password: Option<&str>, hide_names: bool) -> Vec<u8> {
    let mut writer = ArchiveWriter::new(Cursor::new(Vec::new())).unwrap();
    if let Some(password) = password {
        let aes = AesEncoderOptions::new(Password::from(password));
        writer.set_content_methods(vec![aes.into(), EncoderMethod::LZMA2.into()]);
    }
    writer.set_encrypt_header(hide_names);
    for (name, data) in [("dir/setup.exe", program()), ("note.txt", b"hello".to_vec())] {
        writer.push_archive_entry(ArchiveEntry::new_file(name), Some(data.as_slice())).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn found(p: &Parsed) -> Vec<(&str, &str, bool)> {
    p.attachments.iter().map(|a: &Attachment| (a.kind.as_str(), a.name.as_str(), a.encrypted)).collect()
}

#[test]
fn members_of_7z_are_opened() {
    let p = parse(with_file("a.7z", &seven(None, false)));
    assert_eq!(found(&p), [("7z", "a.7z", false), ("exe", "setup.exe", false), ("txt", "note.txt", false)]);
    assert_eq!(p.attachments[1].path, ["a.7z", "dir/setup.exe"]);
    let p = parse(with_file("a.zip", &zip(&[("in.7z", &seven(None, false))])));
    assert_eq!(p.attachments[2].label(), "setup.exe (in a.zip / in.7z)");
}

#[test]
fn a_7z_with_a_password_is_encrypted_with_or_without_names() {
    let p = parse(with_file("a.7z", &seven(Some("secret"), false)));
    assert!(found(&p).contains(&("bin", "setup.exe", true)), "{:?}", found(&p));
    let p = parse(with_file("a.7z", &seven(Some("secret"), true)));
    assert_eq!(found(&p), [("7z", "a.7z", true)]);
}

#[test]
fn compressed_files_are_opened() {
    let mut bz2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bz2.write_all(&program()).unwrap();
    let xz = "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4ADJAAldACaWghpTiWAAAAAAAAAXSTcvU9ht3gABJcoBAAAAR9ctj7HEZ/sCAAAAAARZWg==";
    let xz = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, xz).unwrap();
    for (name, data) in [
        ("setup.exe.bz2", bz2.finish().unwrap()),
        ("setup.exe.zst", zstd::encode_all(program().as_slice(), 1).unwrap()),
        ("setup.exe.xz", xz),
    ] {
        let p = parse(with_file(name, &data));
        assert_eq!(found(&p)[1], ("exe", "setup.exe", false), "{name}");
    }
}

#[test]
fn bombs_of_these_formats_end_at_the_limits() {
    let zeros = vec![0u8; 64 << 20];
    let mut bz2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    bz2.write_all(&zeros).unwrap();
    let mut writer = ArchiveWriter::new(Cursor::new(Vec::new())).unwrap();
    writer.push_archive_entry(ArchiveEntry::new_file("zeros"), Some(zeros.as_slice())).unwrap();
    for (name, data) in [
        ("a.bz2", bz2.finish().unwrap()),
        ("a.zst", zstd::encode_all(zeros.as_slice(), 1).unwrap()),
        ("a.7z", writer.finish().unwrap().into_inner()),
    ] {
        let limits = Limits { unpacked: 16 << 20, ..Limits::default() };
        let p = Parsed::parse(with_file(name, &data).into(), &limits);
        assert!(!p.limits_hit.is_empty(), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// What is damaged is told or left out, and never a panic.
    #[test]
    fn damaged_archives_are_survived(at in 0usize..400, bit in 0u8..8, cut in 0usize..400, which in 0usize..6) {
        let mut bz2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        bz2.write_all(&program()).unwrap();
        let mut data = match which {
            0 => seven(None, false),
            1 => seven(Some("x"), true),
            2 => bz2.finish().unwrap(),
            3 => zstd::encode_all(program().as_slice(), 1).unwrap(),
            4 => [b"\x60\xea\x1e\0\x1e\x0b\x01\0\0\0\x02\0".as_slice(), &program()].concat(),
            _ => [b"\x1f\0-lh5-".as_slice(), &program()].concat(),
        };
        let length = data.len();
        data[at % length] ^= 1 << bit;
        data.truncate(length - cut % length);
        let p = parse(with_file("a.bin", &data));
        prop_assert!(!p.attachments.is_empty());
        for file in &p.attachments {
            let _ = message::file_text(file, 10_000);
        }
    }

    /// Documents of any content: bounded, no panic.
    #[test]
    fn damaged_documents_give_some_text_or_none(body in ".{0,200}", at in 0usize..2_000, bit in 0u8..8) {
        let xml = format!("<w:document><w:p><w:t>{body}</w:t></w:p></w:document>");
        let docx = zip(&[("[Content_Types].xml", b"<x/>"), ("word/document.xml", xml.as_bytes())]);
        let pdf = format!("%PDF-1.4\n1 0 obj\n<< /Length 9 >>\nstream\nBT ({body}) Tj [({body}) -9 <41>] TJ ET\nendstream\n");
        let rtf = format!("{{\\rtf1 {body}\\u8364? \\'e9}}");
        for mut data in [docx, pdf.into_bytes(), rtf.into_bytes()] {
            let length = data.len();
            data[at % length] ^= 1 << bit;
            let p = parse(with_file("a.bin", &data));
            for file in &p.attachments {
                let _ = message::file_text(file, 1_000);
            }
        }
    }
}
