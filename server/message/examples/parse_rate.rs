//! Parses every file below a directory as a message, and says how fast: `cargo run --release -p postern-message --example
//! parse_rate -- DIR [ROUNDS]`. The slowest messages are named, as they show what is not linear.

use bytes::Bytes;
use message::{AnomalyKind, Limits, Parsed};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let Some(dir) = arguments.next() else {
        eprintln!("usage: parse_rate DIR [ROUNDS]");
        return Ok(());
    };
    let rounds: usize = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(1);
    let mut files = Vec::new();
    collect(Path::new(&dir), &mut files)?;
    let messages: Vec<Bytes> = files.iter().map(|f| std::fs::read(f).map(Bytes::from)).collect::<Result<_, _>>()?;
    let bytes: usize = messages.iter().map(Bytes::len).sum();
    let limits = Limits::default();
    let (mut attachments, mut limited) = (0, 0);
    let mut anomalies: BTreeMap<AnomalyKind, usize> = BTreeMap::new();
    let mut slowest: Vec<(Duration, usize)> = Vec::new();
    let start = Instant::now();
    for _ in 0..rounds {
        for (i, raw) in messages.iter().enumerate() {
            let begun = Instant::now();
            let parsed = Parsed::parse(raw.clone(), &limits);
            attachments += parsed.attachments.len();
            for anomaly in &parsed.anomalies {
                *anomalies.entry(anomaly.kind).or_default() += 1;
            }
            limited += usize::from(!parsed.limits_hit.is_empty());
            slowest.push((begun.elapsed(), i));
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let count = messages.len() * rounds;
    println!(
        "{count} messages, {:.1} MB in {seconds:.2} s: {:.1} MB/s, {:.0} messages/s",
        (bytes * rounds) as f64 / 1e6,
        (bytes * rounds) as f64 / 1e6 / seconds,
        count as f64 / seconds
    );
    println!("{attachments} attachments, {limited} messages with a limit hit, anomalies {anomalies:?}");
    slowest.sort_by(|a, b| b.cmp(a));
    for (took, i) in slowest.into_iter().take(5) {
        println!("{took:>10.1?}  {:>9} bytes  {}", messages[i].len(), files[i].display());
    }
    Ok(())
}

fn collect(dir: &Path, out: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, out)?;
        } else if path.is_file() {
            out.push(path);
        }
    }
    out.sort();
    Ok(())
}
