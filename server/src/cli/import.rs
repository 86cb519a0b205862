//! `postern import`: what other systems export, as one change (docs/import.md).

use super::{CliResult, Where, block_on, log};
use crate::serve::open_service;
use clap::{Args, Subcommand};
use model::{Actor, DomainName, HostPort};
use service::import::{Import, Into, Source, Tables, csv, pmg, postfix};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct ImportCommand {
    #[command(flatten)]
    at: Where,
    #[command(subcommand)]
    from: From,
}

#[derive(Args)]
struct To {
    /// The account that it goes to; it is made where it is not there.
    #[arg(long, value_name = "NAME")]
    account: String,
    /// Gateway of new domains for which the source names none; may be given several times.
    #[arg(long, value_name = "HOST[:PORT]")]
    gateway: Vec<HostPort>,
    /// Only say what would change.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Subcommand)]
enum From {
    /// Mailboxes from comma-separated values: address, aliases, state, password.
    Csv {
        file: PathBuf,
        #[command(flatten)]
        to: To,
        /// Domain of names without @.
        #[arg(long)]
        domain: Option<DomainName>,
    },
    /// Domains, gateways, mailboxes and aliases from Postfix's tables, as text.
    Postfix {
        #[command(flatten)]
        to: To,
        /// relay_domains
        #[arg(long, value_name = "FILE")]
        relay_domains: Option<PathBuf>,
        /// transport_maps
        #[arg(long, value_name = "FILE")]
        transport: Option<PathBuf>,
        /// relay_recipient_maps
        #[arg(long, value_name = "FILE")]
        relay_recipients: Option<PathBuf>,
        /// virtual_alias_maps
        #[arg(long = "virtual", value_name = "FILE")]
        virtual_aliases: Option<PathBuf>,
    },
    /// Domains, gateways, networks and lists from Proxmox Mail Gateway: files of /etc/pmg, and JSON of pmgsh.
    Pmg {
        /// Files, or directories of them.
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        #[command(flatten)]
        to: To,
    },
}

type AnyError = Box<dyn std::error::Error>;

impl ImportCommand {
    pub fn run(self) -> CliResult {
        log("warn");
        let config = self.at.load()?;
        let (to, import) = read(self.from)?;
        let mut err = std::io::stderr().lock();
        for left_out in &import.left_out {
            writeln!(err, "left out: {left_out}")?;
        }
        let nothing = import.document.accounts.is_empty() && !import.left_out.is_empty();
        let changes = block_on(async {
            let service = open_service(&config).await?;
            let changes = service.apply_document(&Actor::system("cli"), import.document, to.dry_run).await?;
            Ok::<_, AnyError>(changes)
        })??;
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        for change in &changes {
            writeln!(out, "{change}")?;
        }
        let done = if to.dry_run { "none made (dry run)" } else { "made" };
        writeln!(out, "{} changes, {done}; {} left out", changes.len(), import.left_out.len())?;
        out.flush()?;
        // Nothing of it was understood.
        Ok(if nothing { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

fn read(from: From) -> Result<(To, Import), AnyError> {
    Ok(match from {
        From::Csv { file, to, domain } => {
            let file = text(&file)?;
            let import = csv(source(&file), domain.as_ref(), &into(&to))?;
            (to, import)
        }
        From::Postfix { to, relay_domains, transport, relay_recipients, virtual_aliases } => {
            let files = [relay_domains, transport, relay_recipients, virtual_aliases];
            if files.iter().all(Option::is_none) {
                return Err(
                    "name at least one table: --relay-domains, --transport, --relay-recipients, --virtual".into()
                );
            }
            let files: Vec<Option<(String, String)>> =
                files.iter().map(|f| f.as_deref().map(text).transpose()).collect::<Result<_, _>>()?;
            let table = |n: usize| files.get(n).and_then(Option::as_ref).map(source);
            let tables = Tables {
                relay_domains: table(0),
                transport: table(1),
                relay_recipients: table(2),
                virtual_aliases: table(3),
            };
            let import = postfix(&tables, &into(&to));
            (to, import)
        }
        From::Pmg { paths, to } => {
            let mut files = Vec::new();
            for path in &paths {
                if path.is_dir() {
                    let mut names: Vec<PathBuf> = std::fs::read_dir(path)
                        .map_err(|e| format!("{}: {e}", path.display()))?
                        .map(|entry| entry.map(|e| e.path()))
                        .collect::<Result<_, _>>()?;
                    names.sort();
                    // Of a directory only what has a known name: /etc/pmg holds keys and templates too.
                    for name in names.iter().filter(|n| n.is_file() && service::import::is_of_pmg(&n.to_string_lossy()))
                    {
                        files.push(text(name)?);
                    }
                } else {
                    files.push(text(path)?);
                }
            }
            let sources: Vec<Source<'_>> = files.iter().map(source).collect();
            let import = pmg(&sources, &into(&to))?;
            (to, import)
        }
    })
}

/// A file's name and content. What is not UTF-8 is left out where it stands, not refused.
fn text(path: &Path) -> Result<(String, String), AnyError> {
    let name = path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
    let bytes = std::fs::read(path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
    Ok((name, String::from_utf8_lossy(&bytes).into_owned()))
}

fn source(file: &(String, String)) -> Source<'_> {
    Source { name: &file.0, text: &file.1 }
}

fn into(to: &To) -> Into<'_> {
    Into { account: &to.account, gateways: to.gateway.clone() }
}
