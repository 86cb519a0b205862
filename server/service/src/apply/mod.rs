//! The whole configuration as one document: idempotent, one transaction an account, and a dry run that is the real
//! run without its commit.

mod definitions;
mod diff;
mod document;
mod groups;
mod levels;
mod outbound;
mod write;

pub use definitions::DefinitionDoc;
pub use document::{AccountDoc, AdministratorDoc, BrandDoc, Document, DomainDoc, GroupDoc, MailboxDoc, OutboundDoc};
pub use outbound::RelayUserDoc;
pub(crate) use outbound::names_of;

use crate::password::Policy;
use crate::{Error, Service, UseCase, mailboxes::address_in};
use model::{Actor, EmailAddress, ErrorCode};
use std::collections::HashMap;
use std::fmt;
use store::session::Who;
use write::Writer;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    Add,
    Change,
    Remove,
}

/// One thing that apply does, as a line for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub what: ChangeKind,
    /// `domain acme.test: gateway 127.0.0.1:2526`, without the sign.
    pub line: String,
}

impl fmt::Display for Change {
    /// With its sign: `+ account acme`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.what {
            ChangeKind::Add => '+',
            ChangeKind::Change => '~',
            ChangeKind::Remove => '-',
        };
        write!(f, "{sign} {}", self.line)
    }
}

/// Whose password.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Login {
    Administrator(String),
    Mailbox(String),
}

/// The hashes that the document asks for, made before any transaction: hashing is slow.
pub(crate) type Hashes = HashMap<Login, String>;

fn invalid(message: String) -> Error {
    Error::new(ErrorCode::Invalid, message)
}

impl Service {
    /// Makes the database agree with the document and says what that changes. With `dry_run` nothing stays changed.
    /// Nothing is deleted but what a list that the document mentions no longer has.
    pub async fn apply(&self, actor: &Actor, yaml: &str, dry_run: bool) -> Result<Vec<Change>, Error> {
        self.permit(actor, UseCase::Apply)?;
        let document = Document::read(yaml).map_err(invalid)?;
        self.apply_document(actor, document, dry_run).await
    }

    /// As [`Service::apply`], of a document that is read already.
    pub async fn apply_document(
        &self,
        actor: &Actor,
        mut document: Document,
        dry_run: bool,
    ) -> Result<Vec<Change>, Error> {
        self.permit(actor, UseCase::Apply)?;
        document.check().map_err(invalid)?;
        self.prepare_verifiers(&mut document).await?;
        self.prepare_relay_users(&mut document).await?;
        let hashes = self.hashes(&document).await?;

        let mut changes = Vec::new();
        let mut writer = Writer::begin(self, actor, &hashes).await?;
        writer.system(&document).await?;
        changes.extend(writer.end(dry_run).await?);
        for account in &document.accounts {
            let mut writer = Writer::begin(self, actor, &hashes).await?;
            writer.account(account, &document.brands).await?;
            changes.extend(writer.end(dry_run).await?);
        }
        Ok(changes)
    }

    /// A password that is the present one keeps its present hash, so that applying it again changes nothing.
    async fn hashes(&self, document: &Document) -> Result<Hashes, Error> {
        let mut out = Hashes::new();
        let of_accounts = document.accounts.iter().flat_map(|a| &a.administrators);
        for a in document.administrators.iter().chain(of_accounts) {
            if let Some(password) = &a.password {
                let known = self.known_administrator(&a.email).await?;
                let hash = self.hash_or_keep(&format!("administrator {}", a.email), password, known).await?;
                out.insert(Login::Administrator(a.email.key()), hash);
            } else if let Some(hash) = &a.password_hash {
                out.insert(Login::Administrator(a.email.key()), hash.clone());
            }
        }
        for domain in document.accounts.iter().flat_map(|a| &a.domains) {
            for m in &domain.mailboxes {
                let address = address_in(&domain.name, &m.name).map_err(invalid)?;
                if let Some(password) = &m.password {
                    let known = self.known_owner(&address).await?;
                    let hash = self.hash_or_keep(&format!("mailbox {address}"), password, known).await?;
                    out.insert(Login::Mailbox(address.key()), hash);
                } else if let Some(hash) = &m.password_hash {
                    out.insert(Login::Mailbox(address.key()), hash.clone());
                }
            }
        }
        Ok(out)
    }

    async fn known_administrator(&self, email: &EmailAddress) -> Result<Option<KnownLogin>, Error> {
        let mut c = self.inner.store.read().await?;
        let Some(a) = store::administrator::by_email(&mut c, email).await? else { return Ok(None) };
        let policy = Policy::of_administrators(&mut c, a.account).await?;
        Ok(Some(KnownLogin { who: Who::Administrator(a.id), policy, hash: a.password_hash }))
    }

    async fn known_owner(&self, address: &EmailAddress) -> Result<Option<KnownLogin>, Error> {
        let mut c = self.inner.store.read().await?;
        let Some(m) = store::mailbox::by_address(&mut c, address).await? else { return Ok(None) };
        let Some(owner) = self.owner_of(&mut c, m.id).await? else { return Ok(None) };
        Ok(Some(KnownLogin { who: Who::Owner(m.id), policy: Policy::of(&owner.values), hash: m.password_hash }))
    }

    /// Whether the password suits the policy is looked at as it is written: the document may change that too.
    async fn hash_or_keep(&self, what: &str, password: &str, known: Option<KnownLogin>) -> Result<String, Error> {
        if let Some(known) = known {
            if let Some(hash) = known.hash
                && self.inner.hasher.verify(password.to_owned(), Some(hash.clone())).await?
            {
                return Ok(hash);
            }
            if let Some(problem) = self.is_remembered(&known.policy, known.who, password).await? {
                return Err(invalid(format!("{what}: password: {problem}")));
            }
        }
        self.inner.hasher.hash(password.to_owned()).await
    }
}

/// A person that the document names and the database knows.
struct KnownLogin {
    who: Who,
    policy: Policy,
    hash: Option<String>,
}
