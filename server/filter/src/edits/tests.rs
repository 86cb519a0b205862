#![allow(clippy::unwrap_used)]
use super::*;
use message::Limits;
use model::Action;
use model::edit::apply;
use model::finding::{AuthResult, SenderFacts};
use proptest::prelude::*;

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
fn opts() -> EditOptions {
    EditOptions { hostname: "mx.acme.test".into(), ..EditOptions::default() }
}
fn edited(raw: &[u8], f: &Findings, v: &Verdict) -> Parsed {
    let p = parse(raw);
    let list = edits(&p, f, v, &opts());
    assert!(list.windows(2).all(|w| w[0].end <= w[1].start), "sorted, no overlap: {list:?}");
    parse(&apply(raw, &list))
}
fn text(p: &Parsed) -> String {
    String::from_utf8_lossy(&p.raw).into_owned()
}

const MULTI: &str = "From: a@x.test\r\nSubject: hi\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n\
    --B\r\nContent-Type: text/plain\r\n\r\nhello\r\n--B\r\nContent-Type: application/octet-stream\r\n\
    Content-Disposition: attachment; filename=\"bad.exe\"\r\n\r\nMZbinary\r\n--B\r\nContent-Type: text/plain; name=\"ok.txt\"\r\n\
    Content-Disposition: attachment; filename=\"ok.txt\"\r\n\r\nfine\r\n--B--\r\n";

#[test]
fn a_clean_message_says_so_at_its_top_and_keeps_every_other_byte() {
    let raw = b"Received: x\r\nSubject: hi\r\n\r\nbody\r\n";
    let p = edited(raw, &Findings::default(), &verdict());
    assert_eq!(text(&p), format!("X-MAG-FILTER: none\r\nX-MAG-CATEGORY: CLEAN\r\n{}", String::from_utf8_lossy(raw)));
}

#[test]
fn forged_headers_are_removed_in_any_spelling_and_ours_stand_once() {
    let raw = b"x-mag-category: CLEAN\r\nSubject: hi\r\nX-Mag-Info : folded\r\n more\r\nX-MAG-NEW: x\r\n\
        Authentication-Results: MX.acme.test; spf=pass\r\n\tdkim=pass\r\nAuthentication-Results: other.test; spf=fail\r\n\
        Authentication-Results: (c) mx.acme.test 1; none\r\nX-Magic: stays\r\n\r\nX-MAG-CATEGORY: body\r\n";
    let mut v = verdict();
    v.category = Category::Spam;
    v.filter = "rules 12".into();
    v.info = "says so".into();
    v.profile = Some("acme.test".into());
    let p = edited(raw, &Findings::default(), &v);
    let all = |n: &str| p.headers_named(n).map(|h| h.value.clone()).collect::<Vec<_>>();
    assert_eq!(all("X-MAG-CATEGORY"), ["SPAM"]);
    assert_eq!(
        (all("X-MAG-INFO"), all("X-MAG-PROFILE"), all("X-MAG-FILTER")),
        (vec!["says so".into()], vec!["acme.test".into()], vec!["rules 12".into()])
    );
    assert!(all("X-MAG-NEW").is_empty());
    assert_eq!(all("Authentication-Results"), ["other.test; spf=fail"]);
    assert_eq!(all("X-Magic"), ["stays"]);
    assert!(text(&p).ends_with("\r\n\r\nX-MAG-CATEGORY: body\r\n"));
}

#[test]
fn a_forged_header_behind_thousands_of_others_is_removed_too() {
    let raw = format!("{}X-MAG-CATEGORY: CLEAN\r\n\r\nbody", "A: b\r\n".repeat(6_000));
    let p = parse(raw.as_bytes());
    let out = String::from_utf8(apply(raw.as_bytes(), &edits(&p, &Findings::default(), &verdict(), &opts()))).unwrap();
    assert_eq!(out.matches("X-MAG-CATEGORY").count(), 1);
}

#[test]
fn what_a_stranger_wrote_cannot_break_out_of_a_header() {
    let mut v = verdict();
    v.info = "Eicar in a.txt\r\nBcc: all@acme.test\r\n\r\n<b>\u{0}ключ — ключ".into();
    v.filter = "x\ny".into();
    let p = edited(b"Subject: hi\r\n\r\nbody", &Findings::default(), &v);
    assert!(p.header("Bcc").is_none());
    assert_eq!(p.header("X-MAG-FILTER"), Some("x y"));
    assert_eq!(p.header("X-MAG-INFO"), Some("Eicar in a.txt Bcc: all@acme.test <b> ключ — ключ"));
    let header = &p.raw[..p.body_start];
    assert!(header.is_ascii() && header.split(|b| *b == b'\n').all(|l| l.len() <= 79), "{}", text(&p));
}

#[test]
fn authentication_results_name_what_was_checked() {
    let f = Findings {
        sender: SenderFacts {
            envelope_from: "ann@sender.test".parse().ok(),
            header_from: "ann@müller.test".parse().ok(),
            spf: AuthResult::Pass,
            spf_domain: "sender.test".parse().ok(),
            dkim: AuthResult::Pass,
            dkim_domains: vec!["sender.test".parse().unwrap(), "bulk.test".parse().unwrap()],
            dmarc: AuthResult::Fail,
            dmarc_policy: Some("reject".into()),
            ..SenderFacts::default()
        },
        ..Findings::default()
    };
    let p = edited(b"Subject: hi\r\n\r\nbody", &f, &verdict());
    assert_eq!(
        p.header("Authentication-Results"),
        Some(
            "mx.acme.test; spf=pass smtp.mailfrom=ann@sender.test; dkim=pass header.d=sender.test; dkim=pass header.d=bulk.test; dmarc=fail (p=reject) header.from=xn--mller-kva.test"
        )
    );
}

#[test]
fn tags_stand_before_the_subject_and_encoded_words_stay_valid() {
    let tagged = |subject: &str, tags: &[&str]| {
        let mut v = verdict();
        v.tags = tags.iter().map(|t| (*t).to_owned()).collect();
        edited(format!("From: a@x.test\r\n{subject}\r\nbody").as_bytes(), &Findings::default(), &v)
    };
    assert_eq!(tagged("Subject: hi\r\n", &["ADV:"]).subject, "ADV: hi");
    assert_eq!(tagged("Subject:hi\r\n", &["ADV:", "[X]"]).subject, "ADV: [X] hi");
    assert_eq!(tagged("subject: =?utf-8?q?gr=C3=BC=C3=9Fe?=\r\n", &["ADV:"]).subject, "ADV: grüße");
    assert_eq!(tagged("Subject: =?utf-8?q?gr=C3=BC=C3=9Fe?=\r\n", &["[ÄÖ]"]).subject, "[ÄÖ] grüße");
    assert_eq!(tagged("Subject:\r\n folded\r\n\tmore\r\n", &["ADV:"]).subject, "ADV: folded\tmore");
    assert_eq!(tagged("Subject:\r\n", &["ADV:"]).subject, "ADV:");
    let none = tagged("", &["ADV:"]);
    assert_eq!((none.subject.as_str(), none.headers_named("Subject").count()), ("ADV:", 1));
    let long = format!(
        "Subject: =?utf-8?b?{}?=\r\n",
        base64::Engine::encode(&base64::prelude::BASE64_STANDARD, "x".repeat(42))
    );
    let p = tagged(&long, &["[twenty characters.]"]);
    assert_eq!(p.subject, format!("[twenty characters.] {}", "x".repeat(42)));
    assert!(p.raw.split(|b| *b == b'\n').all(|l| l.len() <= 79), "{}", text(&p));
}

#[test]
fn a_stripped_part_leaves_a_note_and_the_others_stay() {
    let p = parse(MULTI.as_bytes());
    let mut v = verdict();
    v.strip = vec![p.attachments.iter().find(|a| a.name == "bad.exe").unwrap().part];
    let after = edited(MULTI.as_bytes(), &Findings::default(), &v);
    assert_eq!(after.parts.len(), p.parts.len());
    assert_eq!(after.attachments.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), ["ok.txt"]);
    assert!(after.text.contains("hello") && after.text.contains("1 attachment removed: bad.exe"), "{}", after.text);
    assert!(!text(&after).contains("MZbinary"));
    assert!(after.anomalies.is_empty(), "{:?}", after.anomalies);
}

#[test]
fn a_message_that_is_one_attachment_becomes_the_note() {
    let raw = "Subject: hi\r\nContent-Type: application/pdf; name=\"ключ.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\
        Content-Disposition: attachment; filename*=utf-8''%D0%BA.pdf\r\n\r\nJVBERi0xLjQK\r\n";
    let mut v = verdict();
    v.strip = vec![0];
    let p = edited(raw.as_bytes(), &Findings::default(), &v);
    assert!(p.attachments.is_empty());
    assert_eq!(p.text.trim(), "1 attachment removed: к.pdf");
    assert_eq!(p.headers_named("Content-Type").count(), 1);
    assert_eq!(p.header("MIME-Version"), Some("1.0"));
    assert!(!text(&p).contains("JVBER"));
}

#[test]
fn an_empty_message_that_is_stripped_has_our_header_before_the_note() {
    let v = Verdict { strip: vec![0], ..verdict() };
    for raw in ["", "From a b\r\n"] {
        let p = edited(raw.as_bytes(), &Findings::default(), &v);
        assert_eq!(p.header("X-MAG-CATEGORY"), Some("CLEAN"), "{raw:?}");
        assert_eq!(p.text.trim(), "1 attachment removed", "{raw:?}");
    }
}

#[test]
fn messages_without_header_or_blank_line_stay_whole() {
    for (raw, body) in [
        ("just text\r\n", "just text\r\n"),
        ("", ""),
        ("\r\nbody\r\n", "body\r\n"),
        ("Subject: x\r\n", ""),
        ("From a b\r\nSubject: x\r\n\r\nbody", "body"),
    ] {
        let p = edited(raw.as_bytes(), &Findings::default(), &verdict());
        assert_eq!(p.header("X-MAG-CATEGORY"), Some("CLEAN"), "{raw:?}");
        assert_eq!(&text(&p)[p.body_start..], body, "{raw:?}");
    }
}

prop_compose! {
    fn message()(subject in "(Subject:[ a-zA-Z=?_-]{0,30}\r\n( [a-z]{1,10}\r\n)?)?",
                 forged in proptest::collection::vec("(X-MAG-|x-mag-|Authentication-Results: mx.acme.test;|X-Other: )[A-Z]{0,8}( )?:?[ -~]{0,20}\r\n( folded\r\n)?", 0..4),
                 parts in proptest::collection::vec(("[a-z]{0,20}(\r\n)?[a-z]{0,9}", any::<bool>()), 1..5)) -> (String, Vec<usize>) {
        let mut raw = format!("From: a@x.test\r\n{}{subject}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"==b\"\r\n\r\n", forged.concat());
        let mut files = Vec::new();
        for (n, (body, file)) in parts.iter().enumerate() {
            let disposition = if *file { format!("Content-Disposition: attachment; filename=\"f{n}.bin\"\r\n") } else { String::new() };
            raw.push_str(&format!("--==b\r\nContent-Type: text/plain\r\n{disposition}\r\n{body}\r\n"));
            if *file { files.push(n) }
        }
        raw.push_str("--==b--\r\n");
        (raw, files)
    }
}

proptest! {
    #[test]
    fn an_edited_message_parses_as_before_but_for_what_was_stripped((raw, files) in message(), strip in any::<u8>(), info in ".{0,80}",
            tag in proptest::option::of("[ -~Ää]{1,20}")) {
        let before = parse(raw.as_bytes());
        let mut v = verdict();
        v.info = info;
        v.tags = tag.into_iter().collect();
        v.strip = before.attachments.iter().enumerate().filter(|(n, _)| strip >> n & 1 == 1).map(|(_, a)| a.part).collect();
        let after = edited(raw.as_bytes(), &Findings::default(), &v);
        prop_assert_eq!(after.parts.len(), before.parts.len());
        prop_assert_eq!(after.attachments.len(), files.len() - v.strip.len());
        for (old, new) in before.parts.iter().zip(&after.parts) {
            if !v.strip.contains(&old.id) {
                prop_assert_eq!((&old.mime, &old.name, &old.data), (&new.mime, &new.name, &new.data));
            } else {
                prop_assert!(new.data.starts_with(b"1 attachment removed"));
            }
        }
        for name in ["X-MAG-FILTER", "X-MAG-CATEGORY"] {
            prop_assert_eq!(after.headers_named(name).count(), 1, "{}", name);
        }
        let ours = after.headers.iter().filter(|h| h.name.to_ascii_uppercase().starts_with("X-MAG-")).count();
        prop_assert_eq!(ours, 2 + usize::from(!v.info.trim().is_empty()));
        let header = &after.raw[..after.body_start];
        prop_assert!(header.iter().enumerate().all(|(i, b)| *b != b'\n' || (i > 0 && header[i - 1] == b'\r')));
    }

    #[test]
    fn any_bytes_are_edited_without_panic_and_carry_our_header_once(raw in proptest::collection::vec(any::<u8>(), 0..200), head in "([A-Za-z-]{1,9}:? ?[a-z]{0,9}\r?\n){0,4}",
            strip in proptest::collection::vec(0u32..4, 0..3), tags in proptest::collection::vec(".{0,20}", 0..3)) {
        let mut bytes = head.into_bytes();
        bytes.extend(raw);
        let mut v = verdict();
        v.strip = strip;
        v.tags = tags;
        let p = edited(&bytes, &Findings::default(), &v);
        prop_assert_eq!(p.headers_named("X-MAG-CATEGORY").count(), 1);
    }
}

#[test]
fn every_message_gets_the_field_and_markup_of_the_domain_and_a_forged_one_goes() {
    let raw = b"x-external: False\r\nSubject: hi\r\n\r\nbody";
    let p = parse(raw);
    let options = EditOptions { field: Some(("X-External".into(), "True".into())), subject: "[EXT]".into(), ..opts() };
    let v = Verdict { tags: vec!["ADV:".into()], ..verdict() };
    let out = apply(raw, &edits(&p, &Findings::default(), &v, &options));
    let after = parse(&out);
    assert_eq!(after.headers_named("X-External").map(|h| h.value.as_str()).collect::<Vec<_>>(), ["True"]);
    assert_eq!(after.subject, "[EXT] ADV: hi");
}
