//! `postern learn`: trains the local classifier.

use super::scan::{collect, split_mbox};
use super::{CliResult, Where, log};
use clap::Args;
use filter::Knowledge;
use filter::classifier::Local;
use message::{Limits, Parsed};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Learn {
    #[command(flatten)]
    at: Where,
    /// Files, directories or mailboxes of spam.
    #[arg(long, value_name = "PATH", required_unless_present_any = ["ham", "reset"])]
    spam: Vec<PathBuf>,
    /// The same of wanted mail.
    #[arg(long, value_name = "PATH")]
    ham: Vec<PathBuf>,
    /// Forget everything learned before.
    #[arg(long)]
    reset: bool,
}

impl Learn {
    pub fn run(self) -> CliResult {
        log("warn");
        let config = self.at.load()?;
        let knowledge = Knowledge::load(&config.data)?;
        let path = config.data.join("classifier").join("local.bin");
        let mut local = if self.reset { Local::default() } else { Local::load(&path)? };
        let (mut spam, mut ham) = (0usize, 0usize);
        for (paths, is_spam) in [(&self.spam, true), (&self.ham, false)] {
            for path in paths {
                let mut files = Vec::new();
                collect(path, &mut files)?;
                for file in files {
                    let raw = std::fs::read(&file).map_err(|e| format!("{}: {e}", file.display()))?;
                    for message in split_mbox(&raw) {
                        let parsed = Parsed::parse(bytes::Bytes::copy_from_slice(message), &Limits::default());
                        local.learn(&knowledge.model, &parsed, is_spam);
                        *(if is_spam { &mut spam } else { &mut ham }) += 1;
                    }
                }
            }
        }
        local.save(&path)?;
        println!("learned {spam} spam and {ham} ham; the running server uses it within a second");
        Ok(ExitCode::SUCCESS)
    }
}
