//! `postern apply` and `postern export`: the whole configuration as one document.

use super::{CliResult, Where, block_on, log};
use crate::serve::open_service;
use clap::Args;
use model::Actor;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Apply {
    #[command(flatten)]
    at: Where,
    /// The document, in YAML; - for standard input.
    file: PathBuf,
    /// Only say what would change.
    #[arg(long)]
    dry_run: bool,
}

impl Apply {
    pub fn run(self) -> CliResult {
        log("warn");
        let config = self.at.load()?;
        let text = if self.file.as_os_str() == "-" {
            std::io::read_to_string(std::io::stdin())?
        } else {
            std::fs::read_to_string(&self.file).map_err(|e| format!("cannot read {}: {e}", self.file.display()))?
        };
        block_on(async {
            let service = open_service(&config).await?;
            let changes = service
                .apply(&Actor::system("cli"), &text, self.dry_run)
                .await
                .map_err(|e| format!("{}: {e}", self.file.display()))?;
            for change in &changes {
                println!("{change}");
            }
            match (changes.len(), self.dry_run) {
                (0, _) => println!("nothing to change"),
                (n, true) => println!("{n} changes, none made (dry run)"),
                (n, false) => println!("{n} changes made"),
            }
            Ok(ExitCode::SUCCESS)
        })?
    }
}

#[derive(Args)]
pub struct Export {
    #[command(flatten)]
    at: Where,
    /// Where to write; standard output unless given.
    file: Option<PathBuf>,
    /// With the passwords by which Postern logs in elsewhere (verifiers): for a system that does not have them yet.
    #[arg(long)]
    secrets: bool,
}

impl Export {
    pub fn run(self) -> CliResult {
        log("warn");
        let config = self.at.load()?;
        block_on(async {
            let (service, cli) = (open_service(&config).await?, Actor::system("cli"));
            let document =
                if self.secrets { service.export_with_secrets(&cli).await } else { service.export(&cli).await };
            let document = document?;
            match &self.file {
                // The document holds password hashes: for its owner's eyes only.
                Some(path) => write_private(path, document.as_bytes())
                    .map_err(|e| format!("cannot write {}: {e}", path.display()))?,
                None => print!("{document}"),
            }
            Ok(ExitCode::SUCCESS)
        })?
    }
}

fn write_private(path: &std::path::Path, data: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(data)
}
