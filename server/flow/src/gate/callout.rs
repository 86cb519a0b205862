//! Short questions to a mail server of the customer's: is this recipient yours (RCPT, VRFY), is this password right
//! (AUTH). Everything ends within [`PATIENCE`], and no answer is not the answer no.

use base64::{Engine, engine::general_purpose::STANDARD};
use delivery::Encryption;
use delivery::client::{Authorities, Tls, parse_reply};
use filter::auth::Dns;
use model::HostPort;
use rustls_pki_types::ServerName;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// For a whole question, connecting included.
pub const PATIENCE: Duration = Duration::from_secs(5);
/// Octets of one reply.
const LONGEST: usize = 16 << 10;

/// What a server says of a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    Exists,
    Unknown,
    /// It takes any recipient, or will not say.
    Nothing,
}

trait Io: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

struct Talk {
    stream: Box<dyn Io>,
    input: Vec<u8>,
}

fn failed(what: impl Into<String>) -> io::Error {
    io::Error::other(what.into())
}

impl Talk {
    /// Connects, and greets as `hostname`; the lines of the answer to EHLO in capitals.
    async fn open(address: SocketAddr, hostname: &str) -> io::Result<(Talk, String)> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let mut talk = Talk { stream: Box::new(stream), input: Vec::new() };
        talk.expect(2).await?;
        let offers = talk.greet(hostname).await?;
        Ok((talk, offers))
    }

    async fn greet(&mut self, hostname: &str) -> io::Result<String> {
        match self.say(&format!("EHLO {hostname}")).await? {
            (code, text) if code / 100 == 2 => Ok(text.to_ascii_uppercase()),
            _ => match self.say(&format!("HELO {hostname}")).await? {
                (code, _) if code / 100 == 2 => Ok(String::new()),
                (code, text) => Err(failed(format!("the greeting was answered {code} {text}"))),
            },
        }
    }

    /// Goes over to TLS with whatever certificate the server has: it is one of the customer's own.
    async fn encrypt(mut self, host: &str, hostname: &str) -> io::Result<(Talk, String)> {
        self.say("STARTTLS").await?;
        let tls = Tls::new(Authorities::default()).map_err(|e| failed(e.to_string()))?;
        let config = tls.config(&Encryption::Any.into()).map_err(|e| failed(e.to_string()))?;
        let name = ServerName::try_from(host.to_owned()).map_err(|e| failed(e.to_string()))?;
        let stream = TlsConnector::from(config).connect(name, self.stream).await?;
        let mut talk = Talk { stream: Box::new(stream), input: Vec::new() };
        let offers = talk.greet(hostname).await?;
        Ok((talk, offers))
    }

    async fn say(&mut self, line: &str) -> io::Result<(u16, String)> {
        self.stream.write_all(format!("{line}\r\n").as_bytes()).await?;
        self.stream.flush().await?;
        self.reply().await
    }

    async fn expect(&mut self, class: u16) -> io::Result<String> {
        match self.reply().await? {
            (code, text) if code / 100 == class => Ok(text),
            (code, text) => Err(failed(format!("{code} {text}"))),
        }
    }

    async fn reply(&mut self) -> io::Result<(u16, String)> {
        loop {
            match parse_reply(&self.input) {
                Ok(Some((reply, used))) => {
                    self.input.drain(..used);
                    return Ok((reply.code, reply.lines.join("\n")));
                }
                Ok(None) if self.input.len() < LONGEST => {}
                Ok(None) => return Err(failed("the reply is too long")),
                Err(error) => return Err(failed(error.to_string())),
            }
            let mut piece = [0; 2_048];
            let n = self.stream.read(&mut piece).await?;
            if n == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.input.extend_from_slice(&piece[..n]);
        }
    }
}

async fn in_time<T>(work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(PATIENCE, work).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// The first address of a host.
async fn address(dns: &dyn Dns, host: &HostPort) -> io::Result<SocketAddr> {
    if let Ok(ip) = host.host.parse::<IpAddr>() {
        return Ok(SocketAddr::new(ip, host.port));
    }
    if let Ok(found) = dns.a(&host.host).await
        && let Some(ip) = found.first()
    {
        return Ok(SocketAddr::new(IpAddr::V4(*ip), host.port));
    }
    match dns.aaaa(&host.host).await.as_deref() {
        Ok([ip, ..]) => Ok(SocketAddr::new(IpAddr::V6(*ip), host.port)),
        _ => Err(failed(format!("{} has no address", host.host))),
    }
}

/// How a server is asked about a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Vrfy,
    /// `probe`: an address that cannot exist, by which servers are found out that take any.
    Rcpt,
}

/// # Errors
/// The server cannot be reached, or says nothing that makes sense, within the time.
pub async fn recipient(
    dns: &dyn Dns,
    host: &HostPort,
    hostname: &str,
    by: By,
    to: &str,
    probe: &str,
) -> io::Result<Said> {
    in_time(async {
        let (mut talk, _) = Talk::open(address(dns, host).await?, hostname).await?;
        let said = match by {
            By::Vrfy => match talk.say(&format!("VRFY {to}")).await?.0 {
                250 | 251 => Said::Exists,
                550 | 551 | 553 => Said::Unknown,
                _ => Said::Nothing,
            },
            By::Rcpt => {
                talk.say("MAIL FROM:<>").await?;
                let answer = talk.say(&format!("RCPT TO:<{to}>")).await?.0;
                match answer {
                    200..=299 if talk.say(&format!("RCPT TO:<{probe}>")).await?.0 / 100 == 2 => Said::Nothing,
                    200..=299 => Said::Exists,
                    // Policy and syntax say nothing of whether there is such a recipient.
                    550 | 551 | 553 => Said::Unknown,
                    _ => Said::Nothing,
                }
            }
        };
        let _ = talk.say("QUIT").await;
        Ok(said)
    })
    .await
}

/// Whether the server takes name and password. Where it offers no TLS they are sent in clear text, unless `only_tls`.
///
/// # Errors
/// The server cannot be reached, has no AUTH, or is in trouble, within the time.
pub async fn password(
    dns: &dyn Dns,
    host: &HostPort,
    hostname: &str,
    name: &str,
    word: &str,
    only_tls: bool,
) -> io::Result<bool> {
    in_time(async {
        let (mut talk, mut offers) = Talk::open(address(dns, host).await?, hostname).await?;
        if offers.contains("STARTTLS") {
            (talk, offers) = talk.encrypt(&host.host, hostname).await?;
        } else if only_tls {
            return Err(failed("the server does not offer STARTTLS"));
        }
        if !offers.lines().any(|l| l.starts_with("AUTH") && l.contains("PLAIN")) {
            return Err(failed("the server does not offer AUTH PLAIN"));
        }
        let said = talk.say(&format!("AUTH PLAIN {}", STANDARD.encode(format!("\0{name}\0{word}")))).await?;
        let _ = talk.say("QUIT").await;
        match said.0 {
            235 => Ok(true),
            535 | 534 | 530 | 550 | 501 => Ok(false),
            code => Err(failed(format!("{code} {}", said.1))),
        }
    })
    .await
}
