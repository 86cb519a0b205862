//! The command line: parse, call `service`, print.

mod admin;
mod backup;
mod check;
mod document;
mod import;
mod learn;
mod load;
mod migrate;
mod scan;
mod token;

use crate::config::Config;
use crate::serve;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

pub type CliResult = Result<ExitCode, Box<dyn std::error::Error>>;

#[derive(Parser)]
#[command(name = "postern", version, about = "Postern, an email security gateway")]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// Which configuration and data a command works on; before or after the name of a command's own command.
#[derive(Args, Clone, Debug)]
pub struct Where {
    /// Configuration file; `postern.toml` in the current directory where it is there.
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    /// Data directory, instead of the configuration's.
    #[arg(long, value_name = "DIR", global = true)]
    data: Option<PathBuf>,
}

impl Where {
    pub fn load(&self) -> Result<Config, crate::config::ConfigError> {
        Config::load(self.config.as_deref(), self.data.as_deref())
    }

    /// The configuration file that is read, where there is one.
    pub fn file(&self) -> Option<PathBuf> {
        self.config.clone().or_else(|| Some(PathBuf::from(crate::config::FILE)).filter(|f| f.exists()))
    }
}

#[derive(Subcommand)]
enum Command {
    /// Run all services: SMTP, filter, delivery, web, digests.
    Serve {
        #[command(flatten)]
        at: Where,
        /// Also play the mail gateway and send sample mail of every kind.
        #[arg(long)]
        demo: bool,
    },
    /// Filter files, directories, mailboxes, or standard input (-), and print a verdict a line.
    Scan(scan::Scan),
    /// Train the local classifier.
    Learn(learn::Learn),
    /// Add administrators.
    Admin(admin::Admin),
    /// Make API tokens.
    Token(token::Token),
    /// Bring the configuration to what a document says.
    Apply(document::Apply),
    /// Write the configuration as a document.
    Export(document::Export),
    /// Write the whole installation to one file, also while the server runs.
    Backup(backup::Backup),
    /// Make an installation of a backup.
    Restore(backup::Restore),
    /// Take over mailboxes, domains, gateways and lists from a table, Postfix, or Proxmox Mail Gateway.
    Import(import::ImportCommand),
    /// Look whether the installation is sound, and say what to do.
    Check(check::Check),
    /// Bring the database's schema forward, or move to another database.
    Migrate(migrate::Migrate),
    /// Send messages over parallel connections and measure; play a sink. For benchmarks.
    #[command(hide = true)]
    Load(load::Load),
}

pub fn run(cli: Cli) -> CliResult {
    match cli.command {
        Command::Serve { at, demo } => serve::run(at.load()?, at.config.clone(), demo),
        Command::Scan(scan) => scan.run(),
        Command::Learn(learn) => learn.run(),
        Command::Admin(admin) => admin.run(),
        Command::Token(token) => token.run(),
        Command::Apply(apply) => apply.run(),
        Command::Export(export) => export.run(),
        Command::Backup(backup) => backup.run(),
        Command::Restore(restore) => restore.run(),
        Command::Import(import) => import.run(),
        Command::Check(check) => check.run(),
        Command::Migrate(migrate) => migrate.run(),
        Command::Load(load) => load.run(),
    }
}

/// Logs to standard error; `RUST_LOG` chooses what.
pub fn log(default: &str) {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let _ =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).try_init();
}

/// A small runtime for commands that only talk to the database.
pub fn block_on<T>(work: impl std::future::Future<Output = T>) -> std::io::Result<T> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work))
}

/// The account that a command names.
pub async fn account_named(
    service: &service::Service,
    name: Option<&str>,
) -> Result<Option<model::AccountId>, Box<dyn std::error::Error>> {
    let Some(name) = name else { return Ok(None) };
    let query = model::view::ListQuery { q: name.to_owned(), per_page: 500, ..Default::default() };
    let found = service.accounts(&model::Actor::system("cli"), &query).await?;
    let account = found.rows.iter().find(|row| row.name == name);
    Ok(Some(account.ok_or_else(|| format!("there is no account {name:?}"))?.id))
}
