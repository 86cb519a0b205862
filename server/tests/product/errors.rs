//! Things that go wrong around us: each gives a clear message, and loses nothing.

use crate::running::{CHAT, Running, message, program, sink, wait};
use demo::samples;
use demo::sink::{Options, Sink};
use std::net::TcpListener;

fn failed_start(server: &Running) -> String {
    let out = program().args(["serve", "--config"]).arg(server.config()).output().unwrap();
    assert!(!out.status.success());
    String::from_utf8(out.stderr).unwrap()
}

#[test]
fn a_wrong_configuration_stops_the_start_with_key_value_and_expectation() {
    let error = failed_start(&Running::prepared("[spool]\nmin_free_mb = \"lots\"\n"));
    for word in ["spool.min_free_mb", "lots", "expected"] {
        assert!(error.contains(word), "{error}");
    }
}

#[test]
fn a_database_that_cannot_be_used_is_named_by_its_key_without_the_password() {
    for (url, word) in [
        ("postgres://ann:S3cret@127.0.0.1:9/postern", "cannot be reached"),
        ("postgres://ann:S3cret@127.0.0.1:9", "names no database"),
        ("mysql://ann:S3cret@127.0.0.1:9/x", "expected \"sqlite\""),
    ] {
        let error = failed_start(&Running::prepared_on(url));
        assert!(error.contains("`database`") && error.contains(word) && !error.contains("S3cret"), "{error}");
    }
}

#[test]
fn a_taken_port_is_named() {
    let server = Running::prepared("");
    let _other = TcpListener::bind(server.smtp).unwrap();
    let error = failed_start(&server);
    assert!(error.contains(&server.smtp.to_string()) && error.contains("another program"), "{error}");
}

#[test]
fn two_servers_on_one_data_directory_are_refused() {
    let first = Running::start("");
    let mut second = Running::prepared("");
    second.dir = tempfile::tempdir().unwrap();
    let config = second.config();
    let own = format!("{:?}", second.dir.path().join("data"));
    let others = format!("{:?}", first.dir.path().join("data"));
    std::fs::write(&config, std::fs::read_to_string(&config).unwrap().replace(&own, &others)).unwrap();
    let out = program().args(["serve", "--config"]).arg(config).output().unwrap();
    let error = String::from_utf8(out.stderr).unwrap();
    assert!(!out.status.success() && error.contains("another process"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_for_now_and_takes_mail_again_when_there_is_room() {
    let sink = sink().await;
    let mut server = Running::start("[spool]\nmin_free_mb = 1000000000\n");
    server.acme(&[sink.address()]);
    let error = server.send("bob@acme.test", &message("full", CHAT)).await.unwrap_err().to_string();
    assert!(error.starts_with("452 4.3.1"), "{error}");
    assert!(server.terminate().0.success());
    let room = std::fs::read_to_string(server.config()).unwrap().replace("1000000000", "1");
    let mut again = Running::prepared("[spool]\nmin_free_mb = 1\n");
    std::mem::swap(&mut again.dir, &mut server.dir);
    drop(room);
    again.launch();
    again.send("bob@acme.test", &message("room", CHAT)).await.unwrap();
    wait("the message", || sink.count() == 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_for_a_gateway_that_is_down_waits_and_arrives_when_it_is_up() {
    let server = Running::start("");
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    server.acme(&[address]);
    for n in 0..5 {
        server.send("bob@acme.test", &message(&format!("waiting-{n}"), CHAT)).await.unwrap();
    }
    wait("a first attempt", || server.query("SELECT DISTINCT disposition FROM recipient") == ["deferred"]).await;
    let sink = Sink::start(address, Options { keep: 100, directory: None }).await.unwrap();
    wait("the mail", || sink.count() == 5).await;
    wait("the log", || server.query("SELECT DISTINCT disposition FROM recipient") == ["delivered"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_gateway_takes_over_when_the_first_is_down() {
    let sink = sink().await;
    let server = Running::start("");
    let down = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    server.acme(&[down, sink.address()]);
    server.send("bob@acme.test", &message("failover", CHAT)).await.unwrap();
    wait("the mail", || sink.count() == 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_is_marked_not_scanned_while_clamd_is_down_and_eicar_is_still_caught() {
    let sink = sink().await;
    let server = Running::start("[scan]\nclamd = \"unix:/nonexistent/clamd.ctl\"\n");
    server.acme(&[sink.address()]);
    server.send("bob@acme.test", &message("clean", CHAT)).await.unwrap();
    let eicar = samples::all("bob@acme.test", model::Timestamp::now()).into_iter().find(|s| s.name == "eicar").unwrap();
    server.send("bob@acme.test", &eicar.body).await.unwrap();
    wait("the clean one", || sink.count() == 1).await;
    let body = String::from_utf8_lossy(&sink.caught()[0].body).into_owned();
    assert!(body.contains("X-MAG-CATEGORY: NOT_AV_SCANNED"), "{body}");
    wait("the virus", || server.query("SELECT category FROM quarantine") == ["VIRUS"]).await;
    assert_eq!(sink.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_mail_is_accounted_for_to_the_last() {
    let sink = sink().await;
    let server = Running::start("");
    server.acme(&[sink.address()]);
    let deep = format!(
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n{}",
        "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n".repeat(400)
    );
    let bodies: Vec<Vec<u8>> = vec![
        b"\r\n".to_vec(),
        b"no header at all\r\n".to_vec(),
        b"Subject: =?utf-8?B?////?=\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!\r\n".to_vec(),
        b": empty name\r\n\r\nx\r\n".to_vec(),
        [b"Subject: ".as_slice(), &[0xFF, 0xFE, 0x80, 0x81], b"\r\n\r\n\xC0\x80\r\n"].concat(),
        deep.into_bytes(),
        format!("{}\r\nx\r\n", "X-Long: y\r\n".repeat(5_000)).into_bytes(),
        b"Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n--\r\n\r\n----\r\n".to_vec(),
        b"From: a@b\r\nFrom: c@d\r\nContent-Type: text/html\r\nContent-Type: text/plain\r\n\r\n<b>x\r\n".to_vec(),
    ];
    for body in &bodies {
        server.send("bob@acme.test", body).await.unwrap();
    }
    let all = format!("{}", bodies.len());
    wait("the verdicts", || {
        server.query("SELECT count(*) FROM recipient WHERE disposition IN ('delivered','quarantined','discarded')")
            == [all.clone()]
    })
    .await;
    let held: u64 = server.query("SELECT count(*) FROM quarantine")[0].parse().unwrap();
    assert_eq!(sink.count() + held, bodies.len() as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bounce_tells_the_sender_in_the_standard_form_when_the_gateway_refuses() {
    // The domain's gateway refuses its recipient; the sender is in another domain of ours, whose gateway listens.
    let refusing = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = refusing.local_addr().unwrap();
    tokio::spawn(async move {
        use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
        while let Ok((stream, _)) = refusing.accept().await {
            let mut stream = BufReader::new(stream);
            stream.get_mut().write_all(b"220 no\r\n").await.unwrap();
            let mut line = String::new();
            while stream.read_line(&mut line).await.unwrap_or(0) > 0 {
                let answer: &[u8] =
                    if line.starts_with("RCPT") { b"550 5.1.1 no such user here\r\n" } else { b"250 ok\r\n" };
                stream.get_mut().write_all(answer).await.unwrap();
                line.clear();
            }
        }
    });
    let sink = sink().await;
    let server = Running::start("");
    server.apply(&format!(
        "accounts:\n  - name: acme\n    domains:\n      - {{ name: acme.test, gateways: [\"{address}\"], mailboxes: [{{ name: bob }}] }}\n      \
         - {{ name: partner.test, gateways: [\"{}\"], mailboxes: [{{ name: alice }}] }}\n",
        sink.address()
    ));
    server.send("bob@acme.test", &message("refused", CHAT)).await.unwrap();
    wait("the bounce", || sink.count() == 1).await;
    let bounce = sink.caught().remove(0);
    let body = String::from_utf8_lossy(&bounce.body).into_owned();
    assert_eq!((bounce.from.as_str(), bounce.to), ("", vec!["alice@partner.test".to_owned()]));
    for part in ["report-type=", "message/delivery-status", "Action: failed", "Status: 5.1.1", "no such user here"] {
        assert!(body.contains(part), "{part} is missing in {body}");
    }
}
