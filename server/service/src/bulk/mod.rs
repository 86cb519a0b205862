//! Bulk operations (guide chapter 12): one change to many domains, outbound IPs or mailboxes, and adding many mailboxes
//! from pasted text (chapter 8).
//!
//! Asking for one finds its objects and writes them down in pieces; the server works the pieces off one after another,
//! each in one transaction together with its progress, so that an operation goes on where it was after a crash, and no
//! object is changed twice. What fails is named with its reason and holds up nothing else. Whoever asked must still be
//! permitted when it runs.

mod change;
mod import;
mod list;
mod run;
mod start;

pub use import::{IMPORT_BYTES, IMPORT_LINES, ImportCheck};
pub use list::BulkJob;
pub use start::{BulkChange, BulkSelection};

use crate::{Error, Service};
use model::{Actor, DomainId, Principal, Role};
use serde::{Deserialize, Serialize};
use store::Connection;

/// What an operation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BulkOf {
    Domains,
    OutboundIps,
    Mailboxes,
}

impl BulkOf {
    pub fn as_str(self) -> &'static str {
        match self {
            BulkOf::Domains => "domains",
            BulkOf::OutboundIps => "outbound_ips",
            BulkOf::Mailboxes => "mailboxes",
        }
    }
    fn stored(self) -> store::bulk::Of {
        match self {
            BulkOf::Domains => store::bulk::Of::Domains,
            BulkOf::OutboundIps => store::bulk::Of::OutboundIps,
            BulkOf::Mailboxes => store::bulk::Of::Mailboxes,
        }
    }
}

/// What is stored of a request, beside its pieces.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Request {
    by: By,
    origin: String,
    work: Work,
}

/// Who asked.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum By {
    System,
    Administrator(i64),
    Token(i64),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Work {
    /// Pieces: lists of ids.
    Change { of: BulkOf, change: Box<BulkChange> },
    /// Pieces: lines with the number of their first.
    Import { domain: DomainId },
}

impl By {
    fn of(actor: &Actor) -> Result<By, Error> {
        match actor.principal {
            Principal::System => Ok(By::System),
            Principal::Administrator { id, .. } => Ok(By::Administrator(id.0)),
            Principal::Token { id, .. } => Ok(By::Token(id)),
            Principal::Owner { .. } => Err(Error::forbidden()),
        }
    }
}

impl Service {
    /// Whoever asked, as they are now; None where they may do nothing any more.
    async fn requester(&self, c: &mut Connection, request: &Request) -> Result<Option<Actor>, Error> {
        let origin = request.origin.clone();
        Ok(match request.by {
            By::System => Some(Actor::system(&origin)),
            By::Administrator(id) => {
                let found = store::administrator::get(c, model::AdministratorId(id)).await?.filter(|a| a.active);
                found.map(|a| Actor {
                    principal: Principal::Administrator { id: a.id, account: a.account },
                    role: a.role,
                    name: a.email.to_string(),
                    origin,
                })
            }
            By::Token(id) => {
                let found = store::token::by_id(c, id).await?.filter(|t| t.revoked.is_none());
                found.map(|t| Actor {
                    role: if t.account.is_some() { Role::Account } else { Role::System },
                    name: format!("token {}", t.name),
                    principal: Principal::Token { id: t.id, account: t.account, scopes: t.scopes },
                    origin,
                })
            }
        })
    }
}
