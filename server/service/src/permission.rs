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
    EditAccount,
    DeleteAccount,
    ListDomains,
    AddDomain,
    EditDomain,
    MoveDomain,
    DeleteDomain,
    ListMailboxes,
    AddMailbox,
    EditMailbox,
    DeleteMailbox,
    ListGroups,
    AddGroup,
    EditGroup,
    DeleteGroup,
    ListBrands,
    AddBrand,
    EditBrand,
    DeleteBrand,
    ListOutbound,
    AddOutbound,
    EditOutbound,
    MoveOutbound,
    DeleteOutbound,
    ListMessages,
    ListQuarantine,
    ReadMessage,
    Release,
    Delete,
    ViewQueue,
    RetryQueue,
    OwnerHome,
    SetDigest,
    SendDigest,
    ReadAudit,
    Apply,
    Export,
    ReadSettings,
    EditSettings,
    /// Of an account and its defaults, and of the system.
    EditAccountSettings,
    ListAdministrators,
    AddAdministrator,
    EditAdministrator,
    DeleteAdministrator,
    ListTokens,
    CreateToken,
    RevokeToken,
    ListBulk,
    /// What it does needs the role for it too.
    StartBulk,
    StopBulk,
    /// One's own.
    ChangePassword,
    /// To see and end one's own.
    OwnSessions,
    ListRelayUsers,
    AddRelayUser,
    EditRelayUser,
    DeleteRelayUser,
    ListVerifiers,
    AddVerifier,
    EditVerifier,
    DeleteVerifier,
    ListContentFilters,
    AddContentFilter,
    EditContentFilter,
    DeleteContentFilter,
    ListNotifications,
    AddNotification,
    EditNotification,
    DeleteNotification,
    /// What the server does by itself: digests that are due, purging.
    Job,
}

impl UseCase {
    pub const ALL: &'static [UseCase] = &[
        UseCase::Overview,
        UseCase::ListAccounts,
        UseCase::AddAccount,
        UseCase::EditAccount,
        UseCase::DeleteAccount,
        UseCase::ListDomains,
        UseCase::AddDomain,
        UseCase::EditDomain,
        UseCase::MoveDomain,
        UseCase::DeleteDomain,
        UseCase::ListMailboxes,
        UseCase::AddMailbox,
        UseCase::EditMailbox,
        UseCase::DeleteMailbox,
        UseCase::ListGroups,
        UseCase::AddGroup,
        UseCase::EditGroup,
        UseCase::DeleteGroup,
        UseCase::ListBrands,
        UseCase::AddBrand,
        UseCase::EditBrand,
        UseCase::DeleteBrand,
        UseCase::ListOutbound,
        UseCase::AddOutbound,
        UseCase::EditOutbound,
        UseCase::MoveOutbound,
        UseCase::DeleteOutbound,
        UseCase::ListMessages,
        UseCase::ListQuarantine,
        UseCase::ReadMessage,
        UseCase::Release,
        UseCase::Delete,
        UseCase::ViewQueue,
        UseCase::RetryQueue,
        UseCase::OwnerHome,
        UseCase::SetDigest,
        UseCase::SendDigest,
        UseCase::ReadAudit,
        UseCase::Apply,
        UseCase::Export,
        UseCase::ReadSettings,
        UseCase::EditSettings,
        UseCase::EditAccountSettings,
        UseCase::ListAdministrators,
        UseCase::AddAdministrator,
        UseCase::EditAdministrator,
        UseCase::DeleteAdministrator,
        UseCase::ListTokens,
        UseCase::CreateToken,
        UseCase::RevokeToken,
        UseCase::ListBulk,
        UseCase::StartBulk,
        UseCase::StopBulk,
        UseCase::ChangePassword,
        UseCase::OwnSessions,
        UseCase::ListRelayUsers,
        UseCase::AddRelayUser,
        UseCase::EditRelayUser,
        UseCase::DeleteRelayUser,
        UseCase::ListVerifiers,
        UseCase::AddVerifier,
        UseCase::EditVerifier,
        UseCase::DeleteVerifier,
        UseCase::ListContentFilters,
        UseCase::AddContentFilter,
        UseCase::EditContentFilter,
        UseCase::DeleteContentFilter,
        UseCase::ListNotifications,
        UseCase::AddNotification,
        UseCase::EditNotification,
        UseCase::DeleteNotification,
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
                | EditAccount
                | ListDomains
                | AddDomain
                | EditDomain
                | DeleteDomain
                | ListMailboxes
                | AddMailbox
                | EditMailbox
                | DeleteMailbox
                | ListGroups
                | AddGroup
                | EditGroup
                | DeleteGroup
                | ListOutbound
                | AddOutbound
                | EditOutbound
                | DeleteOutbound
                | ListMessages
                | ListQuarantine
                | ReadMessage
                | Release
                | Delete
                | SendDigest
                | ReadAudit
                | ListAdministrators
                | AddAdministrator
                | EditAdministrator
                | DeleteAdministrator
                | ReadSettings
                | EditSettings
                | EditAccountSettings
                | ListTokens
                | CreateToken
                | RevokeToken
                | ListBulk
                | StartBulk
                | StopBulk
                | ChangePassword
                | OwnSessions
                | ListVerifiers
                | AddVerifier
                | ListRelayUsers
                | AddRelayUser
                | EditRelayUser
                | DeleteRelayUser
                | EditVerifier
                | DeleteVerifier
                | ListContentFilters
                | AddContentFilter
                | EditContentFilter
                | DeleteContentFilter
                | ListNotifications
                | AddNotification
                | EditNotification
                | DeleteNotification
        ),
        Role::Operator => matches!(
            what,
            Overview
                | ListAccounts
                | ListDomains
                | EditDomain
                | ListMailboxes
                | AddMailbox
                | EditMailbox
                | DeleteMailbox
                | ListGroups
                | AddGroup
                | EditGroup
                | DeleteGroup
                | ListOutbound
                | EditOutbound
                | ListMessages
                | ListQuarantine
                | ReadMessage
                | Release
                | Delete
                | ReadSettings
                | EditSettings
                | SendDigest
                | ListBulk
                | StartBulk
                | StopBulk
                | ChangePassword
                | OwnSessions
                | ListRelayUsers
                | ListVerifiers
                | ListContentFilters
                | ListNotifications
        ),
        Role::Dashboard => {
            matches!(
                what,
                Overview
                    | ListAccounts
                    | ListDomains
                    | ListMailboxes
                    | ListGroups
                    | ListOutbound
                    | ListMessages
                    | ListQuarantine
                    | ReadSettings
                    | ReadMessage
                    | ChangePassword
                    | OwnSessions
            )
        }
        Role::Owner => {
            matches!(
                what,
                ListQuarantine
                    | ReadMessage
                    | Release
                    | Delete
                    | OwnerHome
                    | SetDigest
                    | SendDigest
                    | ChangePassword
                    | OwnSessions
            )
        }
    }
}

/// The scope of a token that may do whatever its role may.
pub(crate) const EVERYTHING: &str = "*";

/// The scopes that an API token may have, and what each means. `…:write` holds `…:read` of the same area.
pub const TOKEN_SCOPES: &[(&str, &str)] = &[
    (EVERYTHING, "Everything that the token's account, or the whole system, allows."),
    ("read", "Reads everything, changes nothing."),
    ("accounts:read", "Reads accounts."),
    ("accounts:write", "Adds, renames and deletes accounts."),
    ("domains:read", "Reads domains, their gateways and lists of senders."),
    ("domains:write", "Adds, changes and deletes domains."),
    ("mailboxes:read", "Reads mailboxes and aliases."),
    ("mailboxes:write", "Adds, changes and deletes mailboxes and aliases, and sends digests."),
    ("groups:read", "Reads groups, their members and lists of senders."),
    ("groups:write", "Adds, changes, orders and deletes groups."),
    ("brands:read", "Reads brands."),
    ("brands:write", "Adds, changes and deletes brands."),
    ("outbound:read", "Reads the networks that may send."),
    ("outbound:write", "Adds, changes and deletes networks that may send."),
    ("messages:read", "Reads the message log."),
    ("administrators:read", "Reads administrators."),
    ("administrators:write", "Adds, changes and deletes administrators: as good as everything."),
    ("quarantine:read", "Reads held messages, their bodies too."),
    ("quarantine:write", "Releases and deletes held messages."),
    ("queue:read", "Reads what waits."),
    ("queue:write", "Tries again what waits."),
    ("reports:read", "Reads figures and reports."),
    ("audit:read", "Reads the audit trail."),
    ("configuration:read", "Exports the configuration."),
    ("configuration:write", "Applies a configuration: as good as everything."),
    ("bulk:read", "Reads bulk operations and what failed in them."),
    (
        "bulk:write",
        "Starts and stops bulk operations: as good as changing and deleting domains, mailboxes, outbound addresses and \
         their settings.",
    ),
    ("settings:read", "Reads settings at every level."),
    ("settings:write", "Changes settings at every level."),
    ("relay-users:read", "Reads users of the authenticated relay."),
    ("relay-users:write", "Adds, changes and deletes users of the authenticated relay."),
    ("verifiers:read", "Reads verifiers, without their passwords."),
    ("verifiers:write", "Adds, changes and deletes verifiers."),
    ("content-filters:read", "Reads content filters."),
    ("content-filters:write", "Adds, changes and deletes content filters."),
    ("notifications:read", "Reads notifications."),
    ("notifications:write", "Adds, changes and deletes notifications."),
    ("tokens:read", "Reads which tokens there are, not the tokens themselves."),
    ("tokens:write", "Makes tokens with no more scopes than its own, and revokes tokens."),
];

/// The scope that a token needs; none: no token may. Beside the role table, not instead of it: both must allow.
pub fn token_scope(what: UseCase) -> Option<&'static str> {
    use UseCase::*;
    Some(match what {
        Overview => "reports:read",
        ListAccounts => "accounts:read",
        AddAccount | EditAccount | DeleteAccount => "accounts:write",
        ListDomains => "domains:read",
        AddDomain | EditDomain | MoveDomain | DeleteDomain => "domains:write",
        ListMailboxes => "mailboxes:read",
        AddMailbox | EditMailbox | DeleteMailbox | SendDigest => "mailboxes:write",
        ListGroups => "groups:read",
        AddGroup | EditGroup | DeleteGroup => "groups:write",
        ListBrands => "brands:read",
        AddBrand | EditBrand | DeleteBrand => "brands:write",
        ListOutbound => "outbound:read",
        AddOutbound | EditOutbound | MoveOutbound | DeleteOutbound => "outbound:write",
        ListMessages => "messages:read",
        ListQuarantine | ReadMessage => "quarantine:read",
        Release | Delete => "quarantine:write",
        ViewQueue => "queue:read",
        RetryQueue => "queue:write",
        ReadAudit => "audit:read",
        Export => "configuration:read",
        Apply => "configuration:write",
        ListAdministrators => "administrators:read",
        AddAdministrator | EditAdministrator | DeleteAdministrator => "administrators:write",
        ReadSettings => "settings:read",
        EditSettings | EditAccountSettings => "settings:write",
        ListTokens => "tokens:read",
        CreateToken | RevokeToken => "tokens:write",
        ListBulk => "bulk:read",
        StartBulk | StopBulk => "bulk:write",
        OwnerHome | SetDigest | ChangePassword | OwnSessions | Job => return None,
        ListRelayUsers => "relay-users:read",
        AddRelayUser | EditRelayUser | DeleteRelayUser => "relay-users:write",
        ListVerifiers => "verifiers:read",
        AddVerifier | EditVerifier | DeleteVerifier => "verifiers:write",
        ListContentFilters => "content-filters:read",
        AddContentFilter | EditContentFilter | DeleteContentFilter => "content-filters:write",
        ListNotifications => "notifications:read",
        AddNotification | EditNotification | DeleteNotification => "notifications:write",
    })
}

fn granted(scopes: &[String], what: UseCase) -> bool {
    let Some(needed) = token_scope(what) else { return false };
    let area = needed.strip_suffix(":read");
    scopes.iter().any(|s| {
        s == EVERYTHING
            || s == needed
            || area.is_some_and(|a| s == "read" || s.strip_suffix(":write").is_some_and(|own| own == a))
    })
}

/// Whether the role may do this, for what a broader scope of a token stands for.
pub(crate) fn check_role(actor: &Actor, what: UseCase) -> Result<(), Error> {
    match permits(actor.role, what) {
        true => Ok(()),
        false => Err(Error::forbidden()),
    }
}

pub(crate) fn check(actor: &Actor, what: UseCase) -> Result<Scope, Error> {
    if !permits(actor.role, what) {
        return Err(Error::forbidden());
    }
    if let Principal::Token { scopes, .. } = &actor.principal
        && !granted(scopes, what)
    {
        let needed = token_scope(what).unwrap_or("a person's login");
        return Err(Error::new(ErrorCode::Forbidden, format!("This token may not do this; it would need {needed}.")));
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
