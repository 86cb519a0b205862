//! `postern-fuzz TARGET SECONDS [SEED]`: mutations of the seeds for so long. An input that breaks something, or takes a second, is written to
//! `fuzz/artifacts/`.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use fuzz::{Mutator, TARGETS, target};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |i: usize| words.get(i).and_then(|w| w.parse::<u64>().ok());
    let (Some(target), Some(seconds)) = (words.first().and_then(|name| target(name)), number(1)) else {
        let names: Vec<_> = TARGETS.iter().map(|t| t.name).collect();
        eprintln!("postern-fuzz TARGET SECONDS [SEED]; targets: {}", names.join(" "));
        return ExitCode::from(2);
    };
    let seeds = fuzz::seeds(target.name);
    let mut mutator = Mutator::new(number(2).unwrap_or(1));
    let end = Instant::now() + Duration::from_secs(seconds);
    let (mut tried, mut slowest) = (0_u64, Duration::ZERO);
    while Instant::now() < end {
        let input = mutator.next(&seeds);
        let began = Instant::now();
        let outcome = std::panic::catch_unwind(|| (target.run)(&input));
        let took = began.elapsed();
        slowest = slowest.max(took);
        tried += 1;
        if outcome.is_err() || took > Duration::from_secs(1) {
            let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/artifacts").join(target.name);
            let file = directory.join(format!("{tried:016x}"));
            if let Err(error) = std::fs::create_dir_all(&directory).and_then(|()| std::fs::write(&file, &input)) {
                eprintln!("{}: {error}", file.display());
            }
            eprintln!("{} fails, or takes {took:?}: {}", target.name, file.display());
            return ExitCode::FAILURE;
        }
    }
    println!("{}: {tried} inputs, the slowest took {slowest:?}", target.name);
    ExitCode::SUCCESS
}
