//! Somebody who may log in: an administrator, or the owner of a mailbox.

use crate::login::owner_actor;
use crate::password::Policy;
use crate::{Error, Service};
use model::{Actor, EmailAddress, Principal, Timestamp};
use store::Connection;
use store::administrator::Administrator;
use store::password::Age;
use store::session::Who;

/// Why a login must choose another password before it may do anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MustChange {
    /// It is older than the settings allow.
    Expired,
    /// An administrator has asked for it.
    Asked,
}

impl MustChange {
    /// As a sentence on the form.
    pub fn sentence(self) -> &'static str {
        match self {
            MustChange::Expired => "Your password has expired. Choose another one to go on.",
            MustChange::Asked => "You are asked to choose another password before you go on.",
        }
    }
}

/// One who may log in now.
pub(crate) struct Person {
    pub(crate) who: Who,
    pub(crate) actor: Actor,
    pub(crate) address: EmailAddress,
    pub(crate) password_hash: Option<String>,
    pub(crate) policy: Policy,
    pub(crate) age: Age,
    pub(crate) created: Timestamp,
    /// Whether the brand lets such people change and forget their passwords.
    pub(crate) may_change: bool,
    pub(crate) may_forget: bool,
}

impl Person {
    pub(crate) fn must_change(&self, now: Timestamp) -> Option<MustChange> {
        self.password_hash.as_ref()?;
        if self.age.must_change {
            return Some(MustChange::Asked);
        }
        self.policy.has_expired(self.age, self.created, now).then_some(MustChange::Expired)
    }
}

/// Who the actor is, where it is a person.
pub(crate) fn who(actor: &Actor) -> Option<Who> {
    match actor.principal {
        Principal::Administrator { id, .. } => Some(Who::Administrator(id)),
        Principal::Owner { mailbox } => Some(Who::Owner(mailbox)),
        Principal::System | Principal::Token { .. } => None,
    }
}

impl Service {
    /// The person, where there is one and they may log in.
    pub(crate) async fn person(&self, c: &mut Connection, who: Who, origin: &str) -> Result<Option<Person>, Error> {
        match who {
            Who::Administrator(id) => match store::administrator::get(c, id).await? {
                Some(a) => self.administrator_person(c, a, origin).await,
                None => Ok(None),
            },
            Who::Owner(id) => {
                let Some(owner) = self.owner_of(c, id).await?.filter(|o| o.may_log_in()) else { return Ok(None) };
                let age = store::password::age(c, who).await?.unwrap_or_default();
                Ok(Some(Person {
                    who,
                    actor: owner_actor(&owner, origin),
                    address: owner.mailbox.address.clone(),
                    password_hash: owner.mailbox.password_hash.clone(),
                    policy: Policy::of(&owner.values),
                    age,
                    created: owner.mailbox.created,
                    may_change: owner.values.personal_pages.show_change_password,
                    may_forget: owner.values.personal_pages.show_forgot_password,
                }))
            }
        }
    }

    async fn administrator_person(
        &self,
        c: &mut Connection,
        a: Administrator,
        origin: &str,
    ) -> Result<Option<Person>, Error> {
        if !a.active {
            return Ok(None);
        }
        let who = Who::Administrator(a.id);
        let principal = Principal::Administrator { id: a.id, account: a.account };
        Ok(Some(Person {
            who,
            actor: Actor { principal, role: a.role, name: a.email.to_string(), origin: origin.to_owned() },
            policy: Policy::of_administrators(c, a.account).await?,
            age: store::password::age(c, who).await?.unwrap_or_default(),
            address: a.email,
            password_hash: a.password_hash,
            created: a.created,
            may_change: true,
            may_forget: true,
        }))
    }

    /// The administrator and the owner with this address; they have a password each (guide chapter 3).
    pub(crate) async fn people(
        &self,
        c: &mut Connection,
        address: &EmailAddress,
        origin: &str,
    ) -> Result<[Option<Person>; 2], Error> {
        let administrator = match store::administrator::by_email(c, address).await? {
            Some(a) => self.administrator_person(c, a, origin).await?,
            None => None,
        };
        let owner = match store::mailbox::by_address(c, address).await? {
            Some(m) => self.person(c, Who::Owner(m.id), origin).await?,
            None => None,
        };
        Ok([administrator, owner])
    }

    /// The failures after which a question is asked about logins as this address: what its domain says, or the system
    /// where we have no such domain. Not what its person has: the question would tell who exists.
    pub(crate) async fn asked_after(
        &self,
        c: &mut Connection,
        address: Option<&EmailAddress>,
    ) -> Result<Option<u8>, Error> {
        let domain = match address {
            Some(a) => store::domain::by_name(c, &a.domain()).await?,
            None => None,
        };
        let policy = match domain {
            Some(domain) => Policy::of_domain(c, &domain).await?,
            None => Policy::of_administrators(c, None).await?,
        };
        Ok(policy.0.captcha_after)
    }
}
