//! What a session costs that waits for its client. A program of its own, as it measures its own memory.

#![allow(clippy::unwrap_used)]

use model::settings::ServiceKind;
use model::{Direction, DomainName, Envelope, ReversePath, SessionInfo};
use smtp::{
    AcceptError, Admitted, Asked, BoxFuture, HeaderFaults, Login, Options, RcptOk, Reception, Reply, Server, Terms,
};
use spool::{BodyWriter, Spool};
use std::{
    io::{BufRead, BufReader, Write},
    net::{IpAddr, SocketAddr, TcpStream},
    sync::Arc,
};

const SESSIONS: usize = 400;

/// Takes everything and keeps nothing.
struct Sink(Spool);

impl Reception for Sink {
    fn connect(&self, _: IpAddr, _: ServiceKind) -> Result<Terms, Reply> {
        Ok(Terms::default())
    }
    fn authenticate<'a>(
        &'a self,
        _: &'a SessionInfo,
        _: ServiceKind,
        _: String,
        _: String,
    ) -> BoxFuture<'a, Result<Login, Reply>> {
        Box::pin(async { Err(Reply::WRONG_LOGIN) })
    }
    fn mail<'a>(
        &'a self,
        _: &'a SessionInfo,
        _: ServiceKind,
        _: Option<&'a Login>,
        _: &'a ReversePath,
    ) -> BoxFuture<'a, Result<Admitted, Reply>> {
        Box::pin(async { Ok(Admitted { direction: Direction::Inbound, sending: None }) })
    }
    fn rcpt<'a>(&'a self, _: Asked<'a>) -> BoxFuture<'a, Result<RcptOk, Reply>> {
        Box::pin(async { Ok(RcptOk { max_size: u64::MAX }) })
    }
    fn body(&self) -> BodyWriter {
        self.0.body()
    }
    fn accept(&self, _: Envelope, _: HeaderFaults, _: BodyWriter) -> BoxFuture<'_, Result<(), AcceptError>> {
        Box::pin(async { Ok(()) })
    }
}

/// Resident memory of this process in bytes.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1_024
}

/// Sends one message of 100 kB and then waits, so that the buffers have been large.
fn session(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    let mut replies = BufReader::with_capacity(256, stream.try_clone().unwrap()).lines();
    let mut expect = |start: &str| while !replies.next().unwrap().unwrap().starts_with(start) {};
    expect("220 ");
    (&stream).write_all(b"EHLO c.test\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<c@d.test>\r\nDATA\r\n").unwrap();
    expect("354 ");
    (&stream).write_all(&b"0123456789\r\n".repeat(8_000)).unwrap();
    (&stream).write_all(b".\r\n").unwrap();
    expect("250 2.0.0");
    stream
}

#[tokio::test]
async fn a_waiting_session_costs_less_than_10_kb() {
    let dir = tempfile::tempdir().unwrap();
    let (spool, _) = Spool::open(dir.path(), spool::Options { min_free_bytes: 0, ..Default::default() }).unwrap();
    let mut options = Options::new(DomainName::parse("mx.bar.test").unwrap());
    options.limits.sessions_per_client = 2 * SESSIONS;
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let server = Server::bind(any, ServiceKind::Inbound, Arc::new(Sink(spool)), options).unwrap();
    let address = server.local_addr();
    let open =
        move |n: usize| tokio::task::spawn_blocking(move || (0..n).map(|_| session(address)).collect::<Vec<_>>());
    let warm = open(20).await.unwrap();
    let before = resident();
    let clients = open(SESSIONS).await.unwrap();
    let each = resident().saturating_sub(before) / SESSIONS;
    println!("{each} bytes a session");
    assert_eq!(server.sessions(), warm.len() + clients.len());
    assert!(each < 10_000, "{each} bytes a session");
}
