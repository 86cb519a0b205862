//! Which role may do what, in one table; and on whose rows.

use crate::Error;
use model::{Actor, ErrorCode, Principal, Role};
use store::Scope;

/// Every operation that a person or program can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UseCase {
    Overview,
    ListAccounts,
    AddAccount,
    ListDomains,
    AddDomain,
    EditDomain,
    ListMailboxes,
    AddMailbox,
    ListQuarantine,
    ReadMessage,
    Release,
    Delete,
    RetryQueue,
    OwnerHome,
    SetDigest,
    SendDigest,
    ReadAudit,
    Apply,
    Export,
    AddAdministrator,
    CreateToken,
    /// What the server does by itself: digests that are due, purging.
    Job,
}

impl UseCase {
    pub const ALL: &'static [UseCase] = &[
        UseCase::Overview,
        UseCase::ListAccounts,
        UseCase::AddAccount,
        UseCase::ListDomains,
        UseCase::AddDomain,
        UseCase::EditDomain,
        UseCase::ListMailboxes,
        UseCase::AddMailbox,
        UseCase::ListQuarantine,
        UseCase::ReadMessage,
        UseCase::Release,
        UseCase::Delete,
        UseCase::RetryQueue,
        UseCase::OwnerHome,
        UseCase::SetDigest,
        UseCase::SendDigest,
        UseCase::ReadAudit,
        UseCase::Apply,
        UseCase::Export,
        UseCase::AddAdministrator,
        UseCase::CreateToken,
        UseCase::Job,
    ];
}

/// The table (guide chapter 4 "Managing Administrators"). Pages ask it what to show.
pub fn permits(role: Role, what: UseCase) -> bool {
    use UseCase::*;
    match role {
        Role::System => !matches!(what, OwnerHome | SetDigest),
        Role::Account => matches!(
            what,
            Overview
                | ListAccounts
                | ListDomains
                | AddDomain
                | EditDomain
                | ListMailboxes
                | AddMailbox
                | ListQuarantine
                | ReadMessage
                | Release
                | Delete
                | SendDigest
                | ReadAudit
                | AddAdministrator
                | CreateToken
        ),
        Role::Operator => matches!(
            what,
            Overview
                | ListAccounts
                | ListDomains
                | EditDomain
                | ListMailboxes
                | AddMailbox
                | ListQuarantine
                | ReadMessage
                | Release
                | Delete
                | SendDigest
        ),
        Role::Dashboard => {
            matches!(what, Overview | ListAccounts | ListDomains | ListMailboxes | ListQuarantine | ReadMessage)
        }
        Role::Owner => {
            matches!(what, ListQuarantine | ReadMessage | Release | Delete | OwnerHome | SetDigest | SendDigest)
        }
    }
}

pub(crate) fn check(actor: &Actor, what: UseCase) -> Result<Scope, Error> {
    if !permits(actor.role, what) {
        return Err(Error::forbidden());
    }
    match (&actor.principal, actor.role) {
        (Principal::Owner { mailbox }, Role::Owner) => Ok(Scope::Mailbox(*mailbox)),
        (Principal::System, Role::System) => Ok(Scope::All),
        (Principal::Administrator { account: None, .. } | Principal::Token { account: None, .. }, Role::System) => {
            Ok(Scope::All)
        }
        (
            Principal::Administrator { account: Some(a), .. } | Principal::Token { account: Some(a), .. },
            Role::Account | Role::Operator | Role::Dashboard,
        ) => Ok(Scope::Account(*a)),
        // A role that does not fit its principal is nobody's.
        _ => Err(Error::new(ErrorCode::Forbidden, "This login belongs to no account.")),
    }
}
