//! What holds for any bytes whatsoever.

#![allow(clippy::unwrap_used)]

mod support;
use bytes::Bytes;
use message::{Limits, Parsed};
use model::Edit;
use proptest::prelude::*;
use support::*;

fn check(raw: Vec<u8>) {
    let p = Parsed::parse(Bytes::from(raw.clone()), &Limits::default());
    assert!(p.body_start <= raw.len());
    let mut before = 0;
    for h in &p.headers {
        assert!(
            before <= h.start
                && h.start < h.value_start
                && h.value_start <= h.end
                && h.end <= p.body_start.max(h.end)
                && h.end <= raw.len()
        );
        before = h.end;
    }
    for part in &p.parts {
        assert!(
            part.start <= part.body_start
                && part.body_start <= raw.len()
                && part.start <= part.end
                && part.end <= raw.len()
        );
        assert!(part.parent.is_none_or(|up| up < part.id));
        assert_eq!(p.parts[part.id as usize].start, part.start);
    }
    for a in &p.attachments {
        assert!((a.part as usize) < p.parts.len() && !a.path.is_empty() && !a.kind.is_empty());
    }
    // Replacing every header by itself gives the message back; removing them leaves the rest.
    let same: Vec<Edit> = p
        .headers
        .iter()
        .map(|h| Edit { start: h.start as u64, end: h.end as u64, with: raw[h.start..h.end].to_vec() })
        .collect();
    assert_eq!(model::edit::apply(&raw, &same), raw);
    let removed: usize = p.headers.iter().map(|h| h.end - h.start).sum();
    let none: Vec<Edit> = same.into_iter().map(|e| Edit { with: Vec::new(), ..e }).collect();
    assert_eq!(model::edit::apply(&raw, &none).len(), raw.len() - removed);
    let _ = p.sanitized_html();
}

fn seeds() -> Vec<Vec<u8>> {
    let inner = with_file("x.exe", &program());
    vec![
        with_file("a.zip", &zip(&[("b.zip", &zip(&[("c.txt", b"hello")])), ("x.exe", &program())])),
        with_file("a.tgz", &gzip(&[0u8; 2048])),
        with_file("a.docm", &zip(&[("[Content_Types].xml", b"<x/>"), ("word/vbaProject.bin", b"x"), ("word/document.xml", b"<x/>")])),
        with_file("a.pdf", b"%PDF-1.4 1 0 obj <</Type/ObjStm/Filter/FlateDecode>> stream\nx\nendstream"),
        with_file("a.rtf", b"{\\rtf1{\\object\\objdata 4d5a9000{\\fldinst DDEAUTO x}}"),
        [b"Content-Type: multipart/digest; boundary=q\r\n\r\n--q\r\n\r\n".as_slice(), &inner, b"\r\n--q--\r\n"].concat(),
        b"From: a@x.test\r\nSubject: =?utf-8?b?4oKs?=\r\nContent-Type: text/html\r\n\r\n<p>Hi <a href='http://x.test'>x</a>".to_vec(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_parsed(raw in proptest::collection::vec(any::<u8>(), 0..600)) {
        check(raw);
    }

    #[test]
    fn pieces_of_messages_in_any_order_are_parsed(raw in "(Content-Type: |multipart/mixed; boundary=|message/rfc822|text/html|\r\n|\n|\r|--|a|: |;|\"|base64|Content-Transfer-Encoding: |From: |<|>| |\u{0}|é|=\\?|Subject){0,60}") {
        check(raw.into_bytes());
    }

    #[test]
    fn damaged_messages_are_parsed(seed in 0usize..7, changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12), cut in any::<prop::sample::Index>(), whole in any::<bool>()) {
        let mut raw = seeds()[seed].clone();
        for (at, byte) in changes {
            let at = at.index(raw.len());
            raw[at] = byte;
        }
        if !whole {
            raw.truncate(cut.index(raw.len()));
        }
        check(raw);
    }

    #[test]
    fn damaged_files_are_opened(seed in 0usize..6, changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
        let files = [
            ("a.zip", zip(&[("b.zip", &zip(&[("c.txt", b"hello")])), ("x.exe", &program())])),
            ("a.gz", gzip(b"hello hello hello")),
            ("a.rar", [b"Rar!\x1a\x07\x01\0".as_slice(), &[1, 2, 3, 4, 20, 2, 0, 5, 1, 2, 3, 0, 0, 3, b'a', b'.', b'b', 0, 0, 0, 0, 0, 0, 0, 0, 0]].concat()),
            ("a.cab", [b"MSCF\0\0\0\0".as_slice(), &[0; 8], &36u32.to_le_bytes(), &[0; 8], &[1, 0, 2, 0], &[0; 24], b"x.exe\0"].concat()),
            ("a.tar", { let mut t = vec![0; 1024]; t[..3].copy_from_slice(b"a.b"); t[124..126].copy_from_slice(b"77"); t[156] = b'0'; t[257..262].copy_from_slice(b"ustar"); t }),
            ("a.pdf", b"%PDF-1.4 1 0 obj <</Type/ObjStm/Filter/FlateDecode>> stream\nx\nendstream".to_vec()),
        ];
        let (name, mut data) = files[seed].clone();
        for (at, byte) in changes {
            let at = at.index(data.len());
            data[at] = byte;
        }
        check(with_file(name, &data));
    }
}
