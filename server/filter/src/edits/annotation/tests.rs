#![allow(clippy::unwrap_used)]
use super::super::{EditOptions, edits};
use super::*;
use message::Limits;
use model::edit::apply;
use model::{Action, Category, Findings, Verdict};
use proptest::prelude::*;

const WORDS: &str = "Confidential. If you are not the addressee, delete it.";

fn parse(raw: &[u8]) -> Parsed {
    Parsed::parse(raw.to_vec().into(), &Limits::default())
}
fn verdict() -> Verdict {
    Verdict {
        action: Action::Allow,
        category: Category::Clean,
        decided_by: None,
        filter: String::new(),
        info: String::new(),
        profile: None,
        tags: vec![],
        strip: vec![],
        cut_subject: Vec::new(),
        bcc: Vec::new(),
        keep_blocked: false,
        notes: vec![],
    }
}
fn with(a: Annotation, raw: &[u8]) -> Vec<u8> {
    let p = parse(raw);
    let options = EditOptions { annotation: Some(a), ..EditOptions::default() };
    let list = edits(&p, &Findings::default(), &verdict(), &options);
    assert!(list.windows(2).all(|w| w[0].end <= w[1].start), "sorted, no overlap: {list:?}");
    apply(raw, &list)
}
fn plain(text: &str, prepend: bool) -> Annotation {
    Annotation { text: text.into(), html: false, prepend }
}
fn html(text: &str, prepend: bool) -> Annotation {
    Annotation { text: text.into(), html: true, prepend }
}
fn message(content: &str, body: &str) -> Vec<u8> {
    format!("From: a@x.test\r\nSubject: hi\r\nMIME-Version: 1.0\r\n{content}\r\n{body}").into_bytes()
}
/// The decoded texts of the parts of this type.
fn texts(raw: &[u8], mime: &str) -> Vec<String> {
    let p = parse(raw);
    let of = p.parts.iter().filter(|x| x.mime == mime);
    of.map(|x| String::from_utf8_lossy(&x.data).into_owned()).collect()
}
fn text(raw: &[u8]) -> String {
    String::from_utf8_lossy(raw).into_owned()
}

#[test]
fn plain_text_has_it_after_or_before() {
    let raw = message("", "Hello\r\n");
    assert!(text(&with(plain(WORDS, false), &raw)).ends_with(&format!("Hello\r\n\r\n{WORDS}\r\n")));
    assert!(text(&with(plain(WORDS, true), &raw)).ends_with(&format!("\r\n\r\n{WORDS}\r\n\r\nHello\r\n")));
    let open = message("", "no line end");
    assert!(text(&with(plain(WORDS, false), &open)).ends_with(&format!("no line end\r\n\r\n{WORDS}\r\n")));
}

#[test]
fn html_words_are_read_in_plain_text_too() {
    let raw = message("", "Hello\r\n");
    let out = with(html("<p>Only <b>for</b> you &amp; me.</p><p>Second<br>third &#8364;</p>", false), &raw);
    assert!(
        texts(&out, "text/plain").iter().any(|t| t.contains("Only for you & me.\r\nSecond\r\nthird \u{20ac}")),
        "{}",
        text(&out)
    );
}

#[test]
fn html_alone_has_it_within_its_body() {
    let raw = message(
        "Content-Type: text/html; charset=iso-8859-1\r\n",
        "<HTML><BODY class=\"a>b\"><p>Hi</p></BODY></HTML>\r\n",
    );
    let out = text(&with(html("<i>Nur f\u{fc}r Sie</i>", false), &raw));
    assert!(out.contains("<p>Hi</p>\r\n<i>Nur f&#252;r Sie</i>\r\n</BODY></HTML>"), "{out}");
    let out = text(&with(plain("a < b\nc", true), &raw));
    assert!(out.contains("class=\"a>b\">\r\n<p>a &lt; b<br>\r\nc</p>\r\n<p>Hi</p>"), "{out}");
}

#[test]
fn both_sides_of_an_alternative_have_it_and_attached_messages_and_files_do_not() {
    let raw = message(
        "Content-Type: multipart/mixed; boundary=M\r\n",
        "--M\r\nContent-Type: multipart/alternative; boundary=A\r\n\r\n--A\r\nContent-Type: text/plain\r\n\r\nHi\r\n--A\r\n\
         Content-Type: multipart/related; boundary=R\r\n\r\n--R\r\nContent-Type: text/html\r\n\r\n<body>Hi</body>\r\n--R\r\n\
         Content-Type: image/png\r\nContent-ID: <i>\r\n\r\nPNG\r\n--R--\r\n--A--\r\n--M\r\nContent-Type: message/rfc822\r\n\r\n\
         Subject: inner\r\n\r\nForwarded text\r\n--M\r\nContent-Type: text/plain; name=a.txt\r\n\
         Content-Disposition: attachment\r\n\r\nA file\r\n--M--\r\n",
    );
    let out = text(&with(plain(WORDS, false), &raw));
    assert_eq!(out.matches(WORDS).count(), 2, "{out}");
    assert!(out.contains(&format!("Hi\r\n\r\n{WORDS}\r\n\r\n--A")), "{out}");
    assert!(out.contains(&format!("<p>{WORDS}</p>\r\n</body>")), "{out}");
    assert!(out.contains("Forwarded text\r\n--M") && out.contains("A file\r\n--M--"), "{out}");
}

#[test]
fn encoded_parts_are_decoded_extended_and_encoded_again() {
    let quoted = message(
        "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n",
        "<body>Gr=C3=BC=C3=9Fe und eine lange Zeile, die umbrochen werden muss, weil sie=\r\n so lang ist</bo=\r\ndy>\r\n",
    );
    let out = with(html("<b>x=y</b>", false), &quoted);
    let found = texts(&out, "text/html").remove(0);
    assert!(found.contains("Gr\u{fc}\u{df}e und") && found.contains("ist\r\n<b>x=y</b>\r\n</body>"), "{found}");
    assert!(text(&out).split("\r\n").all(|l| l.len() <= 76), "{}", text(&out));
    let base64 =
        message("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n", "R3LDvMOfZQ==\r\n");
    let found = texts(&with(plain("F\u{fc}r Sie", false), &base64), "text/plain").remove(0);
    assert_eq!(found, "Gr\u{fc}\u{df}e\r\n\r\nF\u{fc}r Sie\r\n");
}

#[test]
fn flowed_text_stays_flowed_and_no_line_of_it_becomes_a_quote() {
    let raw = message("Content-Type: text/plain;\r\n format=\"flowed\"\r\n", "A long \r\nparagraph\r\n");
    let out = text(&with(plain(">not a quote \nFrom us \nend", false), &raw));
    assert!(out.ends_with("paragraph\r\n\r\n >not a quote\r\n From us\r\nend\r\n"), "{out}");
}

#[test]
fn words_that_the_charset_has_not_and_7bit_text_are_put_beside_it() {
    let raw = message("", "Hello\r\n");
    let out = with(plain("F\u{fc}r Sie", false), &raw);
    let found = texts(&out, "text/plain");
    assert_eq!(found, ["Hello\r\n", "F\u{fc}r Sie\r\n"], "{}", text(&out));
    let latin = [
        &message("Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n", "")[..],
        b"Gr\xfc\xdfe\r\n",
    ]
    .concat();
    let out = with(plain("F\u{fc}r Sie", false), &latin);
    assert!(out.ends_with(b"Gr\xfc\xdfe\r\n\r\nF\xfcr Sie\r\n"));
    let out = with(plain("\u{20ac} 5", false), &latin);
    assert_eq!(texts(&out, "text/plain").last().unwrap(), "\u{20ac} 5\r\n");
}

#[test]
fn what_is_signed_or_encrypted_or_without_text_stays_byte_for_byte() {
    let signed = "--S\r\nContent-Type: text/plain\r\n\r\nSigned text\r\n--S\r\nContent-Type: application/pgp-signature\r\n\r\nSIG\r\n--S--\r\n";
    let shapes = [
        ("Content-Type: multipart/signed; boundary=S;\r\n protocol=\"application/pgp-signature\"\r\n", signed),
        ("Content-Type: multipart/encrypted; boundary=S\r\n", signed),
        (
            "Content-Type: application/pkcs7-mime; smime-type=signed-data\r\nContent-Transfer-Encoding: base64\r\n",
            "MIIB\r\n",
        ),
        ("Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n", "eJ8+\r\n"),
        ("Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n", "iVBO\r\n"),
        (
            "Content-Type: text/plain\r\n",
            "-----BEGIN PGP SIGNED MESSAGE-----\r\n\r\nx\r\n-----BEGIN PGP SIGNATURE-----\r\n",
        ),
        ("Content-Type: text/plain\r\nContent-Transfer-Encoding: x-other\r\n", "?????\r\n"),
    ];
    for (content, body) in shapes {
        for prepend in [false, true] {
            let out = text(&with(plain(WORDS, prepend), &message(content, body)));
            let p = parse(out.as_bytes());
            assert_eq!(p.parts[0].mime, "multipart/mixed", "{out}");
            let inner = format!("{content}\r\n{body}\r\n--=_d");
            assert!(out.contains(&inner), "the content is kept: {out}");
            assert_eq!(
                out.matches("\r\nContent-Type: multipart/mixed").count()
                    + usize::from(out.starts_with("Content-Type: multipart/mixed")),
                1,
                "{out}"
            );
            let (words, content_at) = (out.find(WORDS).unwrap(), out.find(&inner).unwrap());
            assert_eq!(words < content_at, prepend, "{out}");
            assert!(out.ends_with("--\r\n"), "{out}");
        }
    }
}

#[test]
fn nothing_is_added_where_there_is_nothing_to_add() {
    let raw = message("", "Hello\r\n");
    let bare = text(&with(plain("  \n ", false), &raw));
    assert!(bare.ends_with("MIME-Version: 1.0\r\n\r\nHello\r\n"), "{bare}");
    let headless = with(plain(WORDS, false), b"Subject: no body");
    assert!(!text(&headless).contains(WORDS));
}

proptest! {
    #[test]
    fn any_message_takes_any_disclaimer_and_is_still_there(
        head in "(Content-Type: (text/plain|text/html|multipart/mixed; boundary=b|multipart/signed; boundary=b)\r\n)?(Content-Transfer-Encoding: (base64|quoted-printable|8bit)\r\n)?",
        body in "([a-z<>=/ ]{0,12}(\r\n|\n)|--b(--)?\r\n|Content-Type: text/html\r\n|</body>){0,12}",
        words in "[a-z<>&\u{fc}\u{20ac}\n ]{0,40}", html in any::<bool>(), prepend in any::<bool>(),
    ) {
        let raw = message(&head, &body);
        let out = with(Annotation { text: words, html, prepend }, &raw);
        prop_assert!(out.len() >= raw.len() / 2);
        prop_assert!(text(&out).contains("Subject: hi\r\n"));
    }
}
