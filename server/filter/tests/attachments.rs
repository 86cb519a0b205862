//! What the analysers of content find in whole messages.

#![allow(clippy::unwrap_used)]

use base64::{Engine as _, engine::general_purpose::STANDARD};
use filter::{Evidence, Knowledge, Session, av::ClamdResult, inspect};
use message::{Limits, Parsed};
use model::{Category, Direction, Finding, Timestamp, finding::Check};
use std::io::{Cursor, Write as _};

fn eicar() -> Vec<u8> {
    [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"].concat().into_bytes()
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, data) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(data).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn with_file(name: &str, data: &[u8]) -> Vec<u8> {
    format!(
        "From: a@x.test\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\n\
         Content-Type: application/octet-stream; name=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--b--\r\n",
        STANDARD.encode(data)
    )
    .into_bytes()
}

fn found(raw: Vec<u8>, clamd: ClamdResult) -> Vec<Finding> {
    let session = Session {
        direction: Direction::Outbound,
        client_ip: "192.0.2.1".parse().unwrap(),
        helo: "x.test".into(),
        hostname: "mx.acme.test".into(),
        return_path: None,
        recipients: Vec::new(),
        received: Timestamp(0),
    };
    let evidence = Evidence { clamd, ..Evidence::default() };
    inspect(&Parsed::parse(raw.into(), &Limits::default()), &session, &evidence, &Knowledge::default()).list
}

/// The sentences of one category.
fn infos(raw: Vec<u8>, clamd: ClamdResult, category: Category) -> Vec<String> {
    found(raw, clamd).into_iter().filter(|f| f.category == category).map(|f| f.info).collect()
}

#[test]
fn the_test_virus_is_found_wherever_it_is() {
    let virus = eicar();
    let text = [b"From: a@x.test\r\nSubject: x\r\n\r\n".as_slice(), &virus, b"\r\n"].concat();
    let encoded = format!("From: a@x.test\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n", STANDARD.encode(&virus));
    let inner = zip(&[("eicar.com", &virus)]);
    for (raw, expected) in [
        (text, "Eicar-Test-Signature in the message text"),
        (encoded.into_bytes(), "Eicar-Test-Signature in the message text"),
        (with_file("eicar.com", &virus), "Eicar-Test-Signature in eicar.com"),
        (with_file("archive.zip", &inner), "Eicar-Test-Signature in eicar.com (in archive.zip)"),
        (with_file("a.zip", &zip(&[("b.zip", &inner)])), "Eicar-Test-Signature in eicar.com (in a.zip / b.zip)"),
    ] {
        assert_eq!(infos(raw, ClamdResult::NotAsked, Category::Virus), [expected]);
    }
    assert!(infos(with_file("a.zip", &zip(&[("a.txt", b"fine")])), ClamdResult::NotAsked, Category::Virus).is_empty());
}

#[test]
fn what_clamd_says_counts_beside_the_embedded_engine() {
    let clean = with_file("a.txt", b"fine");
    assert_eq!(
        infos(clean.clone(), ClamdResult::Infected("Win.Test-1".into()), Category::Virus),
        ["Win.Test-1 found by clamd"]
    );
    assert_eq!(
        infos(clean.clone(), ClamdResult::Error("clamd is away".into()), Category::NotAvScanned),
        ["clamd is away"]
    );
    for fine in [ClamdResult::Clean, ClamdResult::NotAsked] {
        assert!(infos(clean.clone(), fine, Category::NotAvScanned).is_empty());
    }
    // The embedded engine runs though clamd is down.
    let both = found(with_file("eicar.com", &eicar()), ClamdResult::Error("clamd is away".into()));
    let categories: Vec<_> = both.iter().filter(|f| f.analyser == "antivirus").map(|f| f.category).collect();
    assert_eq!(categories, [Category::Virus, Category::NotAvScanned]);
}

#[test]
fn what_no_engine_can_look_into_is_not_scanned() {
    let mut locked = zip(&[("secret.exe", b"MZ")]);
    let central = locked.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    locked[6] |= 1;
    locked[central + 8] |= 1;
    assert_eq!(
        infos(with_file("a.zip", &locked), ClamdResult::Clean, Category::NotAvScanned),
        ["encrypted content in secret.exe (in a.zip)"]
    );
    let seven = with_file("a.7z", b"7z\xbc\xaf\x27\x1c\0\x04 and more");
    assert_eq!(
        infos(seven.clone(), ClamdResult::NotAsked, Category::NotAvScanned),
        ["7z content that was not unpacked in a.7z"]
    );
    assert!(infos(seven, ClamdResult::Clean, Category::NotAvScanned).is_empty());
    let mut deep = zip(&[("a", b"x")]);
    for _ in 0..9 {
        deep = zip(&[("a.zip", &deep)]);
    }
    assert_eq!(
        infos(with_file("a.zip", &deep), ClamdResult::NotAsked, Category::NotAvScanned),
        ["archives nested deeper than 8"]
    );
}

#[test]
fn types_are_told_by_content_and_by_name_and_within_archives() {
    let mut program = b"MZ\x90\0".to_vec();
    program.resize(200, 0);
    let types = |raw| {
        let mut out = Vec::new();
        for finding in found(raw, ClamdResult::NotAsked) {
            if let Some(Check::AttachmentType(kind)) = finding.check {
                out.push((kind, finding.info));
            }
        }
        out
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(
        types(with_file("file.txt", &program)),
        [pair("exe", "exe disguised as txt: file.txt"), pair("txt", "txt by name: file.txt")]
    );
    assert_eq!(
        types(with_file("file.exe", b"just text")),
        [pair("txt", "txt: file.exe"), pair("exe", "exe by name: file.exe")]
    );
    assert_eq!(
        types(with_file("a.zip", &zip(&[("x.scr", &program), ("y.scr", &program)]))),
        [pair("zip", "zip: a.zip"), pair("exe", "exe: x.scr (in a.zip)"), pair("scr", "scr by name: x.scr (in a.zip)")]
    );
    assert!(types(b"From: a@x.test\r\n\r\njust text".to_vec()).is_empty());
}

#[test]
fn macros_pdf_scripts_and_odd_mime_have_their_findings() {
    let docm = zip(&[("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>"), ("word/vbaProject.bin", b"x")]);
    assert_eq!(
        infos(with_file("a.docx", &docm), ClamdResult::NotAsked, Category::OfficeMacro),
        ["VBA project (word/vbaProject.bin) in a.docx"]
    );
    let pdf = b"%PDF-1.4\n1 0 obj <</S/JavaScript/JS(x)>> endobj";
    assert_eq!(infos(with_file("a.pdf", pdf), ClamdResult::NotAsked, Category::PdfJavascript), ["JavaScript in a.pdf"]);
    let odd = b"Subject: a\r\nSubject: b\r\nno field\r\nX: y\r\n\r\nz".to_vec();
    assert_eq!(infos(odd, ClamdResult::NotAsked, Category::NonCompliantMime).len(), 2);
    assert!(infos(with_file("a.txt", b"x"), ClamdResult::NotAsked, Category::NonCompliantMime).is_empty());
}
