//! On-Demand Mail Relay (RFC 2645): a mail server that calls and takes its mail, over TLS, by a program that is not ours.

use crate::running::{CHAT, Running, message, wait};
use std::net::TcpListener;
use std::process::Command;
use std::time::{Duration, Instant};

/// Logs in, says ATRN, and is then a mail server that refuses `carol`. Prints the last replies of ours, and each
/// recipient and subject that it got.
const CALLER: &str = r#"
import base64, socket, ssl, sys
port, password, domains = int(sys.argv[1]), sys.argv[2], sys.argv[3]
def reply():
    while True:
        line = f.readline().decode().rstrip("\r\n")
        if line[3:4] != "-": return line
def say(text):
    f.write(text.encode() + b"\r\n"); f.flush()
    return reply()
s = socket.create_connection(("127.0.0.1", port), timeout=40)
f = s.makefile("rwb")
assert reply().startswith("220")
assert say("EHLO dialup.acme.test").startswith("250")
print(say("ATRN acme.test"))
assert say("STARTTLS").startswith("220")
s = ssl._create_unverified_context().wrap_socket(s)
f = s.makefile("rwb")
assert say("EHLO dialup.acme.test").startswith("250")
print(say("MAIL FROM:<a@b.test>"))
print(say("AUTH PLAIN " + base64.b64encode(b"\0fetch\0" + password.encode()).decode()))
turned = say("ATRN " + domains)
print(turned)
if not turned.startswith("250"): sys.exit()
def tell(text): f.write(text.encode() + b"\r\n"); f.flush()
tell("220 dialup.acme.test ESMTP")
while True:
    line = f.readline().decode().rstrip("\r\n")
    verb = line.split(" ")[0].upper()
    if verb == "EHLO": tell("250-dialup.acme.test\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 SIZE 1000000")
    elif verb == "RCPT":
        known = "<carol@" not in line
        if known: print(line)
        tell("250 ok" if known else "550 5.1.1 no such user")
    elif verb == "DATA":
        tell("354 go on")
        while True:
            text = f.readline()
            if text == b".\r\n": break
            if text.startswith(b"Subject:"): print(text.decode().strip())
        tell("250 taken")
    elif verb == "QUIT":
        tell("221 bye"); break
    elif verb == "": print("gone"); break
    else: tell("250 ok")
"#;

fn call(port: u16, password: &str, domains: &str) -> Vec<String> {
    let out = Command::new("python3").args(["-c", CALLER, &port.to_string(), password, domains]).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).lines().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_without_an_address_fetches_its_mail() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut server = Running::prepared("");
    server.smtp_lines(&format!("odmr = [\"127.0.0.1:{port}\"]"));
    server.launch();
    server.acme(&["127.0.0.1:9".parse().unwrap()]);
    server.apply(
        "accounts:\n  - name: acme\n    relay_users: [{ name: fetch, password: \"Fetch-Pass-12345\" }]\n    \
         domains: [{ name: acme.test, settings: { routing: { odmr: true } } }]\n  \
         - { name: other, relay_users: [{ name: stranger, password: \"Fetch-Pass-12345\" }], domains: [{ name: other.test, gateways: [mail.other.test] }] }\n",
    );
    let log = |answer: &str| format!("no {answer} in {}", server.log());
    let none = call(port, "Fetch-Pass-12345", "acme.test");
    assert_eq!(none[0], "530 5.7.0 Authentication required");
    assert_eq!(none[1], "550 5.7.1 Relay");
    assert!(none[2].starts_with("235") && none[3] == "453 4.2.0 You have no mail", "{none:?}");
    assert!(call(port, "Fetch-Pass-12345", "other.test")[3].starts_with("450 4.7.1"), "{}", log("450"));

    for (to, subject) in [("bob@acme.test", "first"), ("bob@acme.test", "second"), ("carol@acme.test", "third")] {
        server.send(to, &message(subject, CHAT)).await.unwrap();
    }
    wait("the mail to be waiting", || {
        server.query("SELECT count(*) FROM recipient WHERE disposition = 'deferred'") == ["3"]
    })
    .await;
    let start = Instant::now();
    let fetched = call(port, "Fetch-Pass-12345", "acme.test");
    assert!(start.elapsed() < Duration::from_secs(30));
    assert!(fetched[3].starts_with("250 2.0.0"), "{fetched:?}");
    let mut subjects: Vec<&String> = fetched.iter().filter(|l| l.starts_with("Subject:")).collect();
    subjects.sort();
    assert_eq!(subjects, ["Subject: first", "Subject: second"], "{fetched:?}");
    assert_eq!(fetched.iter().filter(|l| l.starts_with("RCPT TO:<bob@acme.test>")).count(), 2);
    wait("the log", || {
        server.query("SELECT disposition FROM recipient ORDER BY disposition") == ["bounced", "delivered", "delivered"]
    })
    .await;
    assert_eq!(call(port, "Fetch-Pass-12345", "")[3], "453 4.2.0 You have no mail");
}
