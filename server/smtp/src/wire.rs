//! The two buffers of a session. Input is read in large pieces; replies gather until input is needed, so
//! that all commands of one read are answered by one write (RFC 2920 §3.2).

use crate::{
    Reply, Turned,
    line::{self, BadLine, Reason},
    stream::{Io, Stream},
};
use rustls::ServerConfig;
use std::{io, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{Instant, timeout, timeout_at},
};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

/// Input buffer between commands: what an idle session costs.
const SMALL: usize = 512;
/// Replies that may gather before they are sent.
const MANY: usize = 8 << 10;
/// How much is read, and for how long, from a client that was just told to go, so that our last reply is not lost
/// to a reset of the connection.
const LINGER_BYTES: usize = 1 << 20;
const LINGER_TIME: Duration = Duration::from_secs(2);

/// Why a session ends.
#[derive(Debug)]
pub(crate) enum End {
    /// The client said QUIT, and was answered.
    Quit,
    /// We sent the client away, and said so.
    Refused,
    /// The client went without a word.
    Closed,
    /// The client was silent for too long.
    TimedOut,
    /// The client does not take our replies.
    Stuck,
    /// The client becomes the server (RFC 2645).
    Turned(Turned),
    /// The server stops.
    Stopping,
    Io(io::Error),
}

pub(crate) struct Wire<T> {
    stream: Stream<T>,
    input: Vec<u8>,
    start: usize,
    end: usize,
    out: Vec<u8>,
    stop: CancellationToken,
    write_patience: Duration,
}

impl<T: Io> Wire<T> {
    pub fn new(io: T, stop: CancellationToken, write_patience: Duration) -> Self {
        Wire { stream: Stream::Plain(io), input: Vec::new(), start: 0, end: 0, out: Vec::new(), stop, write_patience }
    }

    /// What was read and not yet consumed.
    pub fn pending(&self) -> &[u8] {
        self.input.get(self.start..self.end).unwrap_or_default()
    }

    pub fn pending_mut(&mut self) -> &mut [u8] {
        self.input.get_mut(self.start..self.end).unwrap_or_default()
    }

    pub fn consume(&mut self, n: usize) {
        self.start = (self.start + n).min(self.end);
    }

    /// Adds a reply to those that wait to be sent.
    pub fn say(&mut self, reply: &Reply) {
        tracing::debug!(%reply, "reply");
        reply.write(&mut self.out);
    }

    /// Sends what waits.
    pub async fn flush(&mut self) -> Result<(), End> {
        if self.out.is_empty() {
            return Ok(());
        }
        let write = async {
            self.stream.write_all(&self.out).await?;
            self.stream.flush().await
        };
        timeout(self.write_patience, write).await.map_err(|_| End::Stuck)?.map_err(End::Io)?;
        self.out.clear();
        self.out.shrink_to(SMALL);
        Ok(())
    }

    /// Holds the replies back for so long.
    pub async fn pause(&self, duration: Duration) -> Result<(), End> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Err(End::Stopping),
            () = tokio::time::sleep(duration) => Ok(()),
        }
    }

    /// Sends the replies where many of them wait.
    pub async fn flush_if_many(&mut self) -> Result<(), End> {
        if self.out.len() > MANY { self.flush().await } else { Ok(()) }
    }

    /// Sends what waits and reads once. `size`: octets that the buffer should have; gives whether the read
    /// filled it.
    pub async fn fill(&mut self, size: usize, deadline: Instant) -> Result<bool, End> {
        self.flush().await?;
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
            if self.input.len() > size {
                self.input = Vec::new();
            }
        } else if self.end == self.input.len() && self.start > 0 {
            self.input.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        let room = if self.end == self.input.len() { self.end + SMALL } else { 0 };
        let wanted = size.max(room);
        if self.input.len() < wanted {
            self.input.resize(wanted, 0);
        }
        let free = self.input.get_mut(self.end..).unwrap_or_default();
        let read = tokio::select! {
            biased;
            () = self.stop.cancelled() => return Err(End::Stopping),
            read = timeout_at(deadline, self.stream.read(free)) => read,
        };
        match read {
            Err(_) => Err(End::TimedOut),
            Ok(Ok(0)) => Err(End::Closed),
            Ok(Ok(n)) => {
                self.end += n;
                Ok(self.end == self.input.len())
            }
            Ok(Err(e)) => Err(End::Io(e)),
        }
    }

    /// The next command line, `max` octets with CRLF at most.
    pub async fn line(&mut self, max: usize, deadline: Instant) -> Result<Result<String, BadLine>, End> {
        // Set while an overlong line is thrown away: whether it began as DATA or BDAT.
        let mut overlong = None;
        loop {
            if let Some(found) = line::find(self.pending(), max) {
                let used = found.used;
                let line = match overlong {
                    Some(data) => Err(BadLine { reason: Reason::TooLong, data }),
                    None => found.line.map(str::to_owned),
                };
                self.consume(used);
                return Ok(line);
            }
            if self.pending().len() >= max {
                overlong.get_or_insert(line::is_data(self.pending()));
                self.consume(self.pending().len());
            }
            self.fill(SMALL, deadline).await?;
        }
    }

    /// Forgets what was read in clear text (RFC 3207 §4.2: it may have been injected), sends what waits, and
    /// does the handshake. Gives version and cipher.
    pub async fn upgrade(&mut self, config: Arc<ServerConfig>, patience: Duration) -> Result<String, End> {
        self.flush().await?;
        (self.start, self.end) = (0, 0);
        let Stream::Plain(io) = std::mem::replace(&mut self.stream, Stream::Gone) else { return Err(End::Closed) };
        let tls = tokio::select! {
            biased;
            () = self.stop.cancelled() => return Err(End::Stopping),
            tls = timeout(patience, TlsAcceptor::from(config).accept(io)) => tls.map_err(|_| End::Closed)?.map_err(End::Io)?,
        };
        let (_, connection) = tls.get_ref();
        let version = connection.protocol_version().and_then(|v| v.as_str()).unwrap_or("TLS").replace('_', ".");
        let cipher = connection.negotiated_cipher_suite().and_then(|c| c.suite().as_str()).unwrap_or("unknown");
        let about = format!("{version} {cipher}");
        self.stream = Stream::Tls(Box::new(tls));
        Ok(about)
    }

    /// Sends what waits and hands the connection over. What the client sent before it was told so is dropped.
    pub async fn turn(mut self, turned: Turned) {
        if self.flush().await.is_err() {
            return;
        }
        tokio::select! {
            biased;
            () = self.stop.cancelled() => {}
            () = turned.run(Box::new(self.stream)) => {}
        }
    }

    /// Sends what waits and closes our side; errors no longer matter. With `linger`, reads on for a moment.
    pub async fn close(mut self, linger: bool) {
        if self.flush().await.is_err() {
            return;
        }
        let _ = timeout(LINGER_TIME, self.stream.shutdown()).await;
        if !linger {
            return;
        }
        let mut scrap = [0; 1_024];
        let drain = async {
            let mut left = LINGER_BYTES;
            while let Ok(n @ 1..) = self.stream.read(&mut scrap).await {
                left = left.saturating_sub(n);
                if left == 0 {
                    break;
                }
            }
        };
        let _ = timeout(LINGER_TIME, drain).await;
    }
}
