//! `postern import` beside a running server.

use crate::running::{CHAT, Running, message, sink, wait};
use std::time::{Duration, Instant};

fn run(server: &Running, args: &[&str]) -> (bool, String, String) {
    let out = server.cli(&[&["import"], args].concat());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (out.status.success(), text(&out.stdout), text(&out.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postfix_gateway_is_taken_over_and_its_mail_arrives() {
    let sink = sink().await;
    let server = Running::start("");
    let file = |name: &str, text: &str| {
        let path = server.dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let port = sink.address().port();
    let relay = file("relay_domains", "# ours\nacme.test OK\n");
    let transport = file("transport", &format!("acme.test\n  smtp:[127.0.0.1]:{port}\n"));
    let recipients = file("relay_recipients", "bob@acme.test x\n@acme.test x\n");
    let aliases = file("virtual", "robert@acme.test bob@acme.test\n");
    let args = [
        "postfix",
        "--account",
        "acme",
        "--relay-domains",
        &relay,
        "--transport",
        &transport,
        "--relay-recipients",
        &recipients,
        "--virtual",
        &aliases,
    ];
    let (well, said, left_out) = run(&server, &[&args[..], &["--dry-run"]].concat());
    assert!(well && said.contains("4 changes, none made (dry run); 1 left out"), "{said}{left_out}");
    assert!(left_out.contains("relay_recipients:2: @acme.test: it catches all"), "{left_out}");
    assert_eq!(server.query("SELECT count(*) FROM mailbox"), ["0"]);
    let (well, said, _) = run(&server, &args);
    assert!(well && said.contains("+ mailbox bob@acme.test: alias robert@acme.test"), "{said}");
    let (_, said, _) = run(&server, &args);
    assert!(said.starts_with("0 changes"), "{said}");
    assert_eq!(server.query("SELECT count(*) FROM audit WHERE act = 'apply'"), ["4"]);
    tokio::time::sleep(Duration::from_secs(1)).await;
    server.send("robert@acme.test", &message("taken over", CHAT)).await.unwrap();
    wait("the message", || sink.count() == 1).await;
}

#[test]
fn a_hundred_thousand_lines_are_imported_and_one_that_clashes_imports_none() {
    let server = Running::prepared("");
    let path = server.dir.path().join("people.csv");
    let mut text = String::from("address,aliases\n");
    for n in 0..100_000 {
        text.push_str(&format!("user{n},alias{n}\n"));
    }
    std::fs::write(&path, &text).unwrap();
    let path = path.to_str().unwrap();
    let args = ["csv", path, "--account", "acme", "--domain", "acme.test", "--gateway", "127.0.0.1:9"];
    let start = Instant::now();
    let (well, said, left_out) = run(&server, &args);
    let took = start.elapsed();
    assert!(well && said.ends_with("200002 changes, made; 0 left out\n"), "{left_out}");
    println!("100,000 mailboxes with an alias each: {took:?}");
    assert_eq!(server.query("SELECT mailboxes FROM domain"), ["100000"]);
    assert_eq!(server.query("SELECT count(*) FROM audit WHERE act = 'apply'"), ["200002"]);

    // An alias that a mailbox of the first import has: all of the second is refused.
    std::fs::write(path, "new1,\nnew2,alias7\n").unwrap();
    let (well, _, error) = run(&server, &args);
    assert!(!well && error.contains("alias7@acme.test"), "{error}");
    assert_eq!(server.query("SELECT count(*) FROM mailbox"), ["100000"]);
}

#[test]
fn files_of_pmg_are_taken_over() {
    let server = Running::prepared("");
    let dir = server.dir.path().join("pmg");
    std::fs::create_dir(&dir).unwrap();
    for (name, text) in [
        ("domains", "#the company\nacme.test 1\n"),
        ("transport", "acme.test smtp:[192.0.2.9]:2525\n"),
        ("mynetworks", "198.51.100.0/24 #office\n"),
        ("whitelist-bob@acme.test.json", "200 OK\n[{\"address\":\"partner.test\"}]\n"),
        ("pmg-authkey.key", "secret"),
    ] {
        std::fs::write(dir.join(name), text).unwrap();
    }
    let (well, said, left_out) = run(&server, &["pmg", dir.to_str().unwrap(), "--account", "acme"]);
    assert!(well, "{said}{left_out}");
    for line in [
        "gateways 192.0.2.9:2525",
        "+ mailbox bob@acme.test",
        "friend partner.test",
        "outbound IP 198.51.100.0/24 office",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    assert!(!left_out.contains("left out"), "{left_out}");
    let (well, _, error) = run(&server, &["pmg", dir.join("pmg-authkey.key").to_str().unwrap(), "--account", "acme"]);
    assert!(!well && error.contains("are taken"), "{error}");
}
