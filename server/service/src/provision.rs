//! What provisioning by name needs: things by their names instead of their ids, and lists that are added to and taken
//! from instead of being replaced.

use crate::aliases::{self, alias_address};
use crate::definition::Defined;
use crate::domain_change::domain_in;
use crate::domains::account_within;
use crate::mailbox_change::mailbox_in;
use crate::mailboxes::within;
use crate::{Error, Service, UseCase};
use model::{AccountId, Actor, DomainId, DomainName, EmailAddress, FieldError, MailboxId, SenderEntry};
use store::change::Touched;
use store::senders::{self, Kind, Owner};
use store::{Connection, Scope};

/// Whose friends and enemies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendersOf {
    Domain(DomainId),
    Mailbox(MailboxId),
}

impl SendersOf {
    fn reading(self) -> UseCase {
        match self {
            SendersOf::Domain(_) => UseCase::ListDomains,
            SendersOf::Mailbox(_) => UseCase::ListMailboxes,
        }
    }
    pub(crate) fn writing(self) -> UseCase {
        match self {
            SendersOf::Domain(_) => UseCase::EditDomain,
            SendersOf::Mailbox(_) => UseCase::EditMailbox,
        }
    }
    fn owner(self) -> Owner {
        match self {
            SendersOf::Domain(id) => Owner::Domain(id),
            SendersOf::Mailbox(id) => Owner::Mailbox(id),
        }
    }
    /// In the audit trail.
    fn act(self) -> &'static str {
        match self {
            SendersOf::Domain(_) => "domain.senders",
            SendersOf::Mailbox(_) => "mailbox.senders",
        }
    }
    fn touched(self) -> Touched {
        match self {
            SendersOf::Domain(id) => Touched::DomainSenders(id),
            SendersOf::Mailbox(id) => Touched::Mailbox(id),
        }
    }
    /// What it is called and whose it is, within the scope.
    async fn find(self, c: &mut Connection, scope: Scope) -> Result<(String, AccountId), Error> {
        Ok(match self {
            SendersOf::Domain(id) => {
                let d = domain_in(c, scope, id).await?;
                (d.name.to_string(), d.account)
            }
            SendersOf::Mailbox(id) => {
                let m = mailbox_in(c, scope, id).await?;
                (m.address.to_string(), m.account)
            }
        })
    }
}

/// Friends and enemies to add or to take out.
#[derive(Debug, Clone, Default)]
pub struct SenderChange {
    pub friends: Vec<SenderEntry>,
    pub enemies: Vec<SenderEntry>,
    pub remove: bool,
}

/// Aliases that one mailbox gets or loses in one step.
const ALIASES_MAX: usize = 500;

impl Service {
    /// The domain of this name, for a use case that then works on it.
    pub async fn domain_named(&self, actor: &Actor, to: UseCase, name: &DomainName) -> Result<DomainId, Error> {
        let scope = self.permit(actor, to)?;
        let mut c = self.inner.store.read().await?;
        let found = store::domain::by_name(&mut c, name).await?.filter(|d| account_within(scope, d.account));
        found.map(|d| d.id).ok_or_else(|| Error::field("domain", format!("There is no domain {name}.")))
    }

    /// The mailbox of this primary address. An alias is refused: whoever deletes one means the alias.
    pub async fn mailbox_named(&self, actor: &Actor, to: UseCase, address: &EmailAddress) -> Result<MailboxId, Error> {
        let scope = self.permit(actor, to)?;
        let mut c = self.inner.store.read().await?;
        let found = store::mailbox::by_address(&mut c, address).await?.filter(|m| within(scope, m));
        match found {
            Some(m) if m.address.key() == address.key() => Ok(m.id),
            Some(m) => Err(Error::field("address", format!("{address} is an alias of {}: name that.", m.address))),
            None => Err(Error::field("address", format!("There is no mailbox {address}."))),
        }
    }

    pub async fn account_named(&self, actor: &Actor, to: UseCase, name: &str) -> Result<AccountId, Error> {
        let scope = self.permit(actor, to)?;
        let mut c = self.inner.store.read().await?;
        let found = store::account::by_name(&mut c, name.trim()).await?.filter(|a| account_within(scope, *a));
        found.ok_or_else(|| Error::field("account", format!("There is no account {name}.")))
    }

    /// The definition of this name of exactly this account; None: of the whole system.
    pub async fn definition_named<D: Defined>(
        &self,
        actor: &Actor,
        to: UseCase,
        account: Option<AccountId>,
        name: &str,
    ) -> Result<i64, Error> {
        self.permit(actor, to)?;
        let mut c = self.inner.store.read().await?;
        let found = store::definition::by_name::<D>(&mut c, D::KIND, account, name.trim()).await?;
        found.map(|d| d.id).ok_or_else(|| Error::field("name", format!("There is no {} {name}.", D::WHAT)))
    }

    /// Friends and enemies, in the order in which they were written.
    pub async fn senders(&self, actor: &Actor, of: SendersOf) -> Result<(Vec<SenderEntry>, Vec<SenderEntry>), Error> {
        let scope = self.permit(actor, of.reading())?;
        let mut c = self.inner.store.read().await?;
        of.find(&mut c, scope).await?;
        let lists = senders::get(&mut c, of.owner()).await?;
        Ok((lists.friends, lists.enemies))
    }

    /// Replaces both lists.
    pub async fn set_senders(
        &self,
        actor: &Actor,
        of: SendersOf,
        friends: &[SenderEntry],
        enemies: &[SenderEntry],
    ) -> Result<(), Error> {
        let scope = self.permit(actor, of.writing())?;
        let mut tx = self.inner.store.begin().await?;
        let (name, account) = of.find(&mut tx, scope).await?;
        let before = senders::get(&mut tx, of.owner()).await?;
        let changed = [
            crate::audit::difference("friends", &before.friends, friends),
            crate::audit::difference("enemies", &before.enemies, enemies),
        ];
        if before.friends == friends && before.enemies == enemies {
            return Ok(());
        }
        senders::set(&mut tx, of.owner(), Kind::Friend, friends).await?;
        senders::set(&mut tx, of.owner(), Kind::Enemy, enemies).await?;
        let detail = changed.into_iter().flatten().collect::<Vec<_>>().join("; ");
        self.note(&mut tx, actor, of.act(), &name, &detail, Some(account)).await?;
        store::change::touch(&mut tx, &[of.touched()]).await?;
        Ok(tx.commit().await?)
    }

    /// Adds entries to the lists, or takes them out; how many were not, or were, there before.
    pub async fn change_senders(&self, actor: &Actor, of: SendersOf, change: &SenderChange) -> Result<u64, Error> {
        let scope = self.permit(actor, of.writing())?;
        let mut tx = self.inner.store.begin().await?;
        let (name, account) = of.find(&mut tx, scope).await?;
        let mut done = Vec::new();
        for (kind, entries) in [(Kind::Friend, &change.friends), (Kind::Enemy, &change.enemies)] {
            done.push(match change.remove {
                true => senders::remove(&mut tx, of.owner(), kind, entries).await?,
                false => senders::add(&mut tx, of.owner(), kind, entries).await?,
            });
        }
        let count: u64 = done.iter().sum();
        if count == 0 {
            return Ok(0);
        }
        let sign = if change.remove { '-' } else { '+' };
        let detail = format!("{sign}{} friends, {sign}{} enemies", done[0], done[1]);
        self.note(&mut tx, actor, of.act(), &name, &detail, Some(account)).await?;
        store::change::touch(&mut tx, &[of.touched()]).await?;
        tx.commit().await?;
        Ok(count)
    }

    /// Gives a mailbox these aliases too, or takes them away.
    pub async fn change_aliases(
        &self,
        actor: &Actor,
        id: MailboxId,
        names: &[String],
        remove: bool,
    ) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::EditMailbox)?;
        if names.is_empty() || names.len() > ALIASES_MAX {
            return Err(Error::field("aliases", format!("1 to {ALIASES_MAX} aliases are accepted at once.")));
        }
        let mut tx = self.inner.store.begin().await?;
        let mailbox = mailbox_in(&mut tx, scope, id).await?;
        let domain = store::domain::get(&mut tx, mailbox.domain).await?.ok_or_else(|| Error::not_found("domain"))?;
        let has = store::mailbox::aliases(&mut tx, id).await?;
        let (mut wanted, mut wrong): (Vec<EmailAddress>, Vec<FieldError>) = (Vec::new(), Vec::new());
        for (i, name) in names.iter().enumerate() {
            let read = match remove {
                true => alias_address(&domain.name, name),
                false => aliases::one(&mut tx, &domain, name).await?,
            };
            match read {
                Ok(a) if remove && !has.iter().any(|h| h.key() == a.key()) => wrong.push(FieldError {
                    field: format!("aliases[{i}]"),
                    message: format!("{a} is no alias of {}.", mailbox.address),
                }),
                Ok(a) => wanted.push(a),
                Err(e) => wrong.push(FieldError { field: format!("aliases[{i}]"), message: format!("{name}: {e}.") }),
            }
        }
        Error::fields(wrong)?;
        let mut steps = Vec::new();
        for alias in wanted {
            let there = alias.key() == mailbox.address.key() || has.iter().any(|h| h.key() == alias.key());
            if remove {
                store::mailbox::remove_alias(&mut tx, id, &alias).await?;
                steps.push(format!("-{alias}"));
            } else if !there {
                store::mailbox::add_alias(&mut tx, id, &alias).await.map_err(|e| match e.is_conflict() {
                    true => Error::taken("aliases", format!("{alias} belongs to a mailbox already.")),
                    false => e.into(),
                })?;
                steps.push(format!("+{alias}"));
            }
        }
        if steps.is_empty() {
            return Ok(());
        }
        let (address, detail) = (mailbox.address.as_str(), steps.join("; "));
        self.note(&mut tx, actor, "mailbox.edit", address, &detail, Some(mailbox.account)).await?;
        store::change::touch(&mut tx, &[Touched::Mailbox(id)]).await?;
        Ok(tx.commit().await?)
    }
}
