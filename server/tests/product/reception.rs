//! Receiving mail, by the whole product: listeners that come and go, and mail for nobody.

use crate::running::{CHAT, Running, message, sink, wait};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// A session that is held open.
struct Session(BufReader<TcpStream>);

impl Session {
    fn open(server: SocketAddr) -> Option<Session> {
        let stream = TcpStream::connect(server).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
        Some(Session(BufReader::new(stream)))
    }
    fn reply(&mut self) -> String {
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).unwrap_or(0) == 0 {
                return String::new();
            }
            if line.as_bytes().get(3) != Some(&b'-') {
                return line.trim_end().to_owned();
            }
        }
    }
    fn say(&mut self, line: &str) -> String {
        let _ = self.0.get_mut().write_all(format!("{line}\r\n").as_bytes());
        self.reply()
    }
}

fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn soon(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(10);
    while !holds() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_is_added_changed_moved_and_removed_while_sessions_go_on() {
    let server = Running::start("");
    server.acme(&["127.0.0.1:9".parse().unwrap()]);
    let (first, second) = (free(), free());
    let service = |at: SocketAddr, kind: &str, greeting: &str| {
        format!(
            "appliance: {{ smtp_services: {{ services: {{ extra: {{ kind: {kind}, listen: \"{at}\", greeting: \"{greeting}\" }} }} }} }}"
        )
    };
    let banner = |at| Session::open(at).map_or(String::new(), |mut s| s.reply());

    server.apply(&service(first, "inbound", "hello there"));
    soon("the new service greets", || banner(first) == "220 mx.acme.test ESMTP hello there");
    let mut held = Session::open(first).unwrap();
    held.reply();
    assert!(held.say("EHLO client.example.com").starts_with("250"));
    assert!(held.say("MAIL FROM:<a@partner.test>").starts_with("250"));

    server.apply(&service(first, "outbound", "changed"));
    soon("the service is another", || banner(first) == "220 mx.acme.test ESMTP changed");
    assert!(held.say("RCPT TO:<bob@acme.test>").starts_with("250"), "the session goes on as it began");
    let mut new = Session::open(first).unwrap();
    new.reply();
    new.say("EHLO client.example.com");
    assert_eq!(new.say("MAIL FROM:<a@partner.test>"), "550 5.7.1 Relay");

    server.apply(&service(second, "inbound", "moved"));
    soon("the service has moved", || banner(second) == "220 mx.acme.test ESMTP moved" && banner(first).is_empty());
    assert!(held.say("DATA").starts_with("354"), "the session goes on");
    assert!(held.say("Subject: x\r\n\r\nx\r\n.").starts_with("250"));

    server.apply("appliance: { smtp_services: { services: {} } }");
    soon("the service is gone", || banner(second).is_empty());
    assert!(banner(server.smtp).starts_with("220"), "the configuration's own stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_mail_for_unknown_recipients_only_the_legitimate_is_returned() {
    let sink = sink().await;
    let server = Running::start("");
    server.acme(&[sink.address()]);
    server.apply(
        "accounts: [{ name: acme, domains: [{ name: acme.test, settings: { recipients: { harvest_protection: high } } }] }]",
    );
    // The sender is of this domain too, so that the notice comes to where we can see it.
    let mut client = demo::client::Client::connect(server.smtp, "client.partner.test").await.unwrap();
    client.send("carol@acme.test", &["nobody@acme.test"], &message("lost", CHAT)).await.unwrap();
    let virus = message("bad", "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*");
    client.send("carol@acme.test", &["nobody2@acme.test"], &virus).await.unwrap();
    wait("the notice", || sink.count() >= 1).await;
    wait("both in the log", || server.query("SELECT count(*) FROM recipient") == ["2"]).await;
    let mut fates = server.query("SELECT address || ' ' || disposition FROM recipient ORDER BY address");
    fates.sort();
    assert_eq!(fates, ["nobody2@acme.test discarded", "nobody@acme.test bounced"]);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let caught = sink.caught();
    let [notice] = caught.as_slice() else { panic!("{} messages", caught.len()) };
    let text = String::from_utf8_lossy(&notice.body).into_owned();
    assert_eq!((notice.from.as_str(), notice.to.as_slice()), ("", &["carol@acme.test".to_owned()][..]));
    assert!(text.contains("Status: 5.1.1") && text.contains("nobody@acme.test"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_for_unknown_recipients_is_forwarded_filtered() {
    let sink = sink().await;
    let server = Running::start("");
    server.acme(&[sink.address()]);
    server.apply(
        "accounts: [{ name: acme, domains: [{ name: acme.test, unrecognized: forward, \
         settings: { recipients: { forward_to: carol@acme.test } } }] }]",
    );
    server.send("nobody@acme.test", &message("misdirected", CHAT)).await.unwrap();
    wait("the message", || sink.count() >= 1).await;
    assert_eq!(sink.caught()[0].to, ["carol@acme.test"]);
}

const TLS: &str = r#"
import socket, ssl, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=20)
f = s.makefile("rwb")
def reply():
    while True:
        line = f.readline().decode()
        if line[3:4] != "-": return line
reply()
for command in "EHLO client.example.com", "STARTTLS":
    f.write(command.encode() + b"\r\n"); f.flush(); reply()
context = ssl._create_unverified_context()
if sys.argv[2] == "1.2": context.maximum_version = ssl.TLSVersion.TLSv1_2
try:
    with context.wrap_socket(s) as t: print(t.version(), t.cipher()[0])
except (ssl.SSLError, OSError): print("none")
"#;

#[tokio::test(flavor = "multi_thread")]
async fn versions_ciphers_and_limits_are_those_of_the_next_session() {
    let server = Running::start("");
    let tls = |version: &str| {
        let out = std::process::Command::new("python3")
            .args(["-c", TLS, &server.smtp.port().to_string(), version])
            .output()
            .unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8_lossy(&out.stdout).trim().to_owned()
    };
    assert!(tls("1.2").starts_with("TLSv1.2 ECDHE-ECDSA-"), "{}", tls("1.2"));
    assert!(tls("1.3").starts_with("TLSv1.3 "));
    server.apply("appliance: { smtp_encryption: { versions: [\"1.3\"], ciphers: [TLS13_CHACHA20_POLY1305_SHA256] } }");
    assert_eq!(tls("1.3"), "TLSv1.3 TLS_CHACHA20_POLY1305_SHA256");
    assert_eq!(tls("1.2"), "none");
    // Versions and ciphers that do not go together are logged, and the old ones stay.
    server.apply("appliance: { smtp_encryption: { versions: [\"1.2\"] } }");
    assert_eq!(tls("1.3"), "TLSv1.3 TLS_CHACHA20_POLY1305_SHA256");

    server.apply("appliance: { smtp_limits: { sessions_per_client: 2 } }");
    let mut held: Vec<Session> = (0..2).filter_map(|_| Session::open(server.smtp)).collect();
    assert!(held.iter_mut().all(|s| s.reply().starts_with("220")));
    let third = Session::open(server.smtp).unwrap().reply();
    assert_eq!(third, "421 4.7.0 Too many sessions from your address");
    drop(held.pop());
    soon("a slot is free again", || Session::open(server.smtp).is_some_and(|mut s| s.reply().starts_with("220")));
}
