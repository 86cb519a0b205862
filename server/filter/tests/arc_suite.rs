//! The ARC test suite where it is at hand: `$POSTERN_SUITES/arc/arc_test_suite`.

#![allow(clippy::unwrap_used)]

use filter::Session;
use filter::auth::{Authenticator, Zone};
use model::finding::AuthResult;
use model::{Direction, Timestamp};
use std::path::PathBuf;
use std::sync::Arc;

fn suite() -> Option<PathBuf> {
    let dir = std::env::var_os("POSTERN_SUITES").map_or_else(|| PathBuf::from("../../../shared/suites"), PathBuf::from);
    let file = dir.join("arc/arc_test_suite/arc-draft-validation-tests.yml");
    if file.is_file() {
        return Some(file);
    }
    println!("skipped: the ARC suite is not at {}; set POSTERN_SUITES", file.display());
    None
}

fn session() -> Session {
    Session {
        direction: Direction::Inbound,
        client_ip: "192.0.2.1".parse().unwrap(),
        helo: "mail.test".into(),
        hostname: "mx.test".into(),
        return_path: None,
        recipients: vec![],
        received: Timestamp(0),
    }
}

#[tokio::test]
async fn chains_of_the_suite_are_judged_as_it_says() {
    let Some(file) = suite() else { return };
    // Some names stand there twice; with the number of the line none does.
    let unique = |(n, line): (usize, &str)| match line.trim_end().strip_suffix(':') {
        Some(name) if name.starts_with("  ") && !name[2..].starts_with(' ') => format!("{name}_{n}:\n"),
        _ => format!("{line}\n"),
    };
    let text: String = std::fs::read_to_string(file).unwrap().lines().enumerate().map(unique).collect();
    let (mut right, mut wrong) = (0, Vec::new());
    for document in serde_yaml_ng::Deserializer::from_str(&text) {
        let scenario: serde_yaml_ng::Value = serde::Deserialize::deserialize(document).unwrap();
        let Some(tests) = scenario.get("tests").and_then(|t| t.as_mapping()) else { continue };
        let mut zone = Zone::default();
        for (name, record) in scenario.get("txt-records").and_then(|r| r.as_mapping()).into_iter().flatten() {
            zone =
                zone.with_txt(name.as_str().unwrap(), record.as_str().unwrap_or_default().replace('\n', "").as_str());
        }
        let authenticator = Authenticator::with_zone(zone, Arc::new(|| Timestamp(1_700_000_000_000)));
        for (name, test) in tests {
            let raw = test.get("message").and_then(|m| m.as_str()).unwrap_or_default().replace('\n', "\r\n");
            // An empty value says that it depends.
            let wanted = match test.get("cv").and_then(|c| c.as_str()).unwrap_or_default() {
                "Pass" => AuthResult::Pass,
                "Fail" => AuthResult::Fail,
                "None" => AuthResult::None,
                _ => continue,
            };
            let found = authenticator.verify(raw.as_bytes(), &session(), None).await.arc.result;
            if found == wanted {
                right += 1;
            } else {
                wrong.push(format!("{}: {found:?}, not {wanted:?}", name.as_str().unwrap_or_default()));
            }
        }
    }
    println!("{right} right, {} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(right > 100, "only {right} tests were read");
    let accepted: Vec<&String> = wrong.iter().filter(|w| w.contains(": Pass")).collect();
    assert!(accepted.is_empty(), "accepted though broken: {accepted:?}");
    assert!(wrong.len() * 20 <= right, "{wrong:#?}");
}
