//! `postern load`: the load generator and the sink of the benchmark.

use super::{CliResult, log};
use clap::Args;
use demo::{load, sink};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// Bytes from which a sample is left out: it would measure copying only.
const LARGE: usize = 1_000_000;

#[derive(Args)]
pub struct Load {
    /// Play a sink on this address instead of sending; ends when standard input does.
    #[arg(long, value_name = "ADDR")]
    sink: Option<SocketAddr>,
    /// Play a DNS server for the sample domains on this address; ends when standard input does.
    #[arg(long, value_name = "ADDR")]
    dns: Option<SocketAddr>,
    /// Server to send to.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:25")]
    server: SocketAddr,
    #[arg(long, default_value_t = 20)]
    connections: usize,
    #[arg(long, default_value_t = 1000)]
    messages: usize,
    /// Messages of one connection before it is made anew; 0: all on one.
    #[arg(long, default_value_t = 0)]
    per_connection: usize,
    #[arg(long, default_value = "alice@partner.test")]
    from: String,
    #[arg(long, default_value = "bob@acme.test")]
    to: String,
    /// Bytes of each message, where no files are named.
    #[arg(long, default_value_t = 4096)]
    size: usize,
    /// Send the demo's samples of every kind in turn, but for the very large one.
    #[arg(long, conflicts_with = "files")]
    samples: bool,
    /// Messages to send, in turn.
    files: Vec<PathBuf>,
}

impl Load {
    pub fn run(self) -> CliResult {
        log("warn");
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async {
            if let Some(address) = self.dns {
                println!("dns on {}", demo::dns::start(address, demo::samples::zone()).await?);
                let mut line = String::new();
                tokio::task::spawn_blocking(move || std::io::stdin().read_line(&mut line)).await??;
                return Ok(ExitCode::SUCCESS);
            }
            if let Some(address) = self.sink {
                let sink = sink::Sink::start(address, sink::Options::default()).await?;
                println!("sink on {}", sink.address());
                let mut line = String::new();
                tokio::task::spawn_blocking(move || std::io::stdin().read_line(&mut line)).await??;
                println!("{{\"messages\":{},\"bytes\":{}}}", sink.count(), sink.bytes());
                return Ok(ExitCode::SUCCESS);
            }
            let mut bodies = Vec::new();
            for file in &self.files {
                bodies.push(crlf(&std::fs::read(file)?));
            }
            if self.samples {
                let all = demo::samples::all(&self.to, model::Timestamp::now()).into_iter();
                bodies.extend(all.map(|sample| sample.body).filter(|body| body.len() < LARGE));
            }
            if bodies.is_empty() {
                bodies.push(plain(self.size));
            }
            let options = load::Options {
                server: self.server,
                connections: self.connections,
                messages: self.messages,
                per_connection: self.per_connection,
                from: self.from,
                to: self.to,
            };
            let report = load::run(options, Arc::new(bodies)).await;
            let seconds = report.elapsed.as_secs_f64();
            println!(
                "{{\"accepted\":{},\"refused\":{},\"seconds\":{seconds:.3},\"per_second\":{:.1},\"p50_ms\":{:.2},\"p99_ms\":{:.2},\"error\":{:?}}}",
                report.accepted,
                report.refused,
                report.accepted as f64 / seconds,
                report.p50.as_secs_f64() * 1e3,
                report.p99.as_secs_f64() * 1e3,
                report.first_error.unwrap_or_default(),
            );
            Ok(if report.refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        })
    }
}

/// A plain message of about `size` bytes.
fn plain(size: usize) -> Vec<u8> {
    let mut body = b"From: Alice <alice@partner.test>\r\nTo: <bob@acme.test>\r\nSubject: Minutes\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\nMessage-ID: <load@partner.test>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n".to_vec();
    while body.len() < size {
        body.extend_from_slice(b"We talked about the delivery dates and the drawings for the second floor.\r\n");
    }
    body
}

/// Line ends as SMTP has them.
fn crlf(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len() + raw.len() / 40);
    for line in raw.split(|b| *b == b'\n') {
        out.extend(line.iter().filter(|b| **b != b'\r'));
        out.extend_from_slice(b"\r\n");
    }
    out.truncate(out.len().saturating_sub(2));
    out
}
