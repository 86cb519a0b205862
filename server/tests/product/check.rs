//! `postern check` on a sound installation, and on one where each thing is wrong.

use crate::running::{Running, sink, wait};
use demo::samples;
use model::Timestamp;
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// The findings, and whether the command ended well.
fn check(server: &Running, more: &[&str]) -> (bool, Vec<Value>) {
    let out = server.cli(&[&["check", "--json"], more].concat());
    let said: Value =
        serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&out.stderr)));
    assert_eq!(said["ok"].as_bool(), Some(out.status.success()));
    (out.status.success(), said["checks"].as_array().unwrap().clone())
}

fn level(findings: &[Value], name: &str) -> (String, String) {
    let found = findings.iter().find(|f| f["check"] == name).unwrap_or_else(|| panic!("{name}: {findings:?}"));
    let text = |key: &str| found[key].as_str().unwrap_or_default().to_owned();
    (text("level"), format!("{} -> {}", text("what"), text("advice")))
}

async fn dns() -> String {
    let address = demo::dns::start("127.0.0.1:0".parse().unwrap(), samples::zone()).await.unwrap();
    format!("[dns]\nservers = [\"{address}\"]\n")
}

/// A server with two held messages and one that waits.
async fn with_mail(extra: &str) -> Running {
    let sink = sink().await;
    let server = Running::start(extra);
    server.acme(&[sink.address()]);
    let eicar = samples::all("bob@acme.test", Timestamp::now()).into_iter().find(|s| s.name == "eicar").unwrap();
    let eicar = String::from_utf8(eicar.body).unwrap();
    for name in ["one", "two"] {
        server.send("bob@acme.test", eicar.replace("Scan from printer", name).as_bytes()).await.unwrap();
    }
    wait("held mail", || server.query("SELECT count(*) FROM quarantine") == ["2"]).await;
    server
}

fn bodies(server: &Running) -> Vec<PathBuf> {
    let shards = std::fs::read_dir(server.dir.path().join("data/vault")).unwrap().flatten();
    let files =
        shards.filter(|s| s.file_name().len() == 2).flat_map(|s| std::fs::read_dir(s.path()).unwrap().flatten());
    files.map(|f| f.path()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_installation_passes_while_the_server_runs() {
    let server = with_mail(&dns().await).await;
    std::fs::set_permissions(server.dir.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    let (well, findings) = check(&server, &["--all-bodies"]);
    let fails: Vec<_> = findings.iter().filter(|f| f["level"] == "FAIL").collect();
    assert!(well, "{fails:?}");
    for name in [
        "schema",
        "integrity",
        "references",
        "counts",
        "bodies",
        "vault",
        "vault key",
        "spool",
        "certificate",
        "disk",
        "permissions",
        "clamd",
    ] {
        assert_eq!(level(&findings, name).0, "OK", "{name}: {findings:?}");
    }
    assert!(level(&findings, "vault key").1.contains("2 of 2"));
    let lines = String::from_utf8(server.cli(&["check"]).stdout).unwrap();
    assert_eq!(lines.lines().count(), findings.len());
    assert!(lines.lines().all(|l| ["OK  ", "WARN", "FAIL"].contains(&&l[..4])), "{lines}");
}

#[tokio::test(flavor = "multi_thread")]
async fn orphans_are_named_and_repaired_and_nothing_else() {
    let server = with_mail(&dns().await).await;
    let lost = &bodies(&server)[0];
    let orphan = server.dir.path().join("data/vault/ab").join("0".repeat(62));
    let young = server.dir.path().join("data/vault/ab").join("1".repeat(62));
    std::fs::copy(lost, &orphan).unwrap();
    std::fs::copy(lost, &young).unwrap();
    let hours_ago = SystemTime::now() - Duration::from_secs(2 * 3_600);
    std::fs::File::options().append(true).open(&orphan).unwrap().set_modified(hours_ago).unwrap();
    std::fs::remove_file(lost).unwrap();
    let (well, findings) = check(&server, &[]);
    assert!(!well);
    assert_eq!(level(&findings, "bodies").0, "FAIL");
    assert!(level(&findings, "bodies").1.contains("1 held messages have no body"));
    assert_eq!(level(&findings, "vault").0, "WARN");
    assert!(orphan.exists(), "nothing is changed without --repair");

    let (well, findings) = check(&server, &["--repair"]);
    assert!(well, "{findings:?}");
    assert!(!orphan.exists() && young.exists(), "a young body may be of a message that is being held");
    assert_eq!(server.query("SELECT disposition FROM quarantine ORDER BY disposition"), ["deleted", "quarantined"]);
    let acts = server.query("SELECT act FROM audit WHERE actor = 'system' OR origin = 'cli' ORDER BY id");
    assert!(acts.contains(&"quarantine.delete".to_owned()) && acts.contains(&"vault.clean".to_owned()), "{acts:?}");
    let (well, findings) = check(&server, &[]);
    assert!(well && level(&findings, "bodies").0 == "OK", "{findings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_broken_is_named_with_what_to_do() {
    let mut server = with_mail("[scan]\nclamd = \"unix:/nowhere/clamd.ctl\"\n").await;
    server.kill();
    let data = server.dir.path().join("data");
    // A directory that others may enter.
    std::fs::set_permissions(server.dir.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::set_permissions(data.join("vault/vault.key"), std::fs::Permissions::from_mode(0o644)).unwrap();
    server.query("UPDATE domain SET mailboxes = 7");
    server.query("INSERT INTO digest (mailbox, sent, since, until, messages) VALUES (99, 1, 1, 1, 1)");
    let segment = std::fs::read_dir(data.join("spool"))
        .unwrap()
        .flatten()
        .find(|f| f.path().extension().is_some_and(|e| e == "seg"));
    let segment = segment.unwrap().path();
    let mut bytes = std::fs::read(&segment).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&segment, bytes).unwrap();
    std::fs::write(&bodies(&server)[0], "not a body").unwrap();
    std::fs::write(data.join("tls/smtp-key.pem"), "no key").unwrap();
    let (well, findings) = check(&server, &["--all-bodies"]);
    assert!(!well);
    for (name, grade, words) in [
        ("permissions", "WARN", "vault.key"),
        ("counts", "FAIL", "domain"),
        ("references", "FAIL", "1 rows of digest refer to rows of mailbox"),
        ("spool", "FAIL", "1 stretches cannot be read"),
        ("vault key", "FAIL", "1 of 2 bodies cannot be opened"),
        ("certificate", "FAIL", "smtp-key.pem"),
        ("DNS", "FAIL", "dns.servers"),
        ("clamd", "FAIL", "/nowhere/clamd.ctl"),
    ] {
        let (found, text) = level(&findings, name);
        assert!(found == grade && text.contains(words), "{name}: {found} {text}");
    }
}

#[test]
fn a_wrong_configuration_and_an_unfinished_restore_are_findings() {
    let server = Running::prepared("[spool]\nmin_fre_mb = 1\n");
    let (well, findings) = check(&server, &[]);
    assert!(!well && level(&findings, "configuration").1.contains("min_fre_mb"), "{findings:?}");
    let server = Running::prepared("");
    std::fs::create_dir(server.dir.path().join("data")).unwrap();
    std::fs::write(server.dir.path().join("data/restore-unfinished"), "{}").unwrap();
    let (well, findings) = check(&server, &[]);
    assert!(!well && level(&findings, "restore").1.contains("postern restore"), "{findings:?}");
    let fresh = Running::prepared("");
    let (_, findings) = check(&fresh, &[]);
    assert_eq!((level(&findings, "database").0.as_str(), level(&findings, "data").0.as_str()), ("WARN", "WARN"));
}
