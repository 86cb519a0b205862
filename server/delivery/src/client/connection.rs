use super::tls::{Tls, server_name};
use super::{Capabilities, CertificateProblem, Reply, ReplyError, parse_reply};
use crate::security::Demand;
use crate::{Encryption, Timeouts};
use futures::FutureExt;
use model::HostPort;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

/// What all connections share.
#[derive(Clone)]
pub struct Setup {
    /// Argument of EHLO.
    pub hostname: String,
    pub timeouts: Timeouts,
    pub tls: Tls,
}

/// How a conversation broke. The host said nothing that could be an answer.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("the host closed the connection")]
    Closed,
    #[error("connection lost: {0}")]
    Io(#[from] io::Error),
    #[error("no answer within {0:?}")]
    Timeout(Duration),
    #[error("{0}")]
    Reply(#[from] ReplyError),
}

/// Why there is no connection to an address. All of these are temporary: another host or another time may do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{0}")]
    Connect(Fault),
    #[error("{during}: {fault}")]
    Fault { during: &'static str, fault: Fault },
    #[error("{during} was answered {reply}")]
    Refused { during: &'static str, reply: Reply },
    #[error("TLS is required, but the host does not offer it")]
    NotOffered,
    #[error("TLS is required, but {0}")]
    Certificate(CertificateProblem),
    #[error("TLS is required, but {0}")]
    Tls(String),
    #[error("the message may only go to hosts that support REQUIRETLS (RFC 8689), and this one does not")]
    NoRequireTls,
}

/// Why a session could not be encrypted.
#[derive(Debug, thiserror::Error)]
enum NoTls {
    #[error("{0}")]
    Certificate(CertificateProblem),
    #[error("{0}")]
    Other(String),
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// An open session: greeted, and encrypted where that was asked for and possible.
pub struct Connection {
    stream: Stream,
    /// Bytes that were read and not yet used.
    input: Vec<u8>,
    pub host: HostPort,
    pub peer: SocketAddr,
    /// The setting under which it was opened.
    pub encryption: Encryption,
    /// `TLSv1.3 TLS13_AES_256_GCM_SHA384`; none in clear text.
    pub tls: Option<String>,
    pub capabilities: Capabilities,
    /// Transactions so far.
    pub used: u32,
    /// A transaction was begun and not ended, so the next one starts with RSET.
    pub(super) unfinished: bool,
}

impl std::fmt::Display for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.host.host == self.peer.ip().to_string() {
            write!(f, "{}", self.host)
        } else {
            write!(f, "{} [{}]:{}", self.host.host, self.peer.ip(), self.host.port)
        }
    }
}

impl Connection {
    /// Dials an address of `host` and greets. With `Attempt`, TLS that fails is followed by a fresh connection in clear text.
    pub async fn open(host: &HostPort, address: SocketAddr, demand: &Demand, s: &Setup) -> Result<Self, OpenError> {
        let mut connection = Self::greet(host, address, &demand.level, s).await?;
        if demand.is_never() {
            return Ok(connection);
        }
        let required = demand.is_required();
        if !connection.capabilities.starttls {
            if required {
                connection.quit().await;
                return Err(OpenError::NotOffered);
            }
            return Ok(connection);
        }
        let reply = connection.ask("STARTTLS", s.timeouts.hello).await;
        match reply {
            Ok(reply) if reply.code == 220 => {}
            Ok(reply) if required => return Err(OpenError::Tls(format!("STARTTLS was answered {reply}"))),
            // Refused in good order: the session goes on in clear text.
            Ok(reply) if reply.code != 421 => return Ok(connection),
            Ok(_) | Err(_) if !required => return Self::greet(host, address, &demand.level, s).await,
            Ok(reply) => return Err(OpenError::Refused { during: "STARTTLS", reply }),
            Err(fault) => return Err(OpenError::Fault { during: "STARTTLS", fault }),
        }
        match connection.encrypt(demand, s).await {
            Ok(connection) if demand.require && !connection.capabilities.require_tls => {
                connection.quit().await;
                Err(OpenError::NoRequireTls)
            }
            Ok(connection) => Ok(connection),
            Err(NoTls::Certificate(problem)) if required => Err(OpenError::Certificate(problem)),
            Err(NoTls::Other(why)) if required => Err(OpenError::Tls(why)),
            Err(why) => {
                let why = why.to_string();
                tracing::info!(%host, %address, why, "TLS failed, going on in clear text");
                metrics::counter!("postern_delivery_tls_failures_total").increment(1);
                Self::greet(host, address, &demand.level, s).await
            }
        }
    }

    async fn greet(
        host: &HostPort,
        address: SocketAddr,
        encryption: &Encryption,
        s: &Setup,
    ) -> Result<Self, OpenError> {
        let stream = within(s.timeouts.connect, TcpStream::connect(address)).await.map_err(OpenError::Connect)?;
        // Commands are small and answered one by one: waiting to fill a segment would cost a round trip each.
        let _ = stream.set_nodelay(true);
        let mut connection = Connection {
            stream: Stream::Plain(stream),
            input: Vec::with_capacity(1_024),
            host: host.clone(),
            peer: address,
            encryption: encryption.clone(),
            tls: None,
            capabilities: Capabilities::default(),
            used: 0,
            unfinished: false,
        };
        let during = "the greeting";
        let greeting =
            connection.reply(s.timeouts.greeting).await.map_err(|fault| OpenError::Fault { during, fault })?;
        if !greeting.is_positive() {
            connection.quit().await;
            return Err(OpenError::Refused { during: "the connection", reply: greeting });
        }
        connection.hello(s).await?;
        Ok(connection)
    }

    /// EHLO, or HELO where EHLO is not known (RFC 5321 §3.2).
    async fn hello(&mut self, s: &Setup) -> Result<(), OpenError> {
        for (during, verb) in [("EHLO", "EHLO"), ("HELO", "HELO")] {
            let answer = self.ask(&format!("{verb} {}", s.hostname), s.timeouts.hello).await;
            let reply = answer.map_err(|fault| OpenError::Fault { during, fault })?;
            if reply.is_positive() {
                self.capabilities = if verb == "EHLO" { Capabilities::of(&reply) } else { Capabilities::default() };
                return Ok(());
            }
            if verb == "HELO" || !reply.is_permanent() || self.tls.is_some() {
                return Err(OpenError::Refused { during, reply });
            }
        }
        Ok(())
    }

    async fn encrypt(mut self, demand: &Demand, s: &Setup) -> Result<Self, NoTls> {
        if !self.input.is_empty() {
            // Whatever came before the handshake could have been slipped in by somebody between us and the host.
            return Err(NoTls::Other("the host sent text after its answer to STARTTLS".into()));
        }
        let Stream::Plain(tcp) = self.stream else {
            return Err(NoTls::Other("the session is encrypted already".into()));
        };
        let name = server_name(&self.host.host).map_err(NoTls::Other)?;
        let config = s.tls.config(demand).map_err(|e| NoTls::Other(e.to_string()))?;
        let handshake = TlsConnector::from(config).connect(name, tcp);
        let tls = within(s.timeouts.hello, handshake).await.map_err(|fault| match refused(&fault) {
            Some(problem) => NoTls::Certificate(problem),
            None => NoTls::Other(format!("the handshake failed: {fault}")),
        })?;
        let (_, session) = tls.get_ref();
        let version = match session.protocol_version() {
            Some(rustls::ProtocolVersion::TLSv1_3) => "TLSv1.3",
            Some(rustls::ProtocolVersion::TLSv1_2) => "TLSv1.2",
            _ => "TLS",
        };
        let suite = session.negotiated_cipher_suite().map(|c| format!("{:?}", c.suite())).unwrap_or_default();
        self.tls = Some(format!("{version} {suite}"));
        self.stream = Stream::Tls(Box::new(tls));
        self.hello(s).await.map_err(|e| NoTls::Other(e.to_string()))?;
        Ok(self)
    }

    pub(super) async fn ask(&mut self, command: &str, limit: Duration) -> Result<Reply, Fault> {
        self.write(format!("{command}\r\n").as_bytes(), limit).await?;
        self.reply(limit).await
    }

    /// Writes all of it and flushes.
    pub(super) async fn write(&mut self, bytes: &[u8], limit: Duration) -> Result<(), Fault> {
        match &mut self.stream {
            Stream::Plain(tcp) => within(limit, tcp.write_all(bytes)).await,
            Stream::Tls(tls) => {
                within(limit, async {
                    tls.write_all(bytes).await?;
                    tls.flush().await
                })
                .await
            }
        }
    }

    /// The next reply of the host.
    pub(super) async fn reply(&mut self, limit: Duration) -> Result<Reply, Fault> {
        let deadline = tokio::time::Instant::now() + limit;
        loop {
            if let Some((reply, used)) = parse_reply(&self.input)? {
                self.input.drain(..used);
                return Ok(reply);
            }
            self.input.reserve(1_024);
            let read = async {
                match &mut self.stream {
                    Stream::Plain(tcp) => tcp.read_buf(&mut self.input).await,
                    Stream::Tls(tls) => tls.read_buf(&mut self.input).await,
                }
            };
            match tokio::time::timeout_at(deadline, read).await {
                Err(_) => return Err(Fault::Timeout(limit)),
                Ok(Ok(0)) => return Err(Fault::Closed),
                Ok(Ok(_)) => {}
                Ok(Err(e)) => return Err(Fault::Io(e)),
            }
        }
    }

    /// Whether the host has not hung up meanwhile, as far as can be seen without asking.
    pub fn is_alive(&self) -> bool {
        let (tcp, tls) = match &self.stream {
            Stream::Plain(tcp) => (tcp, false),
            Stream::Tls(tls) => (tls.get_ref().0, true),
        };
        match tcp.peek(&mut [0; 1]).now_or_never() {
            None => true,
            // In clear text an unasked word can only be 421; under TLS it may be a session ticket.
            Some(Ok(n)) => n > 0 && tls,
            Some(Err(_)) => false,
        }
    }

    /// The certificates that the host has shown, its own first; none in clear text.
    pub fn certificates(&self) -> &[rustls_pki_types::CertificateDer<'static>] {
        match &self.stream {
            Stream::Plain(_) => &[],
            Stream::Tls(tls) => tls.get_ref().1.peer_certificates().unwrap_or_default(),
        }
    }

    /// Says goodbye without waiting for the answer.
    pub async fn quit(mut self) {
        let limit = Duration::from_secs(1);
        if self.write(b"QUIT\r\n", limit).await.is_ok() {
            let _ = within(limit, async {
                match &mut self.stream {
                    Stream::Plain(tcp) => tcp.shutdown().await,
                    Stream::Tls(tls) => tls.shutdown().await,
                }
            })
            .await;
        }
    }
}

/// Why we did not take the host's certificate, where that was it.
fn refused(fault: &Fault) -> Option<CertificateProblem> {
    let Fault::Io(error) = fault else { return None };
    match error.get_ref()?.downcast_ref::<rustls::Error>()? {
        rustls::Error::Other(other) => other.0.downcast_ref().cloned(),
        _ => None,
    }
}

async fn within<T>(limit: Duration, future: impl Future<Output = io::Result<T>>) -> Result<T, Fault> {
    match tokio::time::timeout(limit, future).await {
        Ok(result) => Ok(result?),
        Err(_) => Err(Fault::Timeout(limit)),
    }
}
