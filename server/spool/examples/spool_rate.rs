//! How many messages of 4 KB the spool accepts in a second: `cargo run --release -p postern-spool --example
//! spool_rate -- [directory] [seconds]`. The directory should be on the disk that the spool will have.

use model::{Direction, Envelope, MessageId, Recipient, SessionInfo, Timestamp};
use spool::{Options, Spool};
use std::{
    error::Error,
    path::{Path, PathBuf},
    sync::Arc,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

const BODY: usize = 4_096;

fn envelope(n: u64) -> Result<Envelope, model::AddressError> {
    let id = MessageId::new(Timestamp::now(), n.into());
    Ok(Envelope {
        id,
        received: id.time(),
        direction: Direction::Inbound,
        session: SessionInfo {
            client_ip: [192, 0, 2, 1].into(),
            client_port: 4_000,
            helo: "mail.example.test".into(),
            esmtp: true,
            tls: Some("TLSv1.3 TLS13_AES_256_GCM_SHA384".into()),
            authenticated: None,
        },
        return_path: Some(model::EmailAddress::parse("alice@example.test")?),
        recipients: vec![Recipient {
            address: model::EmailAddress::parse("bob@acme.test")?,
            orcpt: None,
            notify: model::Notify::default(),
        }],
        eight_bit: false,
        smtputf8: false,
        return_headers_only: false,
        envid: None,
        size: 0,
        tls_wish: model::TlsWish::Usual,
        sending: None,
    })
}

type Failed = Box<dyn Error + Send + Sync>;

async fn session(spool: Spool, numbers: Arc<AtomicU64>, until: Instant, whole_life: bool) -> Result<u64, Failed> {
    let body = vec![b'x'; BODY];
    let mut count = 0;
    while Instant::now() < until {
        let mut writer = spool.body();
        writer.write(&body).await?;
        let envelope = envelope(numbers.fetch_add(1, Ordering::Relaxed))?;
        let entry = spool.accept(envelope, writer, Vec::new()).await?;
        if whole_life {
            spool.read(entry.id).await?;
            spool.update(entry.id, vec![0; 200]).await?;
            spool.finish(entry.id).await?;
        }
        count += 1;
    }
    Ok(count)
}

async fn run(dir: &Path, sessions: usize, seconds: u64, whole_life: bool) -> Result<(), Failed> {
    let (spool, _) = Spool::open(dir, Options::default())?;
    let numbers = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    let until = began + Duration::from_secs(seconds);
    let tasks: Vec<_> =
        (0..sessions).map(|_| tokio::spawn(session(spool.clone(), numbers.clone(), until, whole_life))).collect();
    let mut count = 0;
    for task in tasks {
        count += task.await??;
    }
    let took = began.elapsed().as_secs_f64();
    let what = if whole_life { "accept, read, update, finish" } else { "accept" };
    println!("{sessions:>4} sessions, {what}: {:>8.0} messages/s", count as f64 / took);
    spool.close().await;
    if !whole_life && sessions == 50 {
        let began = Instant::now();
        let (spool, entries) = Spool::open(dir, Options::default())?;
        let (bytes, took) = (spool.stats().log_bytes, began.elapsed().as_secs_f64());
        println!("recovery of {} messages, {} MiB: {took:.2} s", entries.len(), bytes >> 20);
        spool.close().await;
    }
    std::fs::remove_dir_all(dir)?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let mut arguments = std::env::args().skip(1);
    let dir = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let seconds = arguments.next().map_or(Ok(3), |s| s.parse())?;
    let dir = dir.join(format!("spool-rate-{}", std::process::id()));
    for whole_life in [false, true] {
        for sessions in [1, 10, 50, 500] {
            run(&dir, sessions, seconds, whole_life).await?;
        }
    }
    Ok(())
}
