//! A mail server that accepts everything and keeps the newest messages: the gateway of the demo and of tests.

use parking_lot::Mutex;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// One message as the sink got it, dots unstuffed.
#[derive(Debug, Clone)]
pub struct Caught {
    pub from: String,
    pub to: Vec<String>,
    pub body: Vec<u8>,
}

#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Newest messages kept in memory; 0: only counted.
    pub keep: usize,
    /// Each message is also written here as `<number>.eml`.
    pub directory: Option<PathBuf>,
}

#[derive(Debug, Default)]
struct State {
    caught: Mutex<VecDeque<Caught>>,
    count: AtomicU64,
    bytes: AtomicU64,
}

/// A running sink; it ends with the runtime.
#[derive(Debug, Clone)]
pub struct Sink {
    state: Arc<State>,
    address: SocketAddr,
}

impl Sink {
    pub async fn start(address: SocketAddr, options: Options) -> std::io::Result<Sink> {
        let listener = TcpListener::bind(address).await?;
        let sink = Sink { state: Arc::default(), address: listener.local_addr()? };
        let state = sink.state.clone();
        let options = Arc::new(options);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (state, options) = (state.clone(), options.clone());
                tokio::spawn(async move {
                    if let Err(error) = session(stream, &state, &options).await {
                        tracing::debug!(%error, "a session of the sink ended");
                    }
                });
            }
        });
        Ok(sink)
    }
    pub fn address(&self) -> SocketAddr {
        self.address
    }
    /// Messages accepted since the start.
    pub fn count(&self) -> u64 {
        self.state.count.load(Ordering::Relaxed)
    }
    pub fn bytes(&self) -> u64 {
        self.state.bytes.load(Ordering::Relaxed)
    }
    /// The newest messages, oldest first.
    pub fn caught(&self) -> Vec<Caught> {
        self.state.caught.lock().iter().cloned().collect()
    }
}

async fn session(stream: TcpStream, state: &State, options: &Options) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::with_capacity(64 * 1024, stream);
    stream.get_mut().write_all(b"220 sink.postern.test ESMTP\r\n").await?;
    let (mut from, mut to, mut out, mut line) = (String::new(), Vec::new(), Vec::new(), Vec::new());
    loop {
        line.clear();
        let n = (&mut stream).take(8_192).read_until(b'\n', &mut line).await?;
        if n == 0 {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&line);
        let verb = text.trim_end().split([' ', ':']).next().unwrap_or("").to_ascii_uppercase();
        let path = || {
            let inner = text.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or("", |(path, _)| path);
            inner.to_owned()
        };
        let mut quit = false;
        match verb.as_str() {
            "EHLO" => out.extend_from_slice(
                b"250-sink.postern.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-DSN\r\n250 SIZE 209715200\r\n",
            ),
            "HELO" | "RSET" | "NOOP" => out.extend_from_slice(b"250 2.0.0 ok\r\n"),
            "MAIL" => {
                from = path();
                to.clear();
                out.extend_from_slice(b"250 2.1.0 ok\r\n");
            }
            "RCPT" => {
                to.push(path());
                out.extend_from_slice(b"250 2.1.5 ok\r\n");
            }
            "DATA" => {
                out.extend_from_slice(b"354 go on\r\n");
                stream.get_mut().write_all(&out).await?;
                out.clear();
                let body = data(&mut stream).await?;
                let number = state.count.fetch_add(1, Ordering::Relaxed) + 1;
                state.bytes.fetch_add(body.len() as u64, Ordering::Relaxed);
                if let Some(directory) = &options.directory {
                    tokio::fs::write(directory.join(format!("{number:05}.eml")), &body).await?;
                }
                if options.keep > 0 {
                    let mut caught = state.caught.lock();
                    if caught.len() == options.keep {
                        caught.pop_front();
                    }
                    caught.push_back(Caught { from: from.clone(), to: to.clone(), body });
                }
                out.extend_from_slice(b"250 2.0.0 kept\r\n");
            }
            "QUIT" => {
                out.extend_from_slice(b"221 2.0.0 bye\r\n");
                quit = true;
            }
            _ => out.extend_from_slice(b"502 5.5.1 not known\r\n"),
        }
        // Answers of pipelined commands leave together.
        if quit || stream.buffer().is_empty() {
            stream.get_mut().write_all(&out).await?;
            out.clear();
        }
        if quit {
            return Ok(());
        }
    }
}

/// Reads up to the dot, unstuffing (RFC 5321 §4.5.2).
async fn data(stream: &mut BufReader<TcpStream>) -> std::io::Result<Vec<u8>> {
    let mut body = Vec::new();
    let mut start = 0;
    loop {
        if stream.read_until(b'\n', &mut body).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        match &body[start..] {
            b".\r\n" => {
                body.truncate(start);
                return Ok(body);
            }
            [b'.', ..] => {
                body.remove(start);
            }
            _ => {}
        }
        start = body.len();
    }
}
