//! Headers, parts, text and links of messages, and what is odd in them.

#![allow(clippy::unwrap_used)]

mod support;
use message::{AnomalyKind, LinkKind, Parsed};
use support::*;

fn anomalies(p: &Parsed) -> Vec<AnomalyKind> {
    let mut out: Vec<_> = p.anomalies.iter().map(|a| a.kind).collect();
    out.sort();
    out.dedup();
    out
}

const PLAIN: &str = "Received: from x\r\n\tby y; now\r\nFrom: =?utf-8?q?J=C3=B6rg?= <joerg@acme.test>\r\nTo: a@x.test, B <b@x.test>\r\n\
    Cc: c@x.test\r\nReply-To: r@x.test\r\nSubject: =?iso-8859-1?q?caf=E9?=\r\n au lait\r\nDate: Tue, 24 Nov 2026 11:00:00 +0100\r\n\
    Message-ID: <1@acme.test>\r\n\r\nHello, see https://shop.test/x.\r\n";

#[test]
fn the_header_is_spelled_out() {
    let p = parse(PLAIN);
    assert_eq!((p.subject.as_str(), p.message_id.as_str()), ("café au lait", "1@acme.test"));
    assert_eq!(p.date.map(|d| d.rfc3339()).as_deref(), Some("2026-11-24T10:00:00Z"));
    let from = p.from.as_ref().unwrap();
    assert_eq!(
        (from.name.as_str(), from.address.as_ref().unwrap().as_str(), p.from_count),
        ("Jörg", "joerg@acme.test", 1)
    );
    assert_eq!(p.to.iter().map(|m| m.raw.as_str()).collect::<Vec<_>>(), ["a@x.test", "b@x.test", "c@x.test"]);
    assert_eq!(p.reply_to.as_ref().unwrap().raw, "r@x.test");
    assert_eq!((p.header("CC"), p.header("x-none"), p.headers_named("received").count()), (Some("c@x.test"), None, 1));
    assert_eq!(p.text, "Hello, see https://shop.test/x.\r\n");
    assert_eq!((p.links[0].host.as_str(), p.links[0].kind), ("shop.test", LinkKind::Plain));
    assert!(p.anomalies.is_empty() && p.limits_hit.is_empty() && p.attachments.is_empty(), "{:?}", p.anomalies);
}

#[test]
fn offsets_point_at_the_bytes_that_were_sent() {
    let p = parse(PLAIN);
    let h = p.headers_named("subject").next().unwrap();
    assert_eq!(&p.raw[h.start..h.end], b"Subject: =?iso-8859-1?q?caf=E9?=\r\n au lait\r\n");
    assert_eq!(p.raw_value(h), b" =?iso-8859-1?q?caf=E9?=\r\n au lait");
    assert_eq!(&p.raw[p.body_start..p.body_start + 5], b"Hello");
    let p = parse(with_file("a.bin", b"data"));
    let part = &p.parts[2];
    assert!(p.raw[part.start..].starts_with(b"Content-Type: application/octet-stream"));
    assert_eq!(&p.raw[part.body_start..part.end], b"ZGF0YQ==");
    assert_eq!((part.parent, part.name.as_deref(), part.data.as_ref()), (Some(0), Some("a.bin"), b"data".as_slice()));
}

#[test]
fn html_is_read_and_its_links_listed() {
    let p = parse(
        "From: a@x.test\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\n\r\nplain words\r\n--x\r\n\
         Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
         <p>Rich =E2=82=AC <a href=3D\"http://evil.test/\">http://bank.test</a></p>\r\n--x--\r\n",
    );
    assert!(p.text.contains("plain words") && p.text.contains("Rich €"), "{}", p.text);
    let anchor = p.links.iter().find(|l| l.kind == LinkKind::Anchor).unwrap();
    assert_eq!((anchor.host.as_str(), anchor.text.as_str()), ("evil.test", "http://bank.test"));
    assert_eq!(
        p.parts.iter().map(|p| p.mime.as_str()).collect::<Vec<_>>(),
        ["multipart/alternative", "text/plain", "text/html"]
    );
}

#[test]
fn text_with_a_name_is_still_shown_unless_it_is_attached() {
    let raw = |d: &str| format!("Content-Type: text/html; name=x.html\r\n{d}\r\n<p>Buy <a href=http://x.test>now</a>");
    let p = parse(raw(""));
    assert_eq!((p.text.as_str(), p.attachments.len(), p.links.len()), ("Buy now", 1, 1));
    let p = parse(raw("Content-Disposition: attachment\r\n"));
    assert_eq!((p.text.as_str(), p.attachments.len(), p.links.len()), ("", 1, 1));
}

#[test]
fn a_message_without_a_header_is_all_body() {
    let p = parse("just words\r\nand: more");
    assert_eq!((p.body_start, p.headers.len(), p.text.as_str()), (0, 0, "just words\r\nand: more"));
    assert_eq!(parse("").parts.len(), 1);
}

#[test]
fn each_departure_is_noted() {
    use AnomalyKind::*;
    for (raw, kind) in [
        ("From: a@x.test\r\nFrom: b@x.test\r\n\r\n", DuplicateHeader),
        ("Content-Type: text/plain\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n", ConflictingContentType),
        ("Content-Type: multipart/mixed; boundary=a; boundary=b\r\n\r\n", ConflictingContentType),
        ("Content-Type: multipart/mixed\r\n\r\nx\r\n", MissingBoundary),
        ("Content-Type: multipart/mixed; boundary=a\r\n\r\nx\r\n", MissingBoundary),
        ("Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\nx\r\n", UnterminatedMultipart),
        ("Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\nx\r\n--a--\r\n--a\r\n\r\ny", BoundaryReuse),
        ("Subject: a\rb\r\n\r\n", BareCr),
        ("Subject: a\r\nX: b\nY: c\r\n\r\n", BareLf),
        ("Subject: a\r\nno field\r\nX: b\r\n\r\n", HeaderWithoutColon),
        ("Subject: a\0b\r\n\r\n", NulByte),
        ("Content-Transfer-Encoding: base64\r\n\r\naGk=*aGk=", InvalidBase64),
        ("From: =?utf-8?q?a?=@x.test\r\n\r\n", EncodedWordInAddress),
        ("Content-Transfer-Encoding: base64\r\nContent-Transfer-Encoding: 7bit\r\n\r\nx", TransferEncoding),
        ("Content-Transfer-Encoding: base63\r\n\r\nx", TransferEncoding),
        ("Content-Type: x/y; name=a.txt\r\nContent-Disposition: attachment; filename=a.exe\r\n\r\nx", FilenameMismatch),
    ] {
        assert!(anomalies(&parse(raw)).contains(&kind), "{raw:?}: {:?}", parse(raw).anomalies);
    }
    assert!(anomalies(&parse(format!("A: b\r\n\r\n{}", "x".repeat(2_000)))).contains(&OverlongLine));
    assert!(anomalies(&parse(b"Subject: \xe9\r\n\r\n".to_vec())).contains(&EightBitHeader));
}

#[test]
fn the_virus_is_in_the_view_however_the_message_is_read() {
    let virus = String::from_utf8(eicar()).unwrap();
    let encoded = base64(virus.as_bytes());
    let half = encoded.trim().len() / 2 / 4 * 4;
    for raw in [
        format!("Subject: x\r\n\r\n{virus}"),
        virus.clone(),
        format!("Content-Transfer-Encoding: base64\r\n\r\n{encoded}"),
        // Behind a character that does not belong there, and across padding.
        format!("Content-Transfer-Encoding: base64\r\n\r\n!{encoded}"),
        format!("Content-Transfer-Encoding: base64\r\n\r\n{}=\r\n{}", &encoded.trim()[..half], &encoded.trim()[half..]),
        // Two encodings, two types, two boundaries.
        format!("Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: base64\r\n\r\n{encoded}"),
        format!(
            "Content-Type: text/plain\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Transfer-Encoding: base64\r\n\r\n{encoded}\r\n--a--"
        ),
        format!(
            "Content-Type: multipart/mixed; boundary=a; boundary=b\r\n\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\n{encoded}\r\n--b--"
        ),
        // Before the first and after the last part, and in a part after the end.
        format!("Content-Type: multipart/mixed; boundary=a\r\n\r\n{virus}\r\n--a\r\n\r\nx\r\n--a--\r\n"),
        format!("Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\nx\r\n--a--\r\n{virus}"),
        format!(
            "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\nx\r\n--a--\r\n--a\r\nContent-Transfer-Encoding: base64\r\n\r\n{encoded}"
        ),
        // A boundary that is only in the body, and a multipart that is itself encoded.
        format!(
            "Content-Type: multipart/mixed\r\n\r\n--q\r\nContent-Transfer-Encoding: base64\r\n\r\n{encoded}\r\n--q--"
        ),
        format!(
            "Content-Type: multipart/mixed; boundary=a\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
            base64(format!("--a\r\nContent-Transfer-Encoding: base64\r\n\r\n{encoded}\r\n--a--").as_bytes())
        ),
    ] {
        let p = parse(raw.clone());
        let has = |data: &[u8]| data.windows(virus.len()).any(|w| w == virus.as_bytes());
        let seen = p.parts.iter().any(|x| has(&x.data)) || p.readings.iter().any(|r| has(&r.data));
        assert!(seen, "{raw}");
    }
}

#[test]
fn a_file_without_any_mark_of_one_is_still_a_file() {
    let raw = format!("Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n{}", base64(&program()));
    let p = parse(raw);
    assert_eq!(kinds(&p), [("exe".to_owned(), "part-0.exe".to_owned())]);
}

#[test]
fn a_preview_shows_text_and_nothing_that_acts() {
    let p = parse(
        "Content-Type: multipart/related; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n\
         <html><head><title>t</title><base href='http://evil.test/'><style>b{background:url(http://evil.test)}</style></head>\
         <body onload=alert(1) background='http://evil.test/bg'><script>alert(2)</script><b onclick='x()'>Hi</b> there\
         <a href='http://evil.test/?a=1&b=2' target=_top>click</a><a href='javascript:alert(3)'>js</a>\
         <img src='http://evil.test/pixel.gif' alt=pic><img src='cid:pic@x'><img src=x onerror=alert(4)>\
         <form action='http://evil.test'><input name=p><button>send</button></form><iframe src='http://evil.test'></iframe>\
         <meta http-equiv=refresh content='0;url=http://evil.test'><svg><a xlink:href='javascript:1'>s</a></svg>\
         <p style='background:url(http://evil.test)'>end\r\n\
         --x\r\nContent-Type: image/png\r\nContent-ID: <pic@x>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--x--\r\n",
    );
    let html = p.sanitized_html();
    for bad in [
        "<script",
        "onclick",
        "onload",
        "onerror",
        "javascript",
        "href",
        "<form",
        "<input",
        "<iframe",
        "<meta",
        "<base",
        "<style",
        "style=",
        "url(",
        "background",
        "src=\"http",
        "<svg",
        "cid:",
    ] {
        assert!(!html.to_lowercase().contains(bad), "{bad} in {html}");
    }
    assert!(html.contains("<b>Hi</b> there"), "{html}");
    assert!(
        html.contains("<a rel=\"noopener noreferrer nofollow\" title=\"http://evil.test/?a=1&amp;b=2\">click</a>"),
        "{html}"
    );
    assert!(html.contains("src=\"data:image/png;base64,iVBORw0KGgo=\""), "{html}");
    assert_eq!(parse("A: b\r\n\r\n1 < 2 <script>\r\nx").sanitized_html(), "<pre>1 &lt; 2 &lt;script&gt;\r\nx</pre>");
}
