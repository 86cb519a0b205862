//! Other people's clients: Python's smtplib, swaks, and Postfix's smtp-source. `scripts/setup.sh` installs them.

use crate::{tls, world::World};
use std::{
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};
use tokio::{process::Command, time::timeout};

/// Runs a program to its end and gives what it printed.
async fn run(program: &str, arguments: &[&str]) -> String {
    let run = Command::new(program).args(arguments).stdin(Stdio::null()).kill_on_drop(true).output();
    let done = timeout(Duration::from_secs(60), run).await.expect("it ends in time");
    let done = done.unwrap_or_else(|e| panic!("{program}: {e}; scripts/setup.sh installs it"));
    let text = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{program}: {text}");
    text
}

const SMTPLIB: &str = r#"
import smtplib, ssl, sys
from email.message import EmailMessage
port, pem = int(sys.argv[1]), sys.argv[2]
with smtplib.SMTP("127.0.0.1", port, "client.partner.test", timeout=20) as s:
    s.sendmail("alice@partner.test", ["bob@bar.test", "eve@bar.test"], b"Subject: plain\r\n\r\n.dots\r\n..\r\nend\r\n")
    try:
        s.sendmail("alice@partner.test", ["unknown@bar.test"], b"x")
        sys.exit("an unknown recipient was accepted")
    except smtplib.SMTPRecipientsRefused as e:
        assert e.recipients["unknown@bar.test"] == (550, b"5.1.1 Rejected"), e.recipients
    assert s.verify("bob")[0] == 252
    context = ssl.create_default_context(cafile=pem)
    s._host = "mx.bar.test"
    assert s.starttls(context=context)[0] == 220
    m = EmailMessage()
    m["Subject"], m["From"], m["To"] = "Grüße", "jörg@partner.test", "bob@bar.test"
    m.set_content("schöne Grüße\n")
    s.send_message(m)
"#;

#[tokio::test]
async fn pythons_smtplib_delivers_in_clear_text_and_over_verified_tls() {
    let (world, dir) = tls::world();
    let port = world.server.local_addr().port().to_string();
    let pem = dir.path().join("smtp-cert.pem");
    run("python3", &["-c", SMTPLIB, &port, pem.to_str().unwrap()]).await;
    let mails = world.recorder.mails();
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].text(), "Subject: plain\r\n\r\n.dots\r\n..\r\nend\r\n");
    assert_eq!(mails[0].recipients(), ["bob@bar.test", "eve@bar.test"]);
    assert!(mails[1].envelope.session.tls.is_some() && mails[1].envelope.smtputf8);
    assert_eq!(mails[1].envelope.return_path.as_ref().unwrap().as_str(), "jörg@partner.test");
    assert!(mails[1].text().contains("Subject: Grüße\r\n"), "{}", mails[1].text());
}

#[tokio::test]
async fn swaks_delivers_with_and_without_pipelining() {
    let world = World::new();
    let server = world.server.local_addr().to_string();
    let base = [
        "--server",
        &server,
        "--from",
        "a@partner.test",
        "--to",
        "bob@bar.test,eve@bar.test",
        "--ehlo",
        "swaks.test",
        "--body",
        "hi\n.\nthere",
    ];
    let text = run("swaks", &base).await;
    assert!(text.contains("queued as"), "{text}");
    run("swaks", &[&base[..], &["--pipeline"]].concat()).await;
    let mails = world.recorder.mails();
    assert_eq!(mails.len(), 2);
    for mail in &mails {
        assert_eq!(mail.recipients(), ["bob@bar.test", "eve@bar.test"]);
        assert!(mail.text().ends_with("hi\r\n.\r\nthere\r\n\r\n\r\n"), "{:?}", mail.text());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn smtp_source_delivers_thousands_over_many_sessions() {
    let world = World::new();
    world.recorder.forget.store(true, std::sync::atomic::Ordering::Relaxed);
    let server = format!("inet:{}", world.server.local_addr());
    let source =
        ["/usr/sbin/smtp-source", "smtp-source"].into_iter().find(|p| Path::new(p).exists()).unwrap_or("smtp-source");
    let begin = Instant::now();
    run(source, &["-s", "20", "-m", "3000", "-l", "4096", "-f", "a@partner.test", "-t", "bob@bar.test", "-d", &server])
        .await;
    let rate = 3_000.0 / begin.elapsed().as_secs_f64();
    println!("smtp-source: {rate:.0} messages/s");
    assert_eq!(world.recorder.count.load(std::sync::atomic::Ordering::Relaxed), 3_000);
}
