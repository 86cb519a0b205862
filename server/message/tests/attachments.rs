//! Files in messages: their type by content, and what is inside them.

#![allow(clippy::unwrap_used)]

mod support;
use message::Limits;
use std::io::{Cursor, Write as _};
use support::*;

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

#[test]
fn a_program_with_a_harmless_name_is_a_program() {
    let p = parse(with_file("holiday.jpg", &program()));
    assert_eq!(kinds(&p), pairs(&[("exe", "holiday.jpg")]));
    assert_eq!((p.attachments[0].extension.as_str(), p.attachments[0].size), ("jpg", 512));
    assert_eq!(p.attachments[0].sha256.len() + p.attachments[0].sha1.len() + p.attachments[0].md5.len(), 64 + 40 + 32);
}

#[test]
fn members_of_archives_in_archives_are_listed_with_their_path() {
    let inner = zip(&[("dir/eicar.com", &eicar()), ("note.txt", b"hi")]);
    let p = parse(with_file("outer.zip", &zip(&[("inner.zip", &inner)])));
    assert_eq!(
        kinds(&p),
        pairs(&[
            ("zip", "outer.zip"),
            ("zip", "outer.zip / inner.zip"),
            ("txt", "outer.zip / inner.zip / dir/eicar.com"),
            ("txt", "outer.zip / inner.zip / note.txt"),
        ])
    );
    let found = &p.attachments[2];
    assert_eq!((found.data.as_ref(), found.extension.as_str()), (eicar().as_slice(), "com"));
    assert_eq!(found.label(), "eicar.com (in outer.zip / inner.zip)");
    assert_eq!(found.md5, "44d88612fea8a8f36de82e1278abb02f");
}

#[test]
fn gzip_and_tar_are_opened() {
    let mut tar = vec![0u8; 512];
    tar[..8].copy_from_slice(b"prog.scr");
    tar[124..135].copy_from_slice(b"00000001000");
    tar[156] = b'0';
    tar[257..262].copy_from_slice(b"ustar");
    tar.extend_from_slice(&program());
    tar.resize(4096, 0);
    let p = parse(with_file("a.tgz", &gzip(&tar)));
    assert_eq!(kinds(&p), pairs(&[("gz", "a.tgz"), ("tar", "a.tgz / a.tar"), ("exe", "a.tgz / a.tar / prog.scr")]));
}

#[test]
fn files_on_a_disk_image_are_seen() {
    let mut iso = vec![0u8; 20 * 2048];
    let record = |sector: u32, size: u32, flags: u8, name: &[u8]| {
        let mut r = vec![0u8; 33];
        r[2..6].copy_from_slice(&sector.to_le_bytes());
        r[10..14].copy_from_slice(&size.to_le_bytes());
        r[25] = flags;
        r[32] = name.len() as u8;
        r.extend_from_slice(name);
        r.resize(r.len().next_multiple_of(2), 0);
        r[0] = r.len() as u8;
        r
    };
    let volume = 16 * 2048;
    iso[volume] = 1;
    iso[volume + 1..volume + 6].copy_from_slice(b"CD001");
    let root = record(18, 2048, 2, b"\0");
    iso[volume + 156..volume + 156 + 34].copy_from_slice(&root);
    iso[17 * 2048] = 255;
    iso[17 * 2048 + 1..17 * 2048 + 6].copy_from_slice(b"CD001");
    let directory = [root, record(18, 2048, 2, b"\x01"), record(19, 512, 0, b"SETUP.EXE;1")].concat();
    iso[18 * 2048..18 * 2048 + directory.len()].copy_from_slice(&directory);
    iso[19 * 2048..19 * 2048 + 512].copy_from_slice(&program());
    let p = parse(with_file("invoice.iso", &iso));
    assert_eq!(kinds(&p), pairs(&[("iso", "invoice.iso"), ("exe", "invoice.iso / SETUP.EXE")]));
}

#[test]
fn encrypted_members_are_told() {
    let mut data = zip(&[("secret.exe", &program())]);
    // General purpose flag bit 0, in the local header and in the central directory.
    let central = data.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    data[6] |= 1;
    data[central + 8] |= 1;
    let p = parse(with_file("a.zip", &data));
    assert_eq!(p.attachments.len(), 2);
    assert!(p.attachments[1].encrypted && p.attachments[1].extension == "exe" && p.attachments[1].data.is_empty());
}

#[test]
fn members_are_found_though_the_central_directory_is_gone() {
    let mut data = zip(&[("x.js", b"var a = new ActiveXObject('WScript.Shell'); eval(a)")]);
    let central = data.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    data.truncate(central);
    let p = parse(with_file("a.zip", &data));
    assert_eq!(kinds(&p), pairs(&[("zip", "a.zip"), ("js", "a.zip / x.js")]));
}

fn compound(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    for (path, data) in streams {
        let folder = std::path::Path::new(path).parent().unwrap();
        file.create_storage_all(folder).unwrap();
        file.create_stream(path).unwrap().write_all(data).unwrap();
    }
    file.flush().unwrap();
    file.into_inner().into_inner()
}

#[test]
fn macros_of_old_and_new_office_files_are_found() {
    let vba = compound(&[("/Macros/VBA/_VBA_PROJECT", b"\xcc\x61"), ("/WordDocument", &[0u8; 64])]);
    let p = parse(with_file("a.doc", &vba));
    assert_eq!(p.attachments[0].kind, "doc");
    assert!(p.attachments[0].macros.iter().any(|m| m.starts_with("VBA project")), "{:?}", p.attachments[0].macros);

    let docm = zip(&[("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>"), ("word/vbaProject.bin", &vba)]);
    let p = parse(with_file("a.docx", &docm));
    assert_eq!(p.attachments[0].kind, "docm");
    assert_eq!(p.attachments[0].macros, ["VBA project (word/vbaProject.bin)"]);
    assert_eq!(p.attachments.len(), 1, "the parts of a document are no attachments");

    let xlsx =
        zip(&[("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>"), ("xl/macrosheets/sheet1.xml", b"<x/>")]);
    assert_eq!(
        parse(with_file("a.xlsx", &xlsx)).attachments[0].macros,
        ["Excel 4.0 macro sheet (xl/macrosheets/sheet1.xml)"]
    );

    let sheet = [0x85, 0, 8, 0, 0, 0, 0, 0, 2, 1, 1, 0, 0x0a, 0, 0, 0];
    let p = parse(with_file("a.xls", &compound(&[("/Workbook", &sheet)])));
    assert_eq!(
        (p.attachments[0].kind.as_str(), p.attachments[0].macros.as_slice()),
        ("xls", ["very hidden Excel 4.0 macro sheet".to_owned()].as_slice())
    );

    let dde = zip(&[
        ("[Content_Types].xml", b"<x/>"),
        ("word/document.xml", br#"<w:instrText>DDE</w:instrText><w:r/><w:instrText>AUTO c:\\x</w:instrText>"#),
    ]);
    assert_eq!(parse(with_file("a.docx", &dde)).attachments[0].macros, ["DDE field"]);

    let clean = zip(&[("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<w:t>DDE is old</w:t>")]);
    let p = parse(with_file("a.docx", &clean));
    assert!(p.attachments[0].kind == "docx" && p.attachments[0].macros.is_empty());
}

#[test]
fn an_encrypted_office_file_is_told() {
    let p = parse(with_file("a.docx", &compound(&[("/EncryptedPackage", b"x"), ("/EncryptionInfo", b"x")])));
    assert_eq!((p.attachments[0].kind.as_str(), p.attachments[0].encrypted), ("docx", true));
}

#[test]
fn a_program_packed_into_a_document_is_a_member() {
    let mut native = 0u32.to_le_bytes().to_vec();
    native.extend_from_slice(b"\x02\0evil.exe\0C:\\evil.exe\0\0\0\x03\0\x05\0\0\0evil\0");
    native.extend_from_slice(&512u32.to_le_bytes());
    native.extend_from_slice(&program());
    let p = parse(with_file(
        "a.doc",
        &compound(&[("/WordDocument", &[0u8; 64]), ("/ObjectPool/_1/\u{1}Ole10Native", &native)]),
    ));
    assert_eq!(kinds(&p), pairs(&[("doc", "a.doc"), ("exe", "a.doc / evil.exe")]));
}

#[test]
fn javascript_in_a_pdf_is_found_in_every_disguise() {
    let pdf = |body: &[u8]| [b"%PDF-1.5\n1 0 obj\n".as_slice(), body, b"\nendobj\n%%EOF"].concat();
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    zlib.write_all(b"2 0 <</S/JavaScript/JS(app.alert\\(1\\))>>").unwrap();
    let packed = zlib.finish().unwrap();
    let stream =
        [b"<</Type/ObjStm/Filter/Flate#44ecode/N 1>>\nstream\r\n".as_slice(), &packed, b"\nendstream"].concat();
    for (body, expected) in [
        (b"<</OpenAction<</S/JavaScript/JS(x)>>>>".as_slice(), true),
        (b"<</S/J#61vaScrip#74 /JS 5 0 R>>", true),
        (&stream, true),
        (b"<</OpenAction[3 0 R/Fit]>>", false),
        (b"(a text of /JS or Java)", false),
    ] {
        let p = parse(with_file("a.pdf", &pdf(body)));
        assert_eq!(
            (p.attachments[0].kind.as_str(), p.attachments[0].javascript),
            ("pdf", expected),
            "{}",
            String::from_utf8_lossy(body)
        );
    }
}

#[test]
fn rar_members_are_listed_and_stored_ones_read() {
    let mut rar = b"Rar!\x1a\x07\0\0\0\x73\0\0\x0d\0\0\0\0\0\0\0".to_vec();
    let name = b"evil.exe";
    let mut file = vec![0, 0, 0x74, 0, 0x80];
    file.extend_from_slice(&(32 + name.len() as u16).to_le_bytes());
    file.extend_from_slice(&512u32.to_le_bytes());
    file.extend_from_slice(&512u32.to_le_bytes());
    file.extend_from_slice(&[0; 9]);
    file.extend_from_slice(&[20, 0x30]);
    file.extend_from_slice(&(name.len() as u16).to_le_bytes());
    file.extend_from_slice(&[0; 4]);
    file.extend_from_slice(name);
    rar.extend_from_slice(&file);
    rar.extend_from_slice(&program());
    let p = parse(with_file("a.rar", &rar));
    assert_eq!(kinds(&p), pairs(&[("rar", "a.rar"), ("exe", "a.rar / evil.exe")]));
    // The same member, compressed: its name is all that is known.
    rar[20 + 25] = 0x33;
    let p = parse(with_file("a.rar", &rar));
    assert_eq!((p.attachments[1].extension.as_str(), p.attachments[1].unopened.is_some()), ("exe", true));
    assert!(p.attachments[0].unopened.is_some());
}

#[test]
fn files_within_attached_messages_are_found_in_each_way_of_attaching() {
    let inner = with_file("x.exe", &program());
    let plain = [b"Content-Type: message/rfc822\r\n\r\n".as_slice(), &inner].concat();
    assert!(kinds(&parse(plain)).contains(&("exe".to_owned(), "x.exe".to_owned())));
    let encoded =
        format!("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n{}", base64(&inner));
    assert!(kinds(&parse(encoded)).contains(&("exe".to_owned(), "x.exe".to_owned())));
    let p = parse(with_file("fwd.zip", &zip(&[("mail.eml", &inner)])));
    assert!(kinds(&p).contains(&("exe".to_owned(), "fwd.zip / mail.eml / x.exe".to_owned())), "{:?}", kinds(&p));
}

#[test]
fn archives_nested_past_the_limit_are_named() {
    let mut data = zip(&[("eicar.com", &eicar())]);
    for _ in 0..10 {
        data = zip(&[("a.zip", &data)]);
    }
    let p = parse(with_file("a.zip", &data));
    assert_eq!(p.limits_hit, ["archives nested deeper than 8"]);
    assert_eq!(p.attachments.len(), 9);
    let limits = Limits { archive_depth: 12, ..Limits::default() };
    let p = message::Parsed::parse(with_file("a.zip", &data).into(), &limits);
    assert!(p.limits_hit.is_empty() && p.attachments.last().unwrap().data.as_ref() == eicar());
}
