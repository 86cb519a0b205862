//! The commands beside the server.

use crate::running::{Running, program, sink};
use demo::samples;
use model::Timestamp;

#[test]
fn scan_prints_a_verdict_a_line_without_a_server() {
    let server = Running::prepared("");
    let mail = server.dir.path().join("mail");
    std::fs::create_dir(&mail).unwrap();
    let samples = samples::all("bob@acme.test", Timestamp::now());
    for (n, sample) in samples.iter().enumerate() {
        std::fs::write(mail.join(format!("{n:02}-{}.eml", sample.name)), &sample.body).unwrap();
    }
    let out = server.cli(&["scan", "--json", mail.to_str().unwrap()]);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let lines: Vec<serde_json::Value> =
        String::from_utf8(out.stdout).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.len(), samples.len());
    let of = |name: &str| lines.iter().find(|l| l["file"].as_str().unwrap().contains(name)).unwrap();
    assert_eq!((of("eicar")["category"].as_str(), of("eicar")["action"].as_str()), (Some("VIRUS"), Some("block")));
    assert_eq!(of("phishing")["category"], "PHISH");
    assert_eq!(of("plain")["category"], "CLEAN");
    for key in ["file", "bytes", "category", "action", "score", "findings", "elapsed_us"] {
        assert!(of("plain").get(key).is_some(), "{key}");
    }
}

#[test]
fn learn_changes_what_scan_says() {
    let server = Running::prepared("");
    let path = |name: &str| server.dir.path().join(name);
    let body = |n: usize| {
        format!(
            "From: Shop <shop@shop{n}.example>\r\nTo: bob@acme.test\r\nSubject: Zorbulon {n}\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n\r\nThe zorbulon frobnicator quuxes your glimmering wug; order the zorbulon today, number {n}.\r\n"
        )
    };
    for dir in ["spam", "probe"] {
        std::fs::create_dir(path(dir)).unwrap();
    }
    for n in 0..60 {
        std::fs::write(path("spam").join(format!("{n}.eml")), body(n)).unwrap();
    }
    std::fs::write(path("probe").join("a.eml"), body(99)).unwrap();
    let score = || {
        let out = server.cli(&["scan", "--json", path("probe").to_str().unwrap()]);
        let line: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
        line["score"].as_f64().unwrap()
    };
    let before = score();
    let out = server.cli(&["learn", "--spam", path("spam").to_str().unwrap()]);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    assert!(score() > before + 0.5, "{} is not clearly above {before}", score());
}

#[tokio::test(flavor = "multi_thread")]
async fn export_gives_a_document_that_changes_nothing() {
    let sink = sink().await;
    let server = Running::start("");
    server.acme(&[sink.address()]);
    let file = server.dir.path().join("out.yaml");
    let file = file.to_str().unwrap();
    assert!(server.cli(&["export", file]).status.success());
    let out = server.cli(&["apply", file, "--dry-run"]);
    let said = String::from_utf8(out.stdout).unwrap();
    assert!(said.contains("nothing to change"), "{said}");
}

#[test]
fn an_unknown_key_in_a_document_is_named() {
    let server = Running::prepared("");
    let file = server.dir.path().join("bad.yaml");
    std::fs::write(&file, "accounts:\n  - name: acme\n    domainz: []\n").unwrap();
    let out = server.cli(&["apply", file.to_str().unwrap()]);
    let error = String::from_utf8(out.stderr).unwrap();
    assert!(!out.status.success() && error.contains("domainz"), "{error}");
}

#[test]
fn version_and_help_answer() {
    assert!(program().arg("--version").output().unwrap().status.success());
    assert!(String::from_utf8(program().arg("--help").output().unwrap().stdout).unwrap().contains("scan"));
}

#[test]
fn sigterm_ends_in_order() {
    let mut server = Running::start("");
    let (status, took) = server.terminate();
    assert!(status.success() && took.as_secs() < 20, "{status} after {took:?}");
}
