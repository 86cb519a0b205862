//! A client for ClamAV's daemon (clamd(8), command INSTREAM).

use serde::{Deserialize, Serialize};
use std::{fmt, path::PathBuf, str::FromStr, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpStream, UnixStream},
    time::timeout,
};

/// Bytes of one chunk of INSTREAM.
const CHUNK: usize = 64 << 10;
/// Longest answer that is read.
const ANSWER: u64 = 4 << 10;

/// Where clamd listens: `unix:/run/clamav/clamd.ctl` or `tcp:127.0.0.1:3310`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClamdAddress {
    Unix(PathBuf),
    Tcp(String),
}

/// What clamd said of a message.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ClamdResult {
    /// None is configured.
    #[default]
    NotAsked,
    Clean,
    /// The signature's name.
    Infected(String),
    /// It could not be asked, or could not answer; why.
    Error(String),
}

/// A clamd, asked anew for each message.
#[derive(Debug, Clone)]
pub struct Clamd {
    address: ClamdAddress,
    connect: Duration,
    scan: Duration,
}

impl FromStr for ClamdAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("unix", path)) if path.starts_with('/') => Ok(ClamdAddress::Unix(path.into())),
            Some(("tcp", host))
                if host.rsplit_once(':').is_some_and(|(h, p)| !h.is_empty() && p.parse::<u16>().is_ok()) =>
            {
                Ok(ClamdAddress::Tcp(host.to_owned()))
            }
            _ => Err(format!("{text:?} is neither unix:/path nor tcp:host:port")),
        }
    }
}

impl fmt::Display for ClamdAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ClamdAddress::Unix(path) => write!(f, "unix:{}", path.display()),
            ClamdAddress::Tcp(host) => write!(f, "tcp:{host}"),
        }
    }
}

impl Clamd {
    /// With 2 s to connect and 15 s for the whole scan.
    pub fn new(address: ClamdAddress) -> Self {
        Clamd { address, connect: Duration::from_secs(2), scan: Duration::from_secs(15) }
    }

    pub fn with_timeouts(self, connect: Duration, scan: Duration) -> Self {
        Clamd { connect, scan, ..self }
    }

    pub fn address(&self) -> &ClamdAddress {
        &self.address
    }

    /// Scans the bytes. Never fails: what goes wrong is the result.
    pub async fn scan(&self, data: &[u8]) -> ClamdResult {
        match timeout(self.scan, self.ask(data)).await {
            Ok(result) => result,
            Err(_) => ClamdResult::Error(format!("clamd did not answer within {} s", self.scan.as_secs_f32())),
        }
    }

    async fn ask(&self, data: &[u8]) -> ClamdResult {
        let connected = match &self.address {
            ClamdAddress::Unix(path) => {
                timeout(self.connect, UnixStream::connect(path)).await.map(|s| s.map(Stream::Unix))
            }
            ClamdAddress::Tcp(host) => {
                timeout(self.connect, TcpStream::connect(host)).await.map(|s| s.map(Stream::Tcp))
            }
        };
        match connected {
            Ok(Ok(Stream::Unix(stream))) => converse(stream, data).await,
            Ok(Ok(Stream::Tcp(stream))) => converse(stream, data).await,
            Ok(Err(e)) => ClamdResult::Error(format!("clamd at {} is not reached: {e}", self.address)),
            Err(_) => ClamdResult::Error(format!("clamd at {} does not accept connections", self.address)),
        }
    }
}

enum Stream {
    Unix(UnixStream),
    Tcp(TcpStream),
}

/// Sends the bytes and reads the verdict.
async fn converse(stream: impl AsyncRead + AsyncWrite + Unpin, data: &[u8]) -> ClamdResult {
    let (reader, mut writer) = tokio::io::split(stream);
    let sent = send(&mut writer, data).await;
    let mut answer = Vec::new();
    // Also where sending failed: past its size limit clamd answers and closes.
    let read = reader.take(ANSWER).read_to_end(&mut answer).await;
    match (verdict(&answer), sent, read) {
        (Some(result), _, _) => result,
        (None, Err(e), _) => ClamdResult::Error(format!("clamd took not all of the message: {e}")),
        (None, _, Err(e)) => ClamdResult::Error(format!("clamd's answer is not read: {e}")),
        (None, Ok(()), Ok(_)) => ClamdResult::Error("clamd closed without an answer".to_owned()),
    }
}

async fn send(writer: &mut (impl AsyncWrite + Unpin), data: &[u8]) -> std::io::Result<()> {
    writer.write_all(b"zINSTREAM\0").await?;
    for chunk in data.chunks(CHUNK) {
        let length = u32::try_from(chunk.len()).unwrap_or(0);
        writer.write_all(&length.to_be_bytes()).await?;
        writer.write_all(chunk).await?;
    }
    writer.write_all(&0u32.to_be_bytes()).await?;
    writer.flush().await
}

/// Reads `stream: NAME FOUND`, `stream: OK`, `… ERROR`.
fn verdict(answer: &[u8]) -> Option<ClamdResult> {
    let text = String::from_utf8_lossy(answer);
    let text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    let said = text.strip_prefix("stream:").unwrap_or(text).trim();
    if said == "OK" {
        return Some(ClamdResult::Clean);
    }
    if let Some(name) = said.strip_suffix("FOUND") {
        return Some(ClamdResult::Infected(name.trim().to_owned()));
    }
    (!said.is_empty()).then(|| ClamdResult::Error(format!("clamd: {}", said.trim_end_matches("ERROR").trim())))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use tokio::net::TcpListener;

    #[test]
    fn addresses_are_read_and_written() {
        for text in ["unix:/run/clamd.ctl", "tcp:127.0.0.1:3310", "tcp:[::1]:3310"] {
            assert_eq!(text.parse::<ClamdAddress>().unwrap().to_string(), text);
        }
        for bad in ["", "/run/x", "unix:run", "tcp:host", "tcp::1", "tcp:a:b"] {
            assert!(bad.parse::<ClamdAddress>().is_err(), "{bad}");
        }
    }
    #[test]
    fn answers_are_told_apart() {
        assert_eq!(verdict(b"stream: OK\0"), Some(ClamdResult::Clean));
        assert_eq!(
            verdict(b"stream: Win.Test.EICAR_HDB-1 FOUND\0"),
            Some(ClamdResult::Infected("Win.Test.EICAR_HDB-1".into()))
        );
        assert_eq!(
            verdict(b"INSTREAM size limit exceeded. ERROR\0"),
            Some(ClamdResult::Error("clamd: INSTREAM size limit exceeded.".into()))
        );
        assert_eq!(verdict(b"\0"), None);
    }

    /// A clamd that does what the test says with one connection.
    async fn scripted<F, T>(script: F) -> Clamd
    where
        F: FnOnce(TcpStream) -> T + Send + 'static,
        T: Future<Output = ()> + Send,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = ClamdAddress::Tcp(listener.local_addr().unwrap().to_string());
        tokio::spawn(async move { script(listener.accept().await.unwrap().0).await });
        Clamd::new(address).with_timeouts(Duration::from_secs(2), Duration::from_millis(400))
    }

    #[tokio::test]
    async fn a_message_is_sent_in_chunks_with_their_length() {
        let (tell, told) = tokio::sync::oneshot::channel();
        let clamd = scripted(move |mut s| async move {
            let mut all = vec![0u8; 10 + 4 + CHUNK + 4 + 1 + 4];
            s.read_exact(&mut all).await.unwrap();
            s.write_all(b"stream: OK\0").await.unwrap();
            let _ = tell.send(all);
        })
        .await;
        assert_eq!(clamd.scan(&vec![7; CHUNK + 1]).await, ClamdResult::Clean);
        let all = told.await.unwrap();
        assert_eq!((&all[..10], &all[10..15]), (b"zINSTREAM\0".as_slice(), [0, 1, 0, 0, 7].as_slice()));
        assert_eq!(all[all.len() - 9..], [0, 0, 0, 1, 7, 0, 0, 0, 0]);
    }
    #[tokio::test]
    async fn silence_is_an_error_after_the_timeout() {
        let clamd = scripted(|s| async move {
            tokio::time::sleep(Duration::from_secs(5)).await;
            drop(s);
        })
        .await;
        assert_eq!(clamd.scan(b"x").await, ClamdResult::Error("clamd did not answer within 0.4 s".into()));
    }
    #[tokio::test]
    async fn a_closed_connection_and_a_closed_port_are_errors() {
        let clamd = scripted(|s| async move { drop(s) }).await;
        assert!(matches!(clamd.scan(b"x").await, ClamdResult::Error(_)));
        // The listener is gone after its one connection.
        assert!(matches!(clamd.scan(b"x").await, ClamdResult::Error(why) if why.contains("not reached")));
        let nowhere = Clamd::new(ClamdAddress::Unix("/nonexistent/clamd.sock".into()));
        assert!(
            matches!(nowhere.scan(b"x").await, ClamdResult::Error(why) if why.contains("unix:/nonexistent/clamd.sock"))
        );
    }
    #[tokio::test]
    async fn an_answer_before_the_end_of_a_large_message_is_heard() {
        let clamd = scripted(|mut s| async move {
            let mut some = vec![0u8; 1_000];
            s.read_exact(&mut some).await.unwrap();
            s.write_all(b"INSTREAM size limit exceeded. ERROR\0").await.unwrap();
            s.shutdown().await.unwrap();
            tokio::io::copy(&mut s, &mut tokio::io::sink()).await.unwrap();
        })
        .await;
        assert_eq!(
            clamd.scan(&vec![1; 4 << 20]).await,
            ClamdResult::Error("clamd: INSTREAM size limit exceeded.".into())
        );
    }
}
