//! A backup taken while mail comes in makes a whole machine on an empty directory.

use crate::api::call;
use crate::running::{CHAT, Running, message, program, sink, wait};
use demo::samples;
use demo::sink::{Options, Sink};
use model::Timestamp;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

fn said(out: &std::process::Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
}

/// An address at which nothing listens until it is used.
fn later() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Whether the owner of a mailbox can log in.
fn logs_in(server: &Running, email: &str, password: &str) -> bool {
    let mut stream = TcpStream::connect(server.http).unwrap();
    let body = format!("email={}&password={password}", email.replace('@', "%40"));
    write!(
        stream,
        "POST /light/login HTTP/1.0\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        server.http,
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.to_ascii_lowercase().contains("\r\nset-cookie:")
}

fn token(server: &Running) -> String {
    let out = server.cli(&["token", "create", "--name", "test"]);
    assert!(out.status.success(), "{}", said(&out));
    String::from_utf8(out.stdout).unwrap().trim().to_owned()
}

/// Mail that is held, mail that waits for a gateway that is down, then a backup while more comes in; the machine is
/// lost, and `other` is made of the backup.
async fn lost_and_restored(mut server: Running, mut other: Running) {
    let gateway = later();
    server.launch();
    server.acme(&[gateway]);
    let eicar = samples::all("bob@acme.test", Timestamp::now()).into_iter().find(|s| s.name == "eicar").unwrap();
    server.send("bob@acme.test", &eicar.body).await.unwrap();
    let before: Vec<String> = (0..20).map(|n| format!("before-{n}")).collect();
    for name in &before {
        server.send("bob@acme.test", &message(name, CHAT)).await.unwrap();
    }
    let old = token(&server);
    wait("the held message", || {
        call(&server, &old, "GET", "/quarantine?all=true", &Value::Null).1["items"][0].is_object()
    })
    .await;

    let server = Arc::new(server);
    let stop = Arc::new(AtomicBool::new(false));
    let senders: Vec<_> = (0..4)
        .map(|sender| {
            let (server, stop) = (server.clone(), stop.clone());
            tokio::spawn(async move {
                let mut n = 0;
                while !stop.load(Ordering::Relaxed) {
                    n += 1;
                    let name = format!("during-{sender}-{n}");
                    server.send("bob@acme.test", &message(&name, CHAT)).await.unwrap();
                }
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let file = other.dir.path().join("backup.postern");
    let out = server.cli(&["backup", file.to_str().unwrap()]);
    assert!(out.status.success(), "{}", said(&out));
    stop.store(true, Ordering::Relaxed);
    for sender in senders {
        sender.await.unwrap();
    }
    drop(Arc::into_inner(server));

    let out = other.cli(&["restore", file.to_str().unwrap()]);
    assert!(out.status.success(), "{}", said(&out));
    assert!(said(&out).contains("start it with `postern serve`"), "{}", said(&out));
    other.launch();
    assert!(logs_in(&other, "bob@acme.test", "Bob-Pass-12345"), "the owner logs in with the old password");
    assert!(!logs_in(&other, "bob@acme.test", "Bob-Pass-12346"));
    // A token of the old machine is good on the new one.
    let (status, held) = call(&other, &old, "GET", "/quarantine?all=true", &Value::Null);
    assert_eq!((status, held["items"].as_array().map(Vec::len)), (200, Some(1)), "{held}");
    let sink = Sink::start(gateway, Options { keep: 100_000, directory: None }).await.unwrap();
    let path = format!("/quarantine/{}/release", held["items"][0]["id"]);
    let (status, answer) = call(&other, &old, "POST", &path, &json!({}));
    assert!((200..300).contains(&status), "{status} {answer}");
    let count = |name: &str| {
        let line = format!("Subject: {name}\r\n");
        sink.caught().iter().filter(|c| String::from_utf8_lossy(&c.body).contains(&line)).count()
    };
    wait("the mail that waited", || before.iter().all(|name| count(name) > 0)).await;
    wait("the released message", || {
        sink.caught().iter().any(|c| String::from_utf8_lossy(&c.body).contains("Scan from printer"))
    })
    .await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let doubled: Vec<_> = before.iter().filter(|name| count(name) > 1).collect();
    assert!(doubled.is_empty(), "delivered twice: {doubled:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_makes_a_whole_machine() {
    lost_and_restored(Running::prepared(""), Running::prepared("")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_makes_a_whole_machine_on_postgres() {
    let (Some(a), Some(b)) = (testdb::postgres(), testdb::postgres()) else { return };
    lost_and_restored(Running::prepared_on(&a.url), Running::prepared_on(&b.url)).await;
}

/// Files and directories below a path, but for the log.
fn tree(path: &Path) -> usize {
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|e| 1 + if e.path().is_dir() { tree(&e.path()) } else { 0 }).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_is_killed_says_so_and_is_done_again() {
    let sink = sink().await;
    let mut server = Running::start("");
    server.acme(&[sink.address()]);
    for n in 0..10 {
        server.send("bob@acme.test", &message(&format!("m{n}"), CHAT)).await.unwrap();
    }
    wait("delivery", || sink.count() == 10).await;
    server.terminate();
    // Enough rows that a restore takes a while.
    server.query(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
         INSERT INTO audit (at, actor, origin, act, object, detail) SELECT i, 'a', 'o', 'act', 'object ' || i, 'detail' FROM n",
    );
    let file = server.dir.path().join("backup.postern");
    assert!(server.cli(&["backup", file.to_str().unwrap()]).status.success());

    let mut other = Running::prepared("");
    let mut killed_within = 0;
    for pause in [0, 50, 200, 600] {
        let mut child = program()
            .args(["restore", "--config"])
            .arg(other.config())
            .arg(&file)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        while !lines.next().expect("it ended before it began").unwrap().starts_with("verified") {}
        tokio::time::sleep(Duration::from_millis(pause)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        if !other.dir.path().join("data/restore-unfinished").exists() {
            // It was faster than the kill; begin with nothing again.
            std::fs::remove_dir_all(other.dir.path().join("data")).unwrap();
            continue;
        }
        killed_within += 1;
        for command in [&["serve"][..], &["export"], &["backup", "/dev/null"]] {
            let out = other.cli(command);
            assert!(!out.status.success() && said(&out).contains("postern restore"), "{command:?}: {}", said(&out));
        }
    }
    assert!(killed_within >= 2, "only {killed_within} were killed in the middle");
    let out = other.cli(&["restore", file.to_str().unwrap()]);
    assert!(out.status.success(), "{}", said(&out));
    assert_eq!(other.query("SELECT count(*) FROM audit WHERE act = 'act'"), ["200000"]);
    assert_eq!(other.query("PRAGMA integrity_check"), ["ok"]);
    other.launch();
    assert!(tree(&other.dir.path().join("data")) > 3);
}

#[test]
fn schema_and_database_are_moved_by_migrate() {
    let server = Running::prepared("");
    let out = server.cli(&["migrate"]);
    assert!(out.status.success() && said(&out).contains("schema 0 → "), "{}", said(&out));
    let out = server.cli(&["migrate"]);
    assert!(out.status.success() && said(&out).contains("the newest"), "{}", said(&out));
    let Some(database) = testdb::postgres() else { return };
    server.acme(&[later()]);
    let out = server.cli(&["migrate", "--to", &database.url]);
    assert!(out.status.success() && said(&out).contains("read back the same"), "{}", said(&out));
    let there = Running::prepared_on(&database.url);
    let out = there.cli(&["export"]);
    assert!(said(&out).contains("robert"), "{}", said(&out));
    let out = there.cli(&["migrate", "--to", "sqlite"]);
    assert!(out.status.success(), "{}", said(&out));
    assert_eq!(there.query("SELECT count(*) FROM mailbox"), ["2"]);
    let out = there.cli(&["migrate", "--to", "sqlite"]);
    assert!(!out.status.success() && said(&out).contains("there already"), "{}", said(&out));
}
