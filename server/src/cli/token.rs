//! `postern token create`.

use super::{CliResult, Where, account_named, block_on, log};
use crate::serve::open_service;
use clap::{Args, Subcommand};
use model::Actor;
use std::process::ExitCode;

#[derive(Args)]
pub struct Token {
    #[command(flatten)]
    at: Where,
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Subcommand)]
enum TokenCommand {
    /// Make an API token; it is printed once and kept only as a hash.
    Create(Create),
}

#[derive(Args)]
struct Create {
    #[arg(long)]
    name: String,
    /// What the token may do; everything unless given.
    #[arg(long)]
    scope: Vec<String>,
    /// Only this account.
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
}

impl Token {
    pub fn run(self) -> CliResult {
        log("warn");
        let TokenCommand::Create(create) = self.command;
        let config = self.at.load()?;
        block_on(async {
            let service = open_service(&config).await?;
            let account = account_named(&service, create.account.as_deref()).await?;
            let token = service.create_token(&Actor::system("cli"), &create.name, &create.scope, account).await?;
            println!("{token}");
            Ok(ExitCode::SUCCESS)
        })?
    }
}
