//! A server with a reception that records, and a client that follows a script.

use model::settings::ServiceKind;
use model::{AccountId, Direction, DomainName, Envelope, ReversePath, Sending, SessionInfo, Timestamp};
use parking_lot::Mutex;
use smtp::{
    AcceptError, Admitted, Asked, BoxFuture, HeaderFaults, Login, Options, RcptOk, Reception, Reply, Server, Terms,
};
use spool::{BodyWriter, Spool};
use std::{
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufStream},
    net::TcpStream,
    time::timeout,
};

/// Takes mail for bar.test: `bob` up to 10 MB, `small` up to 1,000 bytes, anybody but `unknown`.
pub struct Recorder {
    spool: Spool,
    _dir: TempDir,
    pub mails: Mutex<Vec<Mail>>,
    /// What accept answers instead of taking the message.
    pub failure: Mutex<Option<AcceptError>>,
    pub refuse_connections: AtomicBool,
    /// What connect answers.
    pub terms: Mutex<Terms>,
    /// How long accept takes.
    pub delay: Mutex<Duration>,
    /// Messages are counted, not kept.
    pub forget: AtomicBool,
    pub count: std::sync::atomic::AtomicU64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    pub envelope: Envelope,
    pub headers: HeaderFaults,
    pub body: Vec<u8>,
}

impl Mail {
    /// The body behind our Received header.
    pub fn text(&self) -> &str {
        let all = std::str::from_utf8(&self.body).unwrap();
        let mut end = 0;
        for line in all.split_inclusive("\r\n") {
            if end > 0 && !line.starts_with('\t') {
                break;
            }
            end += line.len();
        }
        &all[end..]
    }
    pub fn recipients(&self) -> Vec<&str> {
        self.envelope.recipients.iter().map(|r| r.address.as_str()).collect()
    }
}

impl Recorder {
    pub fn new() -> Arc<Self> {
        let memory = std::path::Path::new("/dev/shm");
        let dir = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() }.unwrap();
        let (spool, _) = Spool::open(dir.path(), spool::Options { min_free_bytes: 0, ..Default::default() }).unwrap();
        Arc::new(Recorder {
            spool,
            _dir: dir,
            mails: Mutex::default(),
            failure: Mutex::default(),
            refuse_connections: AtomicBool::default(),
            terms: Mutex::default(),
            delay: Mutex::default(),
            forget: AtomicBool::default(),
            count: Default::default(),
        })
    }
    pub fn mails(&self) -> Vec<Mail> {
        self.mails.lock().clone()
    }
}

impl Reception for Recorder {
    fn connect(&self, ip: IpAddr, _: ServiceKind) -> Result<Terms, Reply> {
        if self.refuse_connections.load(Ordering::Relaxed) || ip == IpAddr::from([192, 0, 2, 66]) {
            return Err(Reply::new(554, "5.7.1", "Not you"));
        }
        Ok(*self.terms.lock())
    }
    fn authenticate<'a>(
        &'a self,
        _: &'a SessionInfo,
        _: ServiceKind,
        name: String,
        password: String,
    ) -> BoxFuture<'a, Result<Login, Reply>> {
        Box::pin(async move {
            let right = name == "ann" && password == "pass word";
            if right {
                Ok(Login { name, sending: Some(Sending::Relay(AccountId(7))) })
            } else {
                Err(Reply::WRONG_LOGIN)
            }
        })
    }
    fn mail<'a>(
        &'a self,
        _: &'a SessionInfo,
        _: ServiceKind,
        login: Option<&'a Login>,
        from: &'a ReversePath,
    ) -> BoxFuture<'a, Result<Admitted, Reply>> {
        Box::pin(async move {
            match (from, login) {
                (Some(from), _) if from.local() == "blocked" => Err(Reply::new(550, "5.7.1", "Blocked")),
                (_, Some(login)) => Ok(Admitted { direction: Direction::Outbound, sending: login.sending }),
                _ => Ok(Admitted { direction: Direction::Inbound, sending: None }),
            }
        })
    }
    fn rcpt<'a>(&'a self, asked: Asked<'a>) -> BoxFuture<'a, Result<RcptOk, Reply>> {
        Box::pin(async move {
            match (asked.to.local(), asked.to.domain_str()) {
                _ if asked.admitted.direction == Direction::Outbound => Ok(RcptOk { max_size: 10_000_000 }),
                ("unknown", "bar.test") => Err(Reply::REJECTED),
                ("small", "bar.test") => Ok(RcptOk { max_size: 1_000 }),
                (_, "bar.test" | "mx.bar.test") => Ok(RcptOk { max_size: 10_000_000 }),
                _ => Err(Reply::RELAY),
            }
        })
    }
    fn body(&self) -> BodyWriter {
        self.spool.body()
    }
    fn accept(
        &self,
        envelope: Envelope,
        headers: HeaderFaults,
        body: BodyWriter,
    ) -> BoxFuture<'_, Result<(), AcceptError>> {
        Box::pin(async move {
            let delay = *self.delay.lock();
            if !delay.is_zero() {
                tokio::time::sleep(delay).await;
            }
            if let Some(error) = self.failure.lock().clone() {
                return Err(error);
            }
            self.count.fetch_add(1, Ordering::Relaxed);
            if self.forget.load(Ordering::Relaxed) {
                return Ok(());
            }
            let id = envelope.id;
            self.spool.accept(envelope.clone(), body, Vec::new()).await.unwrap();
            let body = self.spool.read(id).await.unwrap().to_vec();
            assert_eq!(envelope.size, body.len() as u64);
            self.mails.lock().push(Mail { envelope, headers, body });
            Ok(())
        })
    }
}

/// The moment at which all test messages arrive: 2026-11-24 10:00:00 UTC.
pub const NOW: Timestamp = Timestamp(1_795_514_400_000);

pub fn options() -> Options {
    let mut options = Options::new(DomainName::parse("mx.bar.test").unwrap());
    options.clock = || NOW;
    options
}

pub struct World {
    pub server: Server,
    pub recorder: Arc<Recorder>,
}

impl World {
    pub fn new() -> Self {
        World::with(options())
    }
    pub fn with(options: Options) -> Self {
        let recorder = Recorder::new();
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let server = Server::bind(any, ServiceKind::Inbound, recorder.clone(), options).unwrap();
        World { server, recorder }
    }
    pub async fn client(&self) -> Client<TcpStream> {
        let mut client = self.connect().await;
        assert_eq!(client.reply().await, "220 mx.bar.test ESMTP Postern");
        client
    }
    /// A client that has not read the banner.
    pub async fn connect(&self) -> Client<TcpStream> {
        Client::new(TcpStream::connect(self.server.local_addr()).await.unwrap())
    }
    /// A client that has said EHLO.
    pub async fn greeted(&self) -> Client<TcpStream> {
        let mut client = self.client().await;
        assert!(client.say("EHLO client.test").await.starts_with("250"));
        client
    }
    /// A client with a transaction from a@partner.test to bob@bar.test, before DATA.
    pub async fn ready(&self) -> Client<TcpStream> {
        let mut client = self.greeted().await;
        assert_eq!(client.say("MAIL FROM:<a@partner.test>").await, "250 2.1.0 Ok");
        assert_eq!(client.say("RCPT TO:<bob@bar.test>").await, "250 2.1.5 Ok");
        client
    }
}

pub struct Client<S> {
    stream: BufStream<S>,
}

pub const PATIENCE: Duration = Duration::from_secs(10);

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub fn new(stream: S) -> Self {
        Client { stream: BufStream::new(stream) }
    }
    /// Sends bytes as they are.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        timeout(PATIENCE, async {
            self.stream.write_all(bytes.as_ref()).await?;
            self.stream.flush().await
        })
        .await
        .unwrap()
        .unwrap();
    }
    /// Reads one reply; its lines are joined by line feeds. Empty at the end of the connection.
    pub async fn reply(&mut self) -> String {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            let read = timeout(PATIENCE, self.stream.read_line(&mut line)).await.expect("a reply in time");
            if !matches!(read, Ok(1..)) {
                break;
            }
            let more = line.as_bytes().get(3) == Some(&b'-');
            lines.push(line.strip_suffix("\r\n").expect("CRLF").to_owned());
            if !more {
                break;
            }
        }
        lines.join("\n")
    }
    /// Sends a command and reads its reply.
    pub async fn say(&mut self, line: &str) -> String {
        self.send(format!("{line}\r\n")).await;
        self.reply().await
    }
    /// Says each command and checks that its reply begins as expected.
    pub async fn script(&mut self, steps: &[(&str, &str)]) {
        for (line, expected) in steps {
            let reply = self.say(line).await;
            assert!(reply.starts_with(expected), "{line:?}: {reply:?}, expected {expected:?}");
        }
    }
    /// Everything until the server closes.
    pub async fn rest(&mut self) -> String {
        let mut all = Vec::new();
        let _ = timeout(PATIENCE, self.stream.read_to_end(&mut all)).await.expect("the end in time");
        String::from_utf8(all).unwrap()
    }
    pub async fn read_some(&mut self) -> String {
        let mut piece = vec![0; 65_536];
        let n = timeout(PATIENCE, self.stream.get_mut().read(&mut piece)).await.unwrap().unwrap();
        String::from_utf8(piece[..n].to_vec()).unwrap()
    }
    pub fn into_inner(self) -> S {
        self.stream.into_inner()
    }
}
