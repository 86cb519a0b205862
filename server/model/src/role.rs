//! Who acts, and as what (guide chapter 4 "Managing Administrators").

use crate::{AccountId, AdministratorId, EmailAddress, MailboxId};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Full rights to the system.
    System,
    /// Full rights to all domains of one account.
    Account,
    /// Domain settings and mailboxes of one account, no roles.
    Operator,
    /// Looks at mailboxes and reports of one account, changes nothing.
    Dashboard,
    /// A mailbox owner, in their own mailbox.
    Owner,
}

impl Role {
    pub const ALL: &'static [Role] = &[Role::System, Role::Account, Role::Operator, Role::Dashboard, Role::Owner];

    pub fn label(self) -> &'static str {
        match self {
            Role::System => "System Administrator",
            Role::Account => "Account Administrator",
            Role::Operator => "Account Operator",
            Role::Dashboard => "Dashboard Operator",
            Role::Owner => "Mailbox owner",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Principal {
    Administrator {
        id: AdministratorId,
        account: Option<AccountId>,
    },
    Owner {
        mailbox: MailboxId,
    },
    /// A program with an API token; without an account, of the whole system.
    Token {
        id: i64,
        account: Option<AccountId>,
        /// What it may do, in the words of `service::TOKEN_SCOPES`.
        scopes: Vec<String>,
    },
    /// The product itself: jobs and the command line.
    System,
}

/// Who asks for an operation; every use case takes one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub principal: Principal,
    pub role: Role,
    /// Name in the audit trail: an address, or `system`.
    pub name: String,
    /// Where from, for the audit trail: an address, `cli` or `job`.
    pub origin: String,
}

impl Actor {
    pub fn system(origin: &str) -> Self {
        Actor { principal: Principal::System, role: Role::System, name: "system".into(), origin: origin.into() }
    }
    pub fn is_administrator(&self) -> bool {
        self.role != Role::Owner
    }
    pub fn email(&self) -> Option<EmailAddress> {
        self.name.parse().ok()
    }
}
