//! Between mail programs that others wrote, in both directions. A program that is not installed is left out, and the test
//! says so; `scripts/setup.sh test` installs all of them.

use crate::running::{Running, sink, wait};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// Where `scripts/setup.sh` unpacks programs whose packages exclude each other.
fn cache() -> PathBuf {
    std::env::var_os("POSTERN_CACHE").map_or_else(|| "/root/.cache/postern".into(), PathBuf::from).join("peers")
}

/// The program, by its place.
fn program(name: &str, places: &[&str]) -> Option<PathBuf> {
    let found = places.iter().map(|p| cache().join(p)).find(|p| p.exists());
    if found.is_none() {
        println!("{name} is not installed: left out");
    }
    found
}

/// A message with all that programs get wrong: dots, long lines, letters beyond ASCII, white space at line ends.
fn letter(subject: &str) -> String {
    let long = "0123456789".repeat(95);
    format!(
        "From: Alice <alice@partner.test>\r\nTo: bob@acme.test\r\nSubject: {subject}\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n\
         Message-ID: <{subject}@partner.test>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n.\r\n..two dots\r\n.a dot\r\nschöne Grüße  \r\n{long}\r\n\r\nthe end\r\n"
    )
}

fn text_of(message: &str) -> &str {
    // Some programs add an empty line at the end.
    message.split_once("\r\n\r\n").unwrap().1.trim_end()
}

/// Runs it with this on its standard input, within half a minute.
fn run(command: &mut Command, input: &[u8]) -> Output {
    let mut all = Command::new("timeout");
    all.arg("30").arg(command.get_program()).args(command.get_args());
    if let Some(dir) = command.get_current_dir() {
        all.current_dir(dir);
    }
    let mut child = all.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

const PYTHON: &str = "
import smtplib, ssl, sys
host, port, to = sys.argv[1], int(sys.argv[2]), sys.argv[3]
context = ssl._create_unverified_context()
with smtplib.SMTP(host, port, timeout=20) as smtp:
    smtp.starttls(context=context)
    smtp.sendmail('alice@partner.test', [to], sys.stdin.buffer.read(), mail_options=['BODY=8BITMIME'])
";

/// Exim's configuration: what is for acme.test it keeps, unless it has a host for it.
fn exim_conf(program: &Path, dir: &Path, port: u16, onward: Option<SocketAddr>, certificate: bool) -> PathBuf {
    let tls = match certificate {
        true => format!(
            "tls_advertise_hosts = *\ntls_certificate = {0}/cert.pem\ntls_privatekey = {0}/key.pem\n",
            dir.display()
        ),
        false => "tls_advertise_hosts =\n".into(),
    };
    let router = match onward {
        Some(to) => format!(
            "driver = manualroute\nroute_list = * {}::{}\nself = send\ntransport = onward\n",
            to.ip(),
            to.port()
        ),
        None => "driver = accept\ntransport = keep\n".into(),
    };
    let text = format!(
        "primary_hostname = exim.test\nspool_directory = {dir}/spool\nlog_file_path = {dir}/%slog\n\
         exim_path = {dir}/exim4\ndaemon_smtp_ports = {port}\nlocal_interfaces = 127.0.0.1\n{tls}trusted_users = root\nhost_lookup =\nrfc1413_hosts =\n\
         acl_smtp_rcpt = rcpt\nkeep_environment =\nbegin acl\nrcpt:\n accept\nbegin routers\nall:\n {router}\
         begin transports\nkeep:\n driver = appendfile\n directory = {dir}/mail\n maildir_format\n user = Debian-exim\n\
         onward:\n driver = smtp\nbegin retry\n* * F,1h,1m\n",
        dir = dir.display(),
    );
    let path = dir.join("exim.conf");
    std::fs::write(&path, text).unwrap();
    // It starts itself again as another user, who must be let in.
    std::fs::copy(program, dir.join("exim4")).unwrap();
    for name in ["spool", "mail"] {
        std::fs::create_dir_all(dir.join(name)).unwrap();
        open_to_all(&dir.join(name));
    }
    open_to_all(dir);
    path
}

/// The programs give up root before they write.
fn open_to_all(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777)).unwrap();
}

fn free() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

struct Daemon(Child);
impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn exim() -> Option<PathBuf> {
    let found = program("Exim", &["/usr/sbin/exim4", "exim4-daemon-light/usr/sbin/exim4"])?;
    let user = Command::new("id").arg("Debian-exim").output().is_ok_and(|o| o.status.success());
    let root = Command::new("id").arg("-u").output().is_ok_and(|o| o.stdout == b"0\n");
    if !(user && root) {
        println!("Exim wants root and its own user: left out");
        return None;
    }
    Some(found)
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_of_other_programs_arrives_unchanged() {
    let sink = sink().await;
    let server = Running::start("");
    server.acme(&[sink.address()]);
    let (host, port) = (server.smtp.ip().to_string(), server.smtp.port().to_string());
    let dir = tempfile::tempdir().unwrap();
    let mut sent = Vec::new();
    let mut check = |name: &str, out: Output| {
        let said = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
        assert!(out.status.success(), "{name}: {said}");
        sent.push(name.to_owned());
    };
    if let Some(python) = program("Python", &["/usr/bin/python3"]) {
        let mut c = Command::new(python);
        check("smtplib", run(c.args(["-c", PYTHON, &host, &port, "bob@acme.test"]), letter("smtplib").as_bytes()));
    }
    if let Some(swaks) = program("swaks", &["/usr/bin/swaks"]) {
        let file = dir.path().join("swaks.eml");
        std::fs::write(&file, letter("swaks").replace("\r\n", "\n")).unwrap();
        let mut c = Command::new(swaks);
        c.args(["--server", &host, "--port", &port, "--from", "alice@partner.test", "--to", "bob@acme.test"]);
        c.arg("--data").arg(format!("@{}", file.display()));
        check("swaks", run(&mut c, b""));
    }
    if let Some(msmtp) = program("msmtp", &["/usr/bin/msmtp"]) {
        let mut c = Command::new(msmtp);
        c.args(["-C", "/dev/null", "--host", &host, "--port", &port, "--auth=off", "--tls=on", "--tls-starttls=on"]);
        c.args(["--tls-certcheck=off", "--from", "alice@partner.test", "bob@acme.test"]);
        check("msmtp", run(&mut c, letter("msmtp").replace("\r\n", "\n").as_bytes()));
    }
    if let Some(exim) = exim() {
        let at = dir.path().join("exim");
        std::fs::create_dir(&at).unwrap();
        open_to_all(dir.path());
        let conf = exim_conf(&exim, &at, free(), Some(server.smtp), false);
        let mut c = Command::new(at.join("exim4"));
        c.arg("-C").arg(conf).args(["-odf", "-oi", "-f", "alice@partner.test", "bob@acme.test"]);
        check("exim", run(&mut c, letter("exim").replace("\r\n", "\n").as_bytes()));
    }
    wait("all mail", || sink.count() >= sent.len() as u64).await;
    for name in &sent {
        let all = sink.caught();
        let found = all.iter().find(|m| String::from_utf8_lossy(&m.body).contains(&format!("Subject: {name}\r\n")));
        let body = String::from_utf8_lossy(&found.unwrap_or_else(|| panic!("nothing of {name}")).body).into_owned();
        assert_eq!(text_of(&body), text_of(&letter(name)), "{name}");
    }
    // Many sessions at a time, by Postfix's load generator.
    if let Some(source) = program("Postfix's smtp-source", &["/usr/sbin/smtp-source"]) {
        let before = sink.count();
        let mut c = Command::new(source);
        c.args(["-m", "40", "-s", "8", "-l", "3000", "-f", "alice@partner.test", "-t", "bob@acme.test"]);
        let out = run(c.arg(server.smtp.to_string()), b"");
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        wait("all of the load", || sink.count() == before + 40).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn exim_takes_what_is_delivered_over_tls_and_unchanged() {
    let Some(exim) = exim() else { return };
    let dir = tempfile::tempdir().unwrap();
    let openssl = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=exim.test"];
    let mut c = Command::new("openssl");
    let made = run(c.args(openssl).args(["-keyout", "key.pem", "-out", "cert.pem"]).current_dir(dir.path()), b"");
    let tls = made.status.success();
    if tls {
        open_to_all(&dir.path().join("key.pem"));
    } else {
        println!("openssl is not installed: Exim is spoken to in clear text");
    }
    let port = free();
    let conf = exim_conf(&exim, dir.path(), port, None, tls);
    let log = std::fs::File::create(dir.path().join("out")).unwrap();
    let daemon = Command::new(dir.path().join("exim4"))
        .arg("-C")
        .arg(conf)
        .arg("-bdf")
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap();
    let _daemon = Daemon(daemon);
    let at: SocketAddr = ([127, 0, 0, 1], port).into();
    wait("Exim", || TcpStream::connect(at).is_ok()).await;
    let server = Running::start("");
    server.acme(&[at]);
    for n in 0..10 {
        server.send("bob@acme.test", letter(&format!("letter {n}")).as_bytes()).await.unwrap();
    }
    let new = dir.path().join("mail/new");
    let files = || std::fs::read_dir(&new).map_or(Vec::new(), |all| all.filter_map(Result::ok).collect());
    wait("all of it", || files().len() == 10).await;
    for file in files() {
        let text = std::fs::read_to_string(file.path()).unwrap();
        assert_eq!(text.split_once("\n\n").unwrap().1.trim_end(), text_of(&letter("")).replace("\r\n", "\n"));
        assert_eq!(text.contains("with esmtps"), tls, "{text}");
    }
}

/// Ends of data that are none, as the public tools try them, each followed by a message that must not come to be.
const ENDS: &[&str] = &[
    "\n.\n",
    "\n.\r\n",
    "\r.\r\n",
    "\r.\r",
    "\r\n.\n",
    "\r\n.\r",
    "\n\n.\r\n",
    "\r\n\0.\r\n",
    "\n.\r",
    "\r\r\n.\r\r\n",
    "\r\n.\0\r\n",
    "\u{85}.\u{85}",
];

#[test]
fn nothing_is_smuggled_in_or_out() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sink = runtime.block_on(sink());
    let server = Running::start("");
    server.acme(&[sink.address()]);
    let mut taken = 0;
    for end in ENDS {
        let stream = TcpStream::connect(server.smtp).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let mut reader = BufReader::new(stream);
        let mut say = |text: &str| {
            reader.get_mut().write_all(text.as_bytes()).unwrap();
            loop {
                let mut line = String::new();
                assert!(reader.read_line(&mut line).unwrap() > 0, "{end:?}: it hung up after {text:?}");
                if line.as_bytes().get(3) != Some(&b'-') {
                    return line;
                }
            }
        };
        say("");
        say("EHLO client.partner.test\r\n");
        say("MAIL FROM:<alice@partner.test>\r\n");
        say("RCPT TO:<bob@acme.test>\r\n");
        assert!(say("DATA\r\n").starts_with("354"));
        let inner =
            "MAIL FROM:<admin@acme.test>\r\nRCPT TO:<carol@acme.test>\r\nDATA\r\nFrom: admin@acme.test\r\n\r\nsmuggled";
        let reply = say(&format!("From: alice@partner.test\r\nSubject: outer\r\n\r\nhello{end}{inner}\r\n.\r\n"));
        taken += u64::from(reply.starts_with("250"));
        // The session is where it should be: nothing of the inner message was taken for a command.
        let next = say("NOOP\r\n");
        assert!(next.starts_with("250") || next.starts_with("421"), "{end:?}: {reply} {next}");
    }
    runtime.block_on(async {
        // What came before it has been decided on.
        server.send("bob@acme.test", letter("last").as_bytes()).await.unwrap();
        wait("the last", || sink.caught().iter().any(|m| String::from_utf8_lossy(&m.body).contains("Subject: last")))
            .await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    });
    assert!(sink.count() <= taken + 1, "{} of {taken}", sink.count());
    for message in sink.caught() {
        assert_eq!((message.from.as_str(), message.to.len()), ("alice@partner.test", 1), "{message:?}");
        assert!(message.to[0].contains("bob@acme.test"), "{message:?}");
    }
}

/// What the scanner finds of protocols, ciphers and forward secrecy is good, and nothing is worse than a remark.
#[test]
fn the_scanner_of_tls_finds_nothing_to_complain_of() {
    let Some(testssl) = program("testssl.sh", &["/usr/bin/testssl"]) else { return };
    let server = Running::start("");
    let out = server.dir.path().join("testssl.json");
    let mut c = Command::new("timeout");
    c.arg("120").arg(testssl);
    c.args(["--quiet", "--warnings", "off", "--color", "0", "-t", "smtp", "-p", "-s", "-f", "--jsonfile"]).arg(&out);
    let said = c.arg(server.smtp.to_string()).stdin(Stdio::null()).output().unwrap();
    let text = std::fs::read_to_string(&out).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&said.stdout)));
    let found: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    assert!(found.iter().any(|f| f["id"] == "TLS1_3" && f["severity"] == "OK"), "{text}");
    // What it says of the openssl that it uses is not about us.
    let ours = found.iter().filter(|f| f["id"] != "engine_problem");
    let bad: Vec<_> = ours.filter(|f| !matches!(f["severity"].as_str(), Some("OK" | "INFO"))).collect();
    assert!(bad.is_empty(), "{bad:?}");
}
