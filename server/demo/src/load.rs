//! A load generator: sends messages over parallel connections and tells how long each took to be accepted.

use crate::client::{Client, ClientError};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

#[derive(Debug, Clone)]
pub struct Options {
    pub server: SocketAddr,
    pub connections: usize,
    pub messages: usize,
    /// Messages of one connection before it is made anew; 0: all on one.
    pub per_connection: usize,
    pub from: String,
    pub to: String,
}

/// What a run came to.
#[derive(Debug, Clone)]
pub struct Report {
    pub accepted: usize,
    pub refused: usize,
    pub elapsed: Duration,
    /// From MAIL to the 250 after the dot.
    pub p50: Duration,
    pub p99: Duration,
    pub first_error: Option<String>,
}

/// Sends `options.messages`, taking the bodies in turn.
pub async fn run(options: Options, bodies: Arc<Vec<Vec<u8>>>) -> Report {
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let mut tasks = Vec::new();
    for _ in 0..options.connections.max(1) {
        let (options, bodies, next) = (options.clone(), bodies.clone(), next.clone());
        tasks.push(tokio::spawn(async move {
            let (mut times, mut refused, mut first) = (Vec::new(), 0usize, None);
            let mut client: Option<Client> = None;
            let mut used = 0;
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= options.messages || bodies.is_empty() {
                    break;
                }
                if let Err(error) = one(&mut client, &mut used, &options, &bodies[n % bodies.len()], &mut times).await {
                    refused += 1;
                    first.get_or_insert_with(|| error.to_string());
                    client = None;
                }
            }
            if let Some(client) = client {
                let _ = client.quit().await;
            }
            (times, refused, first)
        }));
    }
    let (mut times, mut refused, mut first_error) = (Vec::new(), 0, None);
    for task in tasks {
        if let Ok((t, r, f)) = task.await {
            times.extend(t);
            refused += r;
            first_error = first_error.or(f);
        }
    }
    let elapsed = started.elapsed();
    times.sort_unstable();
    let at = |q: usize| times.get(times.len().saturating_sub(1) * q / 100).copied().unwrap_or_default();
    Report { accepted: times.len(), refused, elapsed, p50: at(50), p99: at(99), first_error }
}

async fn one(
    client: &mut Option<Client>,
    used: &mut usize,
    options: &Options,
    body: &[u8],
    times: &mut Vec<Duration>,
) -> Result<(), ClientError> {
    if options.per_connection > 0
        && *used >= options.per_connection
        && let Some(old) = client.take()
    {
        let _ = old.quit().await;
    }
    let open = match client {
        Some(open) => open,
        None => {
            *used = 0;
            client.insert(Client::connect(options.server, "load.postern.test").await?)
        }
    };
    let started = Instant::now();
    open.send(&options.from, &[&options.to], body).await?;
    times.push(started.elapsed());
    *used += 1;
    Ok(())
}
