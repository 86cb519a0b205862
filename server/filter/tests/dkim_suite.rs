//! DKIM samples where they are at hand: `$POSTERN_SUITES/dkim` with the corpus of Mail::DKIM, and the messages of RFC 6376
//! and RFC 8463 as dkimpy carries them.

#![allow(clippy::unwrap_used)]

use filter::Session;
use filter::auth::dns::Record;
use filter::auth::{Authentication, Authenticator, Zone};
use model::finding::AuthResult;
use model::{Direction, Timestamp};
use std::path::PathBuf;
use std::sync::Arc;

fn suite() -> Option<PathBuf> {
    let dir = std::env::var_os("POSTERN_SUITES").map_or_else(|| PathBuf::from("../../../shared/suites"), PathBuf::from);
    let dir = dir.join("dkim");
    if dir.is_dir() {
        return Some(dir);
    }
    println!("skipped: the DKIM samples are not at {}; set POSTERN_SUITES", dir.display());
    None
}

/// At a time at which no sample but those about expiry has expired.
fn authenticator(zone: Zone) -> Authenticator {
    Authenticator::with_zone(zone, Arc::new(|| Timestamp(1_700_000_000_000)))
}

async fn verify(authenticator: &Authenticator, raw: &[u8]) -> Authentication {
    let session = Session {
        direction: Direction::Inbound,
        client_ip: "192.0.2.1".parse().unwrap(),
        helo: "mail.test".into(),
        hostname: "mx.test".into(),
        return_path: None,
        recipients: vec![],
        received: Timestamp(0),
    };
    authenticator.verify(raw, &session, None).await
}

/// `name  text` a line; words instead of a text say how the name fails.
fn fake_dns(text: &str) -> Zone {
    let mut zone = Zone::default();
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let (name, value) = line.split_once(char::is_whitespace).unwrap();
        match value.trim() {
            "NXDOMAIN" => {}
            v if v.starts_with("~~") => drop(zone.add(name, Record::Timeout)),
            v => drop(zone.add(name, Record::Txt(v.trim_matches('"').as_bytes().to_vec()))),
        }
    }
    zone
}

#[tokio::test]
async fn the_mail_dkim_corpus_passes_where_it_should_and_nowhere_else() {
    let Some(dir) = suite() else { return };
    let authenticator = authenticator(fake_dns(&std::fs::read_to_string(dir.join("mail-dkim-FAKE_DNS.dat")).unwrap()));
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(dir.join("mail-dkim-corpus")).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let (mut passed, mut refused, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    for file in &files {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let a = verify(&authenticator, &std::fs::read(file).unwrap()).await;
        let passes = a.dkim == AuthResult::Pass;
        let reasons = || a.signatures.iter().map(|s| s.reason.clone()).collect::<Vec<_>>().join(", ");
        match (name.starts_with("good"), name.starts_with("bad"), passes) {
            (true, _, true) => passed.push(name),
            (true, _, false) => refused.push(format!("{name} ({})", reasons())),
            (_, true, true) => wrong.push(name),
            _ => {}
        }
    }
    println!(
        "passed: {passed:?}\nnot accepted though called good:\n{}\naccepted though called bad: {wrong:?}",
        refused.join("\n")
    );
    assert!(wrong.is_empty(), "{wrong:?}");
    // The corpus is of 2006: but for one, what it calls good has keys of 512 or 768 bits or SHA-1 signatures (which RFC
    // 8301 forbids), or is DomainKeys (RFC 4870) or a draft of DKIM.
    assert_eq!(passed, ["goodkey_ed25519"]);
    assert!(files.len() > 70, "only {} files", files.len());
}

#[tokio::test]
async fn the_signed_message_of_rfc_8463_passes_with_both_its_keys() {
    let Some(dir) = suite() else { return };
    let read = |name: &str| std::fs::read_to_string(dir.join("dkimpy-data").join(name)).unwrap();
    let raw = read("rfc6376.signed.msg").replace("\r\n", "\n").replace('\n', "\r\n");
    // RFC 8463 appendix A.2.
    let zone = Zone::default()
        .with_txt("brisbane._domainkey.football.example.com", "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
        .with_txt(
            "test._domainkey.football.example.com",
            "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB",
        );
    let authenticator = authenticator(zone);
    let a = verify(&authenticator, raw.as_bytes()).await;
    let results: Vec<_> = a.signatures.iter().map(|s| (s.selector.as_str(), s.result)).collect();
    assert_eq!(results, [("brisbane", AuthResult::Pass), ("test", AuthResult::Pass)], "{:?}", a.signatures);
    let a = verify(&authenticator, raw.replace("hungry", "thirsty").as_bytes()).await;
    assert!(a.signatures.iter().all(|s| s.result != AuthResult::Pass));
}
