//! Messages that are made to cost time or memory.

#![allow(clippy::unwrap_used)]

mod support;
use message::{Limits, Parsed};
use std::{fmt::Write as _, time::Duration};
use support::*;

/// Parses within two seconds, in a debug build.
fn quickly(raw: Vec<u8>) -> Parsed {
    let start = spent();
    let p = parse(raw);
    let took = spent() - start;
    assert!(took < Duration::from_secs(2), "{took:?}");
    p
}

#[test]
fn a_zip_bomb_is_stopped_and_named() {
    let zeros = vec![0u8; 8 << 20];
    let p = quickly(with_file("bomb.zip", &zip(&[("zeros", &zeros), ("after.exe", &program())])));
    assert_eq!(p.limits_hit, ["an archive unpacks to more than 200 times its size"]);
    // What follows is listed by name, though not unpacked.
    assert!(p.attachments.iter().any(|a| a.extension == "exe" && a.unopened.is_some()));
}

#[test]
fn what_archives_hold_in_all_is_limited() {
    let noise: Vec<u8> = (0u32..1 << 17).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let data = zip(&[("a", &noise), ("b", &noise), ("c", &noise)]);
    let limits = Limits { unpacked: 1 << 20, ..Limits::default() };
    let p = Parsed::parse(with_file("x.zip", &data).into(), &limits);
    assert_eq!(p.limits_hit, ["archives unpack to more than 1 MiB"]);
}

#[test]
fn archive_members_are_counted() {
    let names: Vec<String> = (0..300).map(|n| format!("{n}.txt")).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), b"x".as_slice())).collect();
    let limits = Limits { members: 100, ..Limits::default() };
    let p = Parsed::parse(with_file("x.zip", &zip(&members)).into(), &limits);
    assert_eq!(
        (p.limits_hit.as_slice(), p.attachments.len()),
        (["more than 100 archive members".to_owned()].as_slice(), 101)
    );
}

#[test]
fn ten_thousand_parts_are_cut_at_the_limit() {
    let raw =
        format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{}--b--\r\n", "--b\r\n\r\nx\r\n".repeat(10_000));
    let p = quickly(raw.into_bytes());
    assert_eq!((p.parts.len(), p.limits_hit.as_slice()), (1_000, ["more than 1000 parts".to_owned()].as_slice()));
    assert!(p.readings.iter().any(|r| r.what == "parts past the limit"));
}

#[test]
fn deep_nesting_is_cut_at_the_limit() {
    let mut raw = String::new();
    for n in 0..5_000 {
        let _ = write!(raw, "Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n");
    }
    let p = quickly(raw.into_bytes());
    assert!(p.limits_hit.contains(&"parts nested deeper than 32".to_owned()) && p.parts.len() <= 33);
    let p = quickly("Content-Type: message/rfc822\r\n\r\n".repeat(20_000).into_bytes());
    assert!(p.limits_hit.contains(&"parts nested deeper than 32".to_owned()) && p.parts.len() <= 33);
}

#[test]
fn boundaries_that_never_come_cost_no_more_than_one_pass() {
    let raw = "Content-Type: multipart/mixed; boundary=a\r\n\r\n".to_owned()
        + &"--a\r\nContent-Type: multipart/mixed; boundary=zz\r\n\r\n".repeat(40_000);
    quickly(raw.into_bytes());
    quickly(("Content-Type: multipart/mixed; boundary=a\r\n\r\n".to_owned() + &"--\r\n".repeat(400_000)).into_bytes());
    quickly(format!("Content-Type: multipart/mixed; boundary=a\r\n\r\n{}", "--a".repeat(500_000)).into_bytes());
}

#[test]
fn headers_without_end_cost_no_more_than_one_pass() {
    quickly("A: b\r\n".repeat(200_000).into_bytes());
    quickly(format!("Subject: {}\r\n\r\n", "=?utf-8?q?".repeat(100_000)).into_bytes());
    quickly(format!("Subject: {}\r\n\r\n", "=?utf-8?q?a?= ".repeat(100_000)).into_bytes());
    quickly(format!("To: {}\r\n\r\n", "\"(<a@".repeat(200_000)).into_bytes());
    quickly(format!("Content-Type: a/b{}\r\n\r\n", ";x*0*=\"(".repeat(100_000)).into_bytes());
}

#[test]
fn markup_that_never_ends_costs_no_more_than_one_pass() {
    for piece in [
        "<a href=\"",
        "<!--",
        "<div>",
        "<script></",
        "<p style='display:none'>",
        "http://",
        "www.",
        "&#",
        "<a b=\">",
        "<a href=http://x.test/?",
    ] {
        let raw = format!("Content-Type: text/html\r\n\r\n{}", piece.repeat(40_000));
        let p = quickly(raw.into_bytes());
        let start = spent();
        assert!(p.sanitized_html().len() < 16 << 20);
        let took = spent() - start;
        assert!(took < Duration::from_secs(2), "{piece} preview {took:?}");
    }
}

#[test]
fn documents_made_of_beginnings_cost_no_more_than_one_pass() {
    for piece in ["<</ObjStm/Fl>>stream", "/J#61", "endstream", "%PDF-"] {
        quickly(with_file("a.pdf", format!("%PDF-1.4\n{}", piece.repeat(50_000)).as_bytes()));
    }
    quickly(with_file("a.rtf", format!("{{\\rtf1 {}", "{\\objdata 41".repeat(50_000)).as_bytes()));
    quickly(with_file("a.zip", &b"PK\x03\x04".repeat(100_000)));
    quickly(with_file("a.zip", &b"PK\x01\x02".repeat(100_000)));
    quickly(with_file("a.rar", &[b"Rar!\x1a\x07\0".as_slice(), &b"\0\0\x74\0\0\x07\0".repeat(100_000)].concat()));
}

#[test]
fn time_is_limited() {
    let limits = Limits { wall_time: Duration::ZERO, ..Limits::default() };
    let p = Parsed::parse(with_file("x.zip", &zip(&[("a", b"x")])).into(), &limits);
    assert!(p.limits_hit.iter().any(|l| l.contains("longer than 0 s")));
}
