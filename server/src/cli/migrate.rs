//! `postern migrate`: brings the schema forward, or moves the installation to another database.

use super::backup::say;
use super::{CliResult, Where, block_on, log};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;
use store::{Store, Target, dump};

#[derive(Args)]
pub struct Migrate {
    #[command(flatten)]
    at: Where,
    /// Copy everything to this database, which must be empty: "sqlite" or postgres://…
    #[arg(long, value_name = "DATABASE")]
    to: Option<String>,
}

impl Migrate {
    pub fn run(self) -> CliResult {
        log("warn");
        let config = self.at.load()?;
        crate::serve::ready_data(&config)?;
        let from = config.target()?;
        block_on(async {
            match &self.to {
                None => forward(&from).await,
                Some(to) => self.transfer(&config, &from, to).await,
            }
        })?
    }

    async fn transfer(&self, config: &crate::config::Config, from: &Target, to: &str) -> CliResult {
        if spool::in_use(&config.data.join("spool"))? {
            return Err(format!("a server runs on {}: stop it first", config.data.display()).into());
        }
        let target = Target::parse(to, &config.data)?;
        let moved = match &target {
            Target::Sqlite(data) => to_file(from, data).await?,
            Target::Postgres(_) => backup::transfer(from, &target, &mut say).await?,
        };
        println!(
            "{} rows of {} tables are in {target}, and read back the same; nothing was taken out of {from}.\n\
             Now set `database` in the configuration to it, and start the server.",
            moved.rows, moved.tables
        );
        Ok(ExitCode::SUCCESS)
    }
}

/// The file gets its name when it is whole.
async fn to_file(from: &Target, data: &std::path::Path) -> Result<backup::Moved, Box<dyn std::error::Error>> {
    let path = data.join(store::FILE);
    if path.exists() {
        return Err(format!("{} is there already: move it away first", path.display()).into());
    }
    let making: PathBuf = data.join("migrating");
    if making.exists() {
        std::fs::remove_dir_all(&making)?;
    }
    std::fs::create_dir(&making)?;
    let moved = backup::transfer(from, &Target::Sqlite(making.clone()), &mut say).await?;
    let made = making.join(store::FILE);
    std::fs::File::open(&made)?.sync_all()?;
    std::fs::rename(&made, &path)?;
    std::fs::File::open(data)?.sync_all()?;
    std::fs::remove_dir_all(&making)?;
    Ok(moved)
}

async fn forward(target: &Target) -> CliResult {
    let before = match Store::connect_unchanged(target).await {
        Ok(store) => {
            let version = dump::version(&mut *store.begin_read().await?).await?;
            store.close().await;
            version
        }
        Err(store::Error::Absent(_)) => 0,
        Err(error) => return Err(error.into()),
    };
    let store = Store::connect(target).await?;
    let after = dump::version(&mut store.read().await?).await?;
    store.close().await;
    match before == after {
        true => println!("{target} has schema {after}, the newest"),
        false => println!("{target}: schema {before} → {after}"),
    }
    Ok(ExitCode::SUCCESS)
}
