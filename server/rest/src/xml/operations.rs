//! The operations of provisioning. Each is one use case of the service, which checks and audits it.

use super::node::{Node, Operation};
use super::read::read;
use super::write::{element, value};
use crate::error::{ApiError, ErrorDetail};
use crate::page;
use model::definition::Verifier;
use model::view::{MailboxForm, MailboxState};
use model::{AccountId, Actor, DomainName, EmailAddress, SenderEntry};
use serde::Deserialize;
use service::{DefinitionChange, MailboxChange, SenderChange, SendersOf, Service, UseCase};

/// Names of all operations.
pub const ALL: &[&str] = &[
    "add_mailbox",
    "update_mailbox",
    "delete_mailbox",
    "list_mailboxes",
    "add_aliases",
    "delete_aliases",
    "add_senders",
    "delete_senders",
    "list_senders",
    "add_verifier",
    "update_verifier",
    "delete_verifier",
    "list_verifiers",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddMailbox {
    domain: DomainName,
    name: String,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    password: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UpdateMailbox {
    address: EmailAddress,
    #[serde(default)]
    state: Option<State>,
    #[serde(default)]
    aliases: Option<Vec<String>>,
    #[serde(default)]
    password: Option<String>,
    #[serde(default)]
    remove_password: bool,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum State {
    Active,
    Unprotected,
    Inactive,
}

impl From<State> for MailboxState {
    fn from(s: State) -> Self {
        match s {
            State::Active => MailboxState::Active,
            State::Unprotected => MailboxState::Unprotected,
            State::Inactive => MailboxState::Inactive,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeleteMailbox {
    address: EmailAddress,
    #[serde(default)]
    with_aliases: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListMailboxes {
    #[serde(default)]
    domain: Option<DomainName>,
    #[serde(default)]
    after: Option<String>,
    #[serde(default)]
    limit: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Aliases {
    address: EmailAddress,
    aliases: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Senders {
    #[serde(default)]
    domain: Option<DomainName>,
    #[serde(default)]
    address: Option<EmailAddress>,
    #[serde(default)]
    friends: Vec<SenderEntry>,
    #[serde(default)]
    enemies: Vec<SenderEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddVerifier {
    #[serde(default)]
    account: Option<String>,
    name: String,
    definition: Verifier,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UpdateVerifier {
    #[serde(default)]
    account: Option<String>,
    name: String,
    #[serde(default)]
    new_name: Option<String>,
    #[serde(default)]
    definition: Option<Verifier>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeleteVerifier {
    #[serde(default)]
    account: Option<String>,
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListVerifiers {
    #[serde(default)]
    after: Option<String>,
    #[serde(default)]
    limit: Option<u32>,
}

fn body<T: serde::de::DeserializeOwned>(node: Node) -> Result<T, ApiError> {
    read(node).map_err(|p| ApiError::field(p.field, p.message))
}

/// Does one operation; what it answers, as XML within its result.
pub async fn run(service: &Service, actor: &Actor, operation: Operation) -> Result<String, ErrorDetail> {
    perform(service, actor, &operation.name, operation.node).await.map_err(ApiError::into_detail)
}

async fn perform(s: &Service, actor: &Actor, name: &str, node: Node) -> Result<String, ApiError> {
    let mut out = String::new();
    match name {
        "add_mailbox" => {
            let op: AddMailbox = body(node)?;
            let form = MailboxForm {
                domain: s.domain_named(actor, UseCase::AddMailbox, &op.domain).await?,
                name: op.name,
                aliases: op.aliases.join("\n"),
                password: op.password.unwrap_or_default(),
            };
            element("new_id", &s.add_mailbox(actor, &form).await?.to_string(), &mut out);
        }
        "update_mailbox" => {
            let op: UpdateMailbox = body(node)?;
            if op.remove_password && op.password.is_some() {
                let message = "A password is either set (password) or taken away (remove_password).";
                return Err(ApiError::field("remove_password", message));
            }
            let id = s.mailbox_named(actor, UseCase::EditMailbox, &op.address).await?;
            let change = MailboxChange {
                state: op.state.map(Into::into),
                aliases: op.aliases,
                password: if op.remove_password { Some(None) } else { op.password.map(Some) },
                ..MailboxChange::default()
            };
            s.change_mailbox(actor, id, &change).await?;
        }
        "delete_mailbox" => {
            let op: DeleteMailbox = body(node)?;
            let id = s.mailbox_named(actor, UseCase::DeleteMailbox, &op.address).await?;
            let gone = match op.with_aliases {
                true => s.delete_mailbox(actor, id).await?,
                false => s.delete_mailbox_without_aliases(actor, id).await.map(|()| Vec::new())?,
            };
            list("aliases", gone.iter().map(ToString::to_string), &mut out);
        }
        "list_mailboxes" => {
            let op: ListMailboxes = body(node)?;
            let domain = match &op.domain {
                Some(name) => Some(s.domain_named(actor, UseCase::ListMailboxes, name).await?),
                None => None,
            };
            let after = page::after(op.limit, op.after.as_deref())?;
            let found = s.mailboxes_after(actor, domain, "", &after).await?;
            for row in found.rows {
                out.push_str("<mailbox>");
                element("address", &row.address, &mut out);
                list("aliases", row.aliases.into_iter(), &mut out);
                element("state", state(row.state), &mut out);
                element("has_password", &row.has_password.to_string(), &mut out);
                out.push_str("</mailbox>");
            }
            if let Some(next) = found.next {
                element("next", &next.to_string(), &mut out);
            }
        }
        "add_aliases" | "delete_aliases" => {
            let op: Aliases = body(node)?;
            let id = s.mailbox_named(actor, UseCase::EditMailbox, &op.address).await?;
            s.change_aliases(actor, id, &op.aliases, name == "delete_aliases").await?;
        }
        "add_senders" | "delete_senders" => {
            let op: Senders = body(node)?;
            let of = whose(s, actor, &op, (UseCase::EditDomain, UseCase::EditMailbox)).await?;
            let change = SenderChange { friends: op.friends, enemies: op.enemies, remove: name == "delete_senders" };
            element("changed", &s.change_senders(actor, of, &change).await?.to_string(), &mut out);
        }
        "list_senders" => {
            let op: Senders = body(node)?;
            if !op.friends.is_empty() || !op.enemies.is_empty() {
                return Err(ApiError::field("friends", "To list, only the domain or the address is named."));
            }
            let of = whose(s, actor, &op, (UseCase::ListDomains, UseCase::ListMailboxes)).await?;
            let (friends, enemies) = s.senders(actor, of).await?;
            list("friends", friends.iter().map(ToString::to_string), &mut out);
            list("enemies", enemies.iter().map(ToString::to_string), &mut out);
        }
        "add_verifier" => {
            let op: AddVerifier = body(node)?;
            let account = account(s, actor, UseCase::AddVerifier, op.account).await?;
            let id = s.add_definition(actor, account, &op.name, op.definition).await?;
            element("new_id", &id.to_string(), &mut out);
        }
        "update_verifier" => {
            let op: UpdateVerifier = body(node)?;
            let account = account(s, actor, UseCase::EditVerifier, op.account).await?;
            let id = s.definition_named::<Verifier>(actor, UseCase::EditVerifier, account, &op.name).await?;
            let change = DefinitionChange { name: op.new_name, body: op.definition };
            s.change_definition(actor, id, change).await?;
        }
        "delete_verifier" => {
            let op: DeleteVerifier = body(node)?;
            let account = account(s, actor, UseCase::DeleteVerifier, op.account).await?;
            let id = s.definition_named::<Verifier>(actor, UseCase::DeleteVerifier, account, &op.name).await?;
            s.delete_definition::<Verifier>(actor, id).await?;
        }
        "list_verifiers" => {
            let op: ListVerifiers = body(node)?;
            let after = page::after(op.limit, op.after.as_deref())?;
            let found = s.definitions_after::<Verifier>(actor, "", &after).await?;
            for row in found.rows {
                out.push_str("<verifier>");
                if let Some(id) = row.account {
                    element("account_id", &id.to_string(), &mut out);
                }
                element("name", &row.name, &mut out);
                value("definition", &serde_json::to_value(&row.body).unwrap_or_default(), &mut out);
                list("secrets", row.secrets.into_iter(), &mut out);
                out.push_str("</verifier>");
            }
            if let Some(next) = found.next {
                element("next", &next.to_string(), &mut out);
            }
        }
        other => {
            let message = format!("There is no operation {other}; there are {}.", ALL.join(", "));
            return Err(ApiError::field("operation", message));
        }
    }
    Ok(out)
}

/// The domain or the mailbox whose lists are meant.
async fn whose(
    s: &Service,
    actor: &Actor,
    op: &Senders,
    (of_domain, of_mailbox): (UseCase, UseCase),
) -> Result<SendersOf, ApiError> {
    match (&op.domain, &op.address) {
        (Some(name), None) => Ok(SendersOf::Domain(s.domain_named(actor, of_domain, name).await?)),
        (None, Some(address)) => Ok(SendersOf::Mailbox(s.mailbox_named(actor, of_mailbox, address).await?)),
        _ => Err(ApiError::field("domain", "Name either a domain or the address of a mailbox.")),
    }
}

async fn account(s: &Service, actor: &Actor, to: UseCase, name: Option<String>) -> Result<Option<AccountId>, ApiError> {
    match name {
        Some(name) => Ok(Some(s.account_named(actor, to, &name).await?)),
        None => Ok(None),
    }
}

fn state(s: MailboxState) -> &'static str {
    match s {
        MailboxState::Active => "active",
        MailboxState::Unprotected => "unprotected",
        MailboxState::Inactive => "inactive",
    }
}

fn list(name: &str, items: impl Iterator<Item = String>, out: &mut String) {
    out.push_str(&format!("<{name}>"));
    items.for_each(|item| element("item", &item, out));
    out.push_str(&format!("</{name}>"));
}
