//! A `postern serve` of its own for a test, on free loopback ports and a data directory that goes with it.

use demo::client::{Client, ClientError};
use demo::sink::{self, Sink};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

pub struct Running {
    pub dir: tempfile::TempDir,
    pub smtp: SocketAddr,
    pub http: SocketAddr,
    /// A listener of the kind outbound, where there is one.
    pub outbound: Option<SocketAddr>,
    /// Of the database, where it is not the embedded one.
    database: Option<String>,
    /// Lines of TOML before the first section.
    top: String,
    extra: String,
    /// Lines of TOML in the section `smtp`.
    smtp_lines: String,
    environment: Vec<(String, String)>,
    child: Option<Child>,
}

fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

pub fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_postern"))
}

impl Running {
    /// Started with the usual configuration and `extra` lines of TOML; a section that both have goes by `extra`.
    pub fn start(extra: &str) -> Running {
        let mut running = Running::prepared(extra);
        running.launch();
        running
    }

    /// Configured, not yet started.
    pub fn prepared(extra: &str) -> Running {
        let dir = tempfile::tempdir().unwrap();
        Running {
            dir,
            smtp: free(),
            http: free(),
            top: String::new(),
            extra: extra.to_owned(),
            smtp_lines: String::new(),
            outbound: None,
            database: None,
            environment: Vec::new(),
            child: None,
        }
    }

    /// As [`Running::start`], with an outbound listener.
    pub fn with_outbound(extra: &str) -> Running {
        let mut running = Running::prepared_with_outbound();
        running.extra = extra.to_owned();
        running.launch();
        running
    }

    /// As [`Running::with_outbound`], on the database of this URL.
    pub fn with_outbound_on(database: &str) -> Running {
        let mut running = Running::prepared_with_outbound();
        running.on(database);
        running.launch();
        running
    }

    pub fn prepared_with_outbound() -> Running {
        let mut running = Running::prepared("");
        let at = free();
        running.outbound = Some(at);
        running.smtp_lines = format!("outbound = [\"{at}\"]\n");
        running
    }

    fn on(&mut self, database: &str) {
        self.top.push_str(&format!("database = {database:?}\n"));
        self.database = Some(database.to_owned());
    }

    /// Adds sections to the configuration.
    pub fn extra_lines(&mut self, lines: &str) {
        self.extra.push_str(lines);
    }

    /// Sets a variable for the process that is launched next.
    pub fn environment(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Adds lines to the configuration's section `smtp`.
    pub fn smtp_lines(&mut self, lines: &str) {
        self.smtp_lines = lines.to_owned();
    }

    /// A node of a cluster on the database of this URL, started.
    pub fn node(name: &str, database: &str) -> Running {
        let mut running = Running::prepared("");
        running.top = format!("node = {name:?}\n");
        running.on(database);
        running.launch();
        running
    }

    /// Configured for this database, not yet started.
    pub fn prepared_on(database: &str) -> Running {
        let mut running = Running::prepared("");
        running.on(database);
        running
    }

    pub fn config(&self) -> PathBuf {
        let path = self.dir.path().join("postern.toml");
        let mut text = format!(
            "{}data = {:?}\nhostname = \"mx.acme.test\"\n[http]\nlisten = \"{}\"\nurl = \"http://{}\"\n[smtp]\ninbound = [\"{}\"]\n{}\n\
             [admin]\nemail = \"root@acme.test\"\npassword = \"Test-Only-12345\"\n",
            self.top,
            self.dir.path().join("data"),
            self.http,
            self.http,
            self.smtp,
            self.smtp_lines
        );
        for (section, lines) in
            [("[dns]", "servers = [\"127.0.0.1:9\"]"), ("[scan]", "clamd = \"\""), ("[delivery]", "retry = [1]")]
        {
            if !self.extra.contains(section) {
                text.push_str(&format!("{section}\n{lines}\n"));
            }
        }
        text.push_str(&self.extra);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub fn launch(&mut self) {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.dir.path().join("log")).unwrap();
        let child = program()
            .args(["serve", "--config"])
            .arg(self.config())
            .envs(self.environment.iter().cloned())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        self.child = Some(child);
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            if let Some(status) = self.child.as_mut().unwrap().try_wait().unwrap() {
                panic!("it ended at the start with {status}: {}", self.log());
            }
            if self.get("/readyz").is_some_and(|(status, _)| status == 200) {
                return;
            }
            assert!(Instant::now() < end, "not ready within 60 s: {}", self.log());
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    /// Status and body of a GET.
    pub fn get(&self, path: &str) -> Option<(u16, String)> {
        let mut stream = TcpStream::connect(self.http).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {}\r\nAccept: text/html\r\n\r\n", self.http).ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        let text = String::from_utf8_lossy(&answer).into_owned();
        let status = text.split(' ').nth(1)?.parse().ok()?;
        Some((status, text.split_once("\r\n\r\n").map_or(String::new(), |(_, body)| body.to_owned())))
    }

    pub fn cli(&self, args: &[&str]) -> Output {
        let (command, rest) = args.split_first().unwrap();
        program().arg(command).arg("--config").arg(self.config()).args(rest).stdin(Stdio::null()).output().unwrap()
    }

    /// Applies a document, and waits until the running server must know it.
    pub fn apply(&self, document: &str) -> String {
        let path = self.dir.path().join("document.yaml");
        std::fs::write(&path, document).unwrap();
        let out = self.cli(&["apply", path.to_str().unwrap()]);
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        std::thread::sleep(Duration::from_secs(1));
        String::from_utf8(out.stdout).unwrap()
    }

    /// The account acme with acme.test behind `gateways`, and the mailboxes bob (alias robert) and carol.
    pub fn acme(&self, gateways: &[SocketAddr]) {
        let gateways: Vec<String> = gateways.iter().map(|g| format!("\"{g}\"")).collect();
        self.apply(&format!(
            "accounts:\n  - name: acme\n    domains:\n      - name: acme.test\n        gateways: [{}]\n        \
             mailboxes: [{{ name: bob, aliases: [robert], password: \"Bob-Pass-12345\" }}, {{ name: carol }}]\n",
            gateways.join(", ")
        ));
    }

    pub async fn send(&self, to: &str, body: &[u8]) -> Result<String, ClientError> {
        let mut client = Client::connect(self.smtp, "client.partner.test").await?;
        let reply = client.send("alice@partner.test", &[to], body).await?;
        client.quit().await?;
        Ok(reply)
    }

    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// SIGTERM; the exit status and how long it took.
    pub fn terminate(&mut self) -> (std::process::ExitStatus, Duration) {
        let mut child = self.child.take().unwrap();
        let started = Instant::now();
        let sent = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        (child.wait().unwrap(), started.elapsed())
    }

    /// What the database answers to a query of one column.
    pub fn query(&self, sql: &str) -> Vec<String> {
        let mut command = match &self.database {
            None => Command::new("sqlite3"),
            Some(_) => Command::new("psql"),
        };
        match &self.database {
            None => command.args(["-cmd", ".timeout 5000"]).arg(self.dir.path().join("data/postern.db")).arg(sql),
            Some(url) => command.args(["-qAtX", url, "-c", sql]),
        };
        let out = command.output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8_lossy(&out.stdout).lines().map(str::to_owned).collect()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

pub async fn sink() -> Sink {
    Sink::start("127.0.0.1:0".parse().unwrap(), sink::Options { keep: 100_000, directory: None }).await.unwrap()
}

/// Waits until `holds`, at most 30 s.
pub async fn wait(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < end, "{what} did not come within 30 s");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

pub fn message(subject: &str, text: &str) -> Vec<u8> {
    format!(
        "From: Alice <alice@partner.test>\r\nTo: bob@acme.test\r\nSubject: {subject}\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n\
         Message-ID: <{subject}@partner.test>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    )
    .into_bytes()
}

pub const CHAT: &str =
    "Hello Bob,\r\n\r\nshall we meet at noon on Friday at the usual place to go through the drawings?\r\n\r\nAlice";
