//! `postern`: the one program. It serves the web, the SMTP filter and the digest mailer, and has the commands by which
//! the command line works on the same data.

mod cli;
mod config;
mod demo_run;
mod jobs;
mod listeners;
mod ops;
mod serve;
mod site;

use clap::Parser;
use std::process::ExitCode;

/// It gives memory back after a burst of large messages, where others keep it (docs/performance.md).
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let result = cli::run(cli);
    match result {
        Ok(code) => code,
        Err(error) => {
            // The last line that whoever started us sees: what was being done, to what, and why not.
            eprintln!("postern: {error}");
            ExitCode::FAILURE
        }
    }
}
