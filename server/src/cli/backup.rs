//! `postern backup` and `postern restore`: the whole installation as one file, and back (docs/backup.md).

use super::{CliResult, Where, block_on, log};
use crate::config::Config;
use backup::{Identity, Installation};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Backup {
    #[command(flatten)]
    at: Where,
    /// Where to write; it appears when it is whole, readable by its owner only. It holds all keys.
    file: PathBuf,
}

impl Backup {
    pub fn run(self) -> CliResult {
        log("warn");
        let config = self.at.load()?;
        let installation = installation(&self.at, &config)?;
        let identity = Identity {
            version: env!("CARGO_PKG_VERSION").into(),
            hostname: config.hostname.clone(),
            node: config.node.clone(),
        };
        let created = block_on(backup::create(&installation, &self.file, identity, &mut say))??;
        for path in &created.skipped {
            eprintln!("postern: left out: {} is not a plain file with a plain name", path.display());
        }
        if created.damaged > 0 {
            eprintln!(
                "postern: {} stretches of the spool cannot be read; what is in them is not in the backup",
                created.damaged
            );
        }
        if !created.missing.is_empty() {
            eprintln!(
                "postern: {} held messages have no body in the vault; see `postern check`",
                created.missing.len()
            );
        }
        println!("{}: {} bytes, {} members", self.file.display(), created.size, created.manifest.members.len());
        Ok(ExitCode::SUCCESS)
    }
}

#[derive(Args)]
pub struct Restore {
    #[command(flatten)]
    at: Where,
    /// The backup.
    file: PathBuf,
    /// Also where something is already. Files are put aside; a database on a PostgreSQL server is replaced.
    #[arg(long)]
    force: bool,
    /// Leave out messages that were waiting for delivery: where the old machine has gone on, it delivers them.
    #[arg(long)]
    without_queue: bool,
}

impl Restore {
    pub fn run(self) -> CliResult {
        log("warn");
        let config = self.at.load()?;
        let installation = installation(&self.at, &config)?;
        let options = backup::Options { force: self.force, without_queue: self.without_queue };
        let restored = block_on(backup::restore(&installation, &self.file, options, &mut say))??;
        if restored.settled > 0 {
            println!("{} messages of the spool had been delivered, and are not queued again", restored.settled);
        }
        if self.without_queue && restored.manifest.queued > 0 {
            println!("{} messages of the spool were left out", restored.manifest.queued);
        }
        if let Some(aside) = restored.aside {
            println!("what was there before is in {}", aside.display());
        }
        println!(
            "restored: {} as it was at {}; start it with `postern serve`",
            restored.manifest.hostname,
            restored.manifest.created.rfc3339()
        );
        Ok(ExitCode::SUCCESS)
    }
}

/// A line for each step, at once, also where the output is no terminal.
pub(super) fn say(step: &str) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{step}").and_then(|()| out.flush());
}

pub(super) fn installation(at: &Where, config: &Config) -> Result<Installation, crate::config::ConfigError> {
    Ok(Installation { data: config.data.clone(), database: config.target()?, configuration: at.file() })
}
