//! `postern check`: whether the installation is sound, a line a check, with what to do.

mod bodies;
mod certificate;
mod database;
mod files;
mod finding;
mod network;
mod spool;

use super::{CliResult, Where, block_on, log};
use crate::config::Config;
use clap::Args;
use finding::{Finding, Level};
use std::process::ExitCode;

#[derive(Args)]
pub struct Check {
    #[command(flatten)]
    at: Where,
    /// One JSON document.
    #[arg(long)]
    json: bool,
    /// Remove bodies that no row names, and mark held messages deleted whose body is gone. Nothing else is changed.
    #[arg(long)]
    repair: bool,
    /// Read and decrypt every body instead of a sample.
    #[arg(long)]
    all_bodies: bool,
}

impl Check {
    pub fn run(self) -> CliResult {
        log("error");
        let mut findings = Vec::new();
        match self.at.load() {
            Err(error) => findings.push(Finding::fail("configuration", error, "correct the configuration")),
            Ok(config) => {
                let file = self.at.file();
                findings.push(configuration(&config, file.as_deref()));
                findings.extend(block_on(self.all(&config, file.as_deref()))?);
            }
        }
        self.print(&findings)?;
        let failed = findings.iter().any(|f| f.level == Level::Fail);
        Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }

    async fn all(&self, config: &Config, file: Option<&std::path::Path>) -> Vec<Finding> {
        let mut out = Vec::new();
        if let Some(why) = backup::unfinished(&config.data) {
            out.push(Finding::fail("restore", why, "do as it says"));
            return out;
        }
        out.extend(files::check(config, file));
        out.extend(database::check(config).await);
        out.extend(bodies::check(config, self.repair, self.all_bodies).await);
        out.push(spool::check(config));
        out.push(certificate::check(config));
        out.push(network::dns(config).await);
        out.push(network::clamd(config).await);
        out
    }

    fn print(&self, findings: &[Finding]) -> std::io::Result<()> {
        use std::io::Write;
        let mut out = std::io::stdout().lock();
        if self.json {
            let ok = findings.iter().all(|f| f.level != Level::Fail);
            return writeln!(out, "{:#}", serde_json::json!({ "ok": ok, "checks": findings }));
        }
        for finding in findings {
            writeln!(out, "{finding}")?;
        }
        Ok(())
    }
}

fn configuration(config: &Config, file: Option<&std::path::Path>) -> Finding {
    const NAME: &str = "configuration";
    let from = file.map_or_else(|| "defaults and environment".to_owned(), |f| f.display().to_string());
    let insecure = config.http.url.starts_with("http://");
    let local = config.http_listen().is_ok_and(|a| a.ip().is_loopback());
    if insecure && !local {
        return Finding::warn(
            NAME,
            format!("{from}: http.url is {}: logins cross the network unencrypted", config.http.url),
            "put a TLS proxy before it and set http.url to https://…",
        );
    }
    Finding::ok(NAME, format!("{from} is read"))
}
