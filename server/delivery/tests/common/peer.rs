//! A mail host that does what a test tells it to.

use parking_lot::Mutex;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What a host does instead of the usual.
#[derive(Debug, Clone)]
pub enum Say {
    /// This reply, CRLF excluded.
    Reply(String),
    /// Hangs up.
    Drop,
    /// This reply, then hangs up.
    Last(String),
    /// Says nothing more.
    Silence,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    No,
    /// With a certificate that it signed itself, or with that of the script.
    SelfSigned,
    /// Offers it and then talks nonsense.
    Broken,
}

type Rule = Arc<dyn Fn(&str) -> Option<Say> + Send + Sync>;

#[derive(Clone)]
pub struct Script {
    /// Keywords of EHLO, STARTTLS excluded.
    pub offers: Vec<&'static str>,
    pub tls: Tls,
    /// Its own certificate first, and the key in PKCS #8.
    pub certificate: Option<Arc<Certificate>>,
    /// Pause before each reply.
    pub slow: Duration,
    /// Asked first with each command line, `CONNECT` for the greeting and `.` for the end of data.
    pub rule: Rule,
}

impl Default for Script {
    fn default() -> Self {
        Script {
            offers: vec!["PIPELINING", "SIZE 50000000", "8BITMIME", "ENHANCEDSTATUSCODES", "DSN", "SMTPUTF8"],
            tls: Tls::No,
            certificate: None,
            slow: Duration::ZERO,
            rule: Arc::new(|_| None),
        }
    }
}

impl Script {
    pub fn rule(rule: impl Fn(&str) -> Option<Say> + Send + Sync + 'static) -> Self {
        Script { rule: Arc::new(rule), ..Script::default() }
    }
    /// One reply to commands that start so; the usual ones to others.
    pub fn answer(start: &'static str, reply: &'static str) -> Self {
        Self::rule(move |line| line.starts_with(start).then(|| Say::Reply(reply.to_owned())))
    }
}

/// A message that a host has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The command lines, `MAIL FROM:<...> ...`.
    pub mail: String,
    pub rcpt: Vec<String>,
    /// As it came over the wire, dots still doubled, the final dot excluded.
    pub wire: Vec<u8>,
    pub tls: bool,
    /// Number of the session, from 0.
    pub session: usize,
}

impl Taken {
    /// The message with doubled dots undone.
    pub fn body(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for line in self.wire.split_inclusive(|b| *b == b'\n') {
            out.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
        }
        out
    }
    pub fn text(&self) -> String {
        String::from_utf8(self.body()).unwrap()
    }
}

#[derive(Default)]
struct Seen {
    messages: Mutex<Vec<Taken>>,
    commands: Mutex<Vec<String>>,
    sessions: AtomicUsize,
    open: AtomicUsize,
    most: AtomicUsize,
    /// Packets in which commands came, for a host that offers PIPELINING.
    reads: AtomicUsize,
}

pub struct Peer {
    pub at: SocketAddr,
    seen: Arc<Seen>,
    accept: tokio::task::JoinHandle<()>,
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.accept.abort();
    }
}

impl Peer {
    pub async fn start(script: Script) -> Peer {
        Self::start_at("127.0.0.1:0".parse().unwrap(), script).await
    }
    pub async fn start_at(at: SocketAddr, script: Script) -> Peer {
        let listener = TcpListener::bind(at).await.unwrap();
        let at = listener.local_addr().unwrap();
        let seen = Arc::new(Seen::default());
        let acceptor = acceptor(script.certificate.as_deref());
        let accept = tokio::spawn({
            let seen = seen.clone();
            async move {
                let mut sessions = tokio::task::JoinSet::new();
                while let Ok((stream, _)) = listener.accept().await {
                    let (seen, script, acceptor) = (seen.clone(), script.clone(), acceptor.clone());
                    sessions.spawn(async move {
                        let number = seen.sessions.fetch_add(1, Ordering::SeqCst);
                        let open = seen.open.fetch_add(1, Ordering::SeqCst) + 1;
                        seen.most.fetch_max(open, Ordering::SeqCst);
                        let _ = serve(stream, number, &seen, &script, acceptor).await;
                        seen.open.fetch_sub(1, Ordering::SeqCst);
                    });
                    while sessions.try_join_next().is_some() {}
                }
            }
        });
        Peer { at, seen, accept }
    }
    /// An address that nobody listens on.
    pub fn nowhere() -> SocketAddr {
        std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
    }
    pub fn messages(&self) -> Vec<Taken> {
        self.seen.messages.lock().clone()
    }
    pub fn count(&self) -> usize {
        self.seen.messages.lock().len()
    }
    pub fn commands(&self) -> Vec<String> {
        self.seen.commands.lock().clone()
    }
    pub fn sessions(&self) -> usize {
        self.seen.sessions.load(Ordering::SeqCst)
    }
    /// Most sessions at one time.
    pub fn most(&self) -> usize {
        self.seen.most.load(Ordering::SeqCst)
    }
    pub fn open(&self) -> usize {
        self.seen.open.load(Ordering::SeqCst)
    }
    pub fn reads(&self) -> usize {
        self.seen.reads.load(Ordering::SeqCst)
    }
}

/// A chain, the host's own certificate first, and its key in PKCS #8.
pub struct Certificate {
    pub chain: Vec<rustls_pki_types::CertificateDer<'static>>,
    pub key: Vec<u8>,
}

fn self_signed() -> Certificate {
    let made = rcgen::generate_simple_self_signed(vec!["gateway.acme.test".to_owned()]).unwrap();
    Certificate { chain: vec![made.cert.der().clone()], key: made.signing_key.serialize_der() }
}

pub fn acceptor(certificate: Option<&Certificate>) -> tokio_rustls::TlsAcceptor {
    let own;
    let certificate = match certificate {
        Some(certificate) => certificate,
        None => {
            own = self_signed();
            &own
        }
    };
    let key = rustls_pki_types::PrivateKeyDer::Pkcs8(certificate.key.clone().into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(certificate.chain.clone(), key)
        .unwrap();
    tokio_rustls::TlsAcceptor::from(Arc::new(config))
}

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

struct Talk<'a> {
    stream: Box<dyn Wire>,
    input: Vec<u8>,
    seen: &'a Seen,
}

impl Talk<'_> {
    /// Bytes up to and with `end`.
    async fn until(&mut self, end: &[u8]) -> std::io::Result<Vec<u8>> {
        let mut from = 0;
        loop {
            if let Some(at) = self.input[from..].windows(end.len()).position(|w| w == end) {
                return Ok(self.input.drain(..from + at + end.len()).collect());
            }
            from = self.input.len().saturating_sub(end.len());
            self.seen.reads.fetch_add(1, Ordering::SeqCst);
            self.input.reserve(64 << 10);
            if self.stream.read_buf(&mut self.input).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
    async fn say(&mut self, reply: &str) -> std::io::Result<()> {
        self.stream.write_all(format!("{reply}\r\n").as_bytes()).await?;
        self.stream.flush().await
    }
}

async fn serve(
    stream: TcpStream,
    session: usize,
    seen: &Seen,
    script: &Script,
    acceptor: tokio_rustls::TlsAcceptor,
) -> std::io::Result<()> {
    let _ = stream.set_nodelay(true);
    let (mut plain, mut stream) = (Some(stream), None);
    let mut tls = false;
    loop {
        // Until STARTTLS the socket itself is needed, so that it can be handed to the handshake.
        let boxed: Box<dyn Wire> = match (plain.take(), stream.take()) {
            (_, Some(stream)) => stream,
            (Some(tcp), None) => Box::new(tcp),
            (None, None) => return Ok(()),
        };
        let mut talk = Talk { stream: boxed, input: Vec::new(), seen };
        if !converse(&mut talk, session, tls, script).await? {
            return Ok(());
        }
        if script.tls == Tls::Broken {
            let _ = talk.stream.read_buf(&mut talk.input).await;
            let _ = talk.stream.write_all(b"no TLS here, sorry, only words and more words\r\n").await;
            return Ok(());
        }
        stream = Some(Box::new(acceptor.accept(talk.stream).await?));
        tls = true;
    }
}

/// Whether the client asked for TLS.
async fn converse(talk: &mut Talk<'_>, session: usize, tls: bool, script: &Script) -> std::io::Result<bool> {
    let seen = talk.seen;
    let (mut mail, mut rcpt): (Option<String>, Vec<String>) = (None, Vec::new());
    let mut command = (!tls).then(|| "CONNECT".to_owned());
    loop {
        let line = match command.take() {
            Some(line) => line,
            None => {
                let line = String::from_utf8(talk.until(b"\r\n").await?).unwrap().trim_end().to_owned();
                seen.commands.lock().push(line.clone());
                line
            }
        };
        if !script.slow.is_zero() {
            tokio::time::sleep(script.slow).await;
        }
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let usual = match verb.as_str() {
            "CONNECT" => "220 peer.test ESMTP".to_owned(),
            "EHLO" => ehlo(script, tls),
            "HELO" | "RSET" | "NOOP" => "250 2.0.0 Ok".to_owned(),
            "STARTTLS" => "220 2.0.0 Go on".to_owned(),
            "MAIL" if mail.is_some() => "503 5.5.1 Nested".to_owned(),
            "RCPT" if mail.is_none() => "503 5.5.1 MAIL first".to_owned(),
            "DATA" if rcpt.is_empty() => "503 5.5.1 RCPT first".to_owned(),
            "MAIL" | "RCPT" => "250 2.1.0 Ok".to_owned(),
            "DATA" => "354 Go on".to_owned(),
            "QUIT" => "221 2.0.0 Bye".to_owned(),
            _ => "500 5.5.2 What?".to_owned(),
        };
        let reply = match (script.rule)(&line) {
            None => usual,
            Some(Say::Reply(reply)) => reply,
            Some(Say::Last(reply)) => return talk.say(&reply).await.map(|()| false),
            Some(Say::Drop) => return Ok(false),
            Some(Say::Silence) => std::future::pending().await,
        };
        talk.say(&reply).await?;
        match (verb.as_str(), reply.as_bytes()[0]) {
            ("MAIL", b'2') => mail = Some(line),
            ("RCPT", b'2') => rcpt.push(line),
            ("RSET" | "EHLO" | "HELO", _) => (mail, rcpt) = (None, Vec::new()),
            ("QUIT", _) => return Ok(false),
            ("STARTTLS", b'2') => return Ok(true),
            ("DATA", b'3') => {
                let wire = data(talk).await?;
                let reply = match (script.rule)(".") {
                    None => "250 2.0.0 Queued".to_owned(),
                    Some(Say::Reply(reply)) => reply,
                    Some(Say::Last(reply)) => return talk.say(&reply).await.map(|()| false),
                    Some(Say::Drop) => return Ok(false),
                    Some(Say::Silence) => std::future::pending().await,
                };
                let message = Taken {
                    mail: mail.take().unwrap_or_default(),
                    rcpt: std::mem::take(&mut rcpt),
                    wire,
                    tls,
                    session,
                };
                if reply.starts_with('2') {
                    seen.messages.lock().push(message);
                }
                talk.say(&reply).await?;
            }
            _ => {}
        }
    }
}

async fn data(talk: &mut Talk<'_>) -> std::io::Result<Vec<u8>> {
    let mut wire = b"\r\n".to_vec();
    while !wire.ends_with(b"\r\n.\r\n") {
        wire.extend(talk.until(b"\r\n").await?);
    }
    wire.truncate(wire.len() - 3);
    Ok(wire.split_off(2))
}

fn ehlo(script: &Script, tls: bool) -> String {
    let mut lines = vec!["peer.test".to_owned()];
    lines.extend(script.offers.iter().map(|o| (*o).to_owned()));
    if script.tls != Tls::No && !tls {
        lines.push("STARTTLS".to_owned());
    }
    let last = lines.len() - 1;
    let line = |(i, l): (usize, &String)| format!("250{}{l}", if i == last { ' ' } else { '-' });
    lines.iter().enumerate().map(line).collect::<Vec<_>>().join("\r\n")
}
