//! `postern admin add`.

use super::{CliResult, Where, account_named, block_on, log};
use crate::serve::open_service;
use clap::{Args, Subcommand, ValueEnum};
use model::{Actor, EmailAddress, Role};
use service::NewAdministrator;
use std::process::ExitCode;

#[derive(Args)]
pub struct Admin {
    #[command(flatten)]
    at: Where,
    #[command(subcommand)]
    command: AdminCommand,
}

#[derive(Subcommand)]
enum AdminCommand {
    /// Add an administrator, or set the password of one.
    Add(Add),
}

#[derive(Args)]
struct Add {
    email: EmailAddress,
    #[arg(long)]
    role: RoleName,
    /// The account that roles other than system are for.
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// Read the password from standard input instead of the terminal.
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum RoleName {
    System,
    Account,
    Operator,
    Dashboard,
}

impl Admin {
    pub fn run(self) -> CliResult {
        log("warn");
        let AdminCommand::Add(add) = self.command;
        let config = self.at.load()?;
        let role = match add.role {
            RoleName::System => Role::System,
            RoleName::Account => Role::Account,
            RoleName::Operator => Role::Operator,
            RoleName::Dashboard => Role::Dashboard,
        };
        let password = if add.password_stdin {
            let mut line = String::new();
            std::io::stdin().read_line(&mut line)?;
            line.trim_end_matches(['\r', '\n']).to_owned()
        } else {
            rpassword::prompt_password(format!("Password for {}: ", add.email))?
        };
        block_on(async {
            let service = open_service(&config).await?;
            let account = account_named(&service, add.account.as_deref()).await?;
            service
                .add_administrator(
                    &Actor::system("cli"),
                    &NewAdministrator { email: add.email.to_string(), role, account, password: Some(password) },
                )
                .await?;
            println!("{} is {}", add.email, role.label());
            Ok(ExitCode::SUCCESS)
        })?
    }
}
