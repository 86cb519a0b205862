//! On-Demand Mail Relay (RFC 2645): mail servers without a fixed address call us, log in, and take their mail over the
//! connection that they made.
//!
//! To the queue such a server is a gateway like any other. While one is connected, the domain's gateway is a port on
//! loopback; what the queue says there is passed on to the server line by line, one session of the queue after another,
//! and only the queue knows what was delivered. While none is connected the gateway cannot be reached, and mail waits.

use super::Gate;
use delivery::Encryption;
use delivery::{Gateway, Queue, Route};
use model::settings::GatewayOrder;
use model::{DomainName, HostPort, Sending};
use parking_lot::Mutex;
use smtp::{Io, Login, Reply, Turned};
use std::collections::HashMap;
use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

/// For the next line of either side (RFC 5321 §4.5.3.2).
const PATIENCE: Duration = Duration::from_secs(300);
/// For the banner of the server that called, and the first session of the queue.
const START: Duration = Duration::from_secs(30);
/// For the next session of the queue, after which there is no more mail.
const IDLE: Duration = Duration::from_secs(1);
/// Octets of a line of either side that is no text of a message.
const LINE: u64 = 4_096;
/// Lines of one reply.
const LINES: usize = 100;
/// Octets of a line of text; reception takes no longer ones.
const TEXT: u64 = 2_000_000;

const NO_MAIL: Reply = Reply::new(453, "4.2.0", "You have no mail");
const REFUSED: Reply = Reply::new(450, "4.7.1", "ATRN request refused");
const BUSY: Reply = Reply::new(451, "4.3.0", "Your mail is being fetched already");

/// Connections that are turned round now.
#[derive(Default)]
pub struct Turns {
    live: Mutex<HashMap<DomainName, u16>>,
    queue: OnceLock<Queue>,
}

impl Turns {
    /// The queue whose mail is fetched; it is made after what it asks for routes.
    pub fn serve(&self, queue: Queue) {
        let _ = self.queue.set(queue);
    }

    /// The gateway of a domain whose server fetches its mail.
    pub(crate) fn gateway(&self, domain: &DomainName) -> Gateway {
        // Nobody listens on port 0.
        let port = self.live.lock().get(domain).copied().unwrap_or(0);
        Gateway {
            hosts: vec![HostPort { host: "127.0.0.1".into(), port }],
            order: GatewayOrder::Failover,
            encryption: Encryption::Never,
        }
    }

    fn waits(&self, domain: &DomainName) -> bool {
        let name = Route::Gateway(domain.clone()).to_string();
        self.queue.get().is_some_and(|q| q.view().iter().any(|d| d.destination == name))
    }

    /// Passes on what waits for the domain until nothing more comes, or the server goes.
    async fn turn(live: Live, listener: TcpListener, server: Box<dyn Io>) {
        let domain = &live.domain;
        match live.turns.pass_on(domain, &listener, server).await {
            Ok(sessions) => tracing::info!(%domain, sessions, "mail was fetched"),
            Err(error) => tracing::warn!(%domain, %error, "fetching mail ended early; what is left waits"),
        }
    }

    async fn pass_on(&self, domain: &DomainName, listener: &TcpListener, server: Box<dyn Io>) -> io::Result<u32> {
        let mut server = BufStream::new(server);
        let banner = timeout(START, reply(&mut server)).await??;
        if !banner.starts_with(b"220") {
            return Err(io::Error::other("the server did not greet"));
        }
        if let Some(queue) = self.queue.get() {
            queue.retry_now(Some(domain));
        }
        let (mut sessions, mut wait) = (0, START);
        while let Ok(accepted) = timeout(wait, listener.accept()).await {
            session(&mut BufStream::new(accepted?.0), &mut server).await?;
            (sessions, wait) = (sessions + 1, IDLE);
        }
        server.write_all(b"QUIT\r\n").await?;
        server.flush().await?;
        let _ = timeout(IDLE, reply(&mut server)).await;
        let _ = timeout(IDLE, server.shutdown()).await;
        Ok(sessions)
    }
}

/// A domain whose mail is being fetched, as long as this lives.
struct Live {
    turns: Arc<Turns>,
    domain: DomainName,
}

impl Live {
    /// None: it is being fetched already.
    fn new(turns: &Arc<Turns>, domain: DomainName, port: u16) -> Option<Live> {
        let mut live = turns.live.lock();
        if live.contains_key(&domain) {
            return None;
        }
        live.insert(domain.clone(), port);
        Some(Live { turns: turns.clone(), domain })
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.turns.live.lock().remove(&self.domain);
    }
}

/// One session of the queue, from a banner to QUIT. Commands and replies take turns; an end of the queue's side at any
/// point leaves the server's in a state in which EHLO begins anew, or is an error.
async fn session(queue: &mut BufStream<TcpStream>, server: &mut BufStream<Box<dyn Io>>) -> io::Result<()> {
    send(queue, b"220 connection reversed\r\n").await?;
    // Between messages the queue keeps a session for a while, but others of its wait for the same server.
    let mut between = false;
    loop {
        let patience = if between { IDLE } else { PATIENCE };
        let command = match timeout(patience, line(queue, LINE)).await {
            Ok(command) => command?,
            Err(_) if between => return Ok(()),
            Err(late) => return Err(late.into()),
        };
        let Some(command) = command else { break };
        between = false;
        let verb = command.split(|b| b.is_ascii_whitespace()).next().unwrap_or_default().to_ascii_uppercase();
        match verb.as_slice() {
            b"QUIT" => {
                send(queue, b"221 2.0.0 Bye\r\n").await?;
                return Ok(());
            }
            // Not offered: replies are awaited one by one, and the connection is as encrypted as the server made it.
            b"STARTTLS" | b"BDAT" => send(queue, b"502 5.5.1 Not offered\r\n").await?,
            _ => {
                send(server, &command).await?;
                let mut answer = reply(server).await?;
                if verb == b"EHLO" {
                    answer = without_extras(&answer);
                }
                send(queue, &answer).await?;
                if verb == b"DATA" && answer.starts_with(b"354") {
                    text(queue, server).await?;
                    let answer = reply(server).await?;
                    send(queue, &answer).await?;
                    between = true;
                }
            }
        }
    }
    // The queue went without QUIT; a transaction that it began is over.
    send(server, b"RSET\r\n").await?;
    reply(server).await.map(drop)
}

/// The text of a message up to its final dot.
async fn text(queue: &mut BufStream<TcpStream>, server: &mut BufStream<Box<dyn Io>>) -> io::Result<()> {
    loop {
        let line = line(queue, TEXT).await?.ok_or(io::ErrorKind::UnexpectedEof)?;
        server.write_all(&line).await?;
        if line == b".\r\n" {
            return server.flush().await;
        }
    }
}

async fn send<S: Io>(stream: &mut BufStream<S>, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes).await?;
    stream.flush().await
}

/// A line with its end; none at the end of the connection.
async fn line<S: Io>(stream: &mut BufStream<S>, most: u64) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    timeout(PATIENCE, (&mut *stream).take(most).read_until(b'\n', &mut line)).await??;
    match line.last() {
        None => Ok(None),
        Some(b'\n') => Ok(Some(line)),
        Some(_) => Err(io::Error::other("a line is cut short or too long")),
    }
}

/// All lines of a reply.
async fn reply<S: Io>(stream: &mut BufStream<S>) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    for _ in 0..LINES {
        let line = line(stream, LINE).await?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let last = line.get(3) != Some(&b'-');
        all.extend(line);
        if last {
            return Ok(all);
        }
    }
    Err(io::Error::other("a reply has too many lines"))
}

/// An answer to EHLO without what would have commands and replies not take turns.
fn without_extras(answer: &[u8]) -> Vec<u8> {
    const EXTRAS: &[&str] = &["PIPELINING", "CHUNKING", "BINARYMIME", "STARTTLS", "AUTH"];
    let text = String::from_utf8_lossy(answer);
    let is_extra = |line: &&str| {
        let word = line.get(4..).and_then(|l| l.split([' ', '=']).next()).unwrap_or_default();
        EXTRAS.iter().any(|e| word.eq_ignore_ascii_case(e))
    };
    let mut lines: Vec<String> =
        text.lines().enumerate().filter(|(i, l)| *i == 0 || !is_extra(l)).map(|(_, l)| l.to_owned()).collect();
    let last = lines.len().saturating_sub(1);
    for (i, line) in lines.iter_mut().enumerate() {
        if line.is_char_boundary(3) && line.is_char_boundary(4) && line.len() >= 4 {
            line.replace_range(3..4, if i == last { " " } else { "-" });
        }
    }
    (lines.join("\r\n") + "\r\n").into_bytes()
}

impl Gate {
    /// The first of the domains that mail waits for; they must be of the account that logged in, and fetch their mail.
    pub(super) async fn turn_round(&self, login: Option<&Login>, domains: &[DomainName]) -> Result<Turned, Reply> {
        let Some(Sending::Relay(account)) = login.and_then(|l| l.sending) else { return Err(Reply::NEEDS_LOGIN) };
        let snapshot = self.snapshots.get();
        let own = |name: &DomainName| {
            snapshot.domain(name.as_str()).is_some_and(|d| d.account == account && d.values().routing.odmr)
        };
        let domains = if domains.is_empty() { snapshot.domains_of(account) } else { domains.to_vec() };
        if !domains.iter().any(own) || (domains.iter().any(|d| !own(d)) && domains.len() == 1) {
            return Err(REFUSED);
        }
        let Some(domain) = domains.into_iter().filter(own).find(|d| self.turns.waits(d)) else { return Err(NO_MAIL) };
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|_| Reply::UNAVAILABLE)?;
        let port = listener.local_addr().map_err(|_| Reply::UNAVAILABLE)?.port();
        let live = Live::new(&self.turns, domain, port).ok_or(BUSY)?;
        Ok(Turned::new(move |stream| Box::pin(Turns::turn(live, listener, stream))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_passed_on_is_not_offered() {
        let told = without_extras(b"250-mx.test\r\n250-PIPELINING\r\n250-SIZE 1000\r\n250-DSN\r\n250 AUTH PLAIN\r\n");
        assert_eq!(String::from_utf8(told).unwrap(), "250-mx.test\r\n250-SIZE 1000\r\n250 DSN\r\n");
        assert_eq!(without_extras(b"250 mx.test\r\n"), b"250 mx.test\r\n");
        assert_eq!(without_extras(b"250 \xff\xff\r\n").len(), "250 \u{fffd}\u{fffd}\r\n".len());
    }
}
