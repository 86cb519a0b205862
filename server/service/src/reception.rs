//! What receiving mail asks that is not in the snapshot: counters, logins of senders, mailboxes that were discovered.

use crate::definition::verifier;
use crate::{Error, Service, UseCase, secret};
use hmac::Mac;
use model::definition::verifier::{Method, Static};
use model::view::MailboxForm;
use model::{AccountId, Actor, DomainId, EmailAddress, MailboxId};
use store::reception::{self, GreylistTimes, Greylisted, Use};
use store::{Store, session};

/// A part of a rate limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateUse {
    /// Whose, and of what.
    pub key: String,
    pub limit: u32,
    /// Milliseconds.
    pub window: i64,
}

/// Counts that all nodes share. Cheap to clone.
#[derive(Clone)]
pub struct Counters {
    store: Store,
}

impl Counters {
    pub fn new(store: Store) -> Counters {
        Counters { store }
    }

    /// One try of a sender that failed a test; `key` may be any text.
    pub async fn greylist(&self, key: &str, times: GreylistTimes) -> Result<Greylisted, Error> {
        let key = secret::fingerprint(key);
        let mut tx = self.store.begin_traffic().await?;
        let answer = reception::greylist(&mut tx, &key, times).await?;
        tx.commit().await?;
        Ok(answer)
    }

    /// Uses one of each limit, or of none: then the place in `uses` of the one that is used up.
    pub async fn take(&self, uses: &[RateUse]) -> Result<Result<(), usize>, Error> {
        if uses.is_empty() {
            return Ok(Ok(()));
        }
        let mut tx = self.store.begin_traffic().await?;
        for (i, u) in uses.iter().enumerate() {
            let one = Use { key: &u.key, amount: 1, limit: u.limit, window: u.window };
            if !reception::take_rate(&mut tx, &one).await? {
                return Ok(Err(i));
            }
        }
        tx.commit().await?;
        Ok(Ok(()))
    }
}

impl Service {
    /// The account of the relay user with this name and password; none where they are wrong, or the user is not active.
    /// `origin`: where they come from; after some failures from there, tries wait longer and longer.
    ///
    /// # Errors
    /// Throttled after too many failures.
    pub async fn login_relay_user(
        &self,
        name: &str,
        password: &str,
        origin: &str,
    ) -> Result<Option<(AccountId, String)>, Error> {
        let key = format!("smtp:{origin}");
        self.take_try(&key, None).await?;
        let found = {
            let mut c = self.inner.store.read().await?;
            store::relay::by_name(&mut c, name).await?.filter(|u| u.active)
        };
        let hash = found.as_ref().map(|u| u.password_hash.clone());
        if !self.inner.hasher.verify(password.to_owned(), hash).await? {
            return Ok(None);
        }
        let mut tx = self.inner.store.begin().await?;
        session::clear_failures(&mut tx, &key).await?;
        tx.commit().await?;
        Ok(found.map(|u| (u.account, u.name)))
    }

    /// A number from 0 to 99 that is the same for an address all day long, and that nobody outside can foresee: by it
    /// mail for unknown recipients is taken or not (guide chapter 6 "Directory Harvest Attack Protection").
    pub async fn harvest_lot(&self, to: &EmailAddress, day: i64) -> Result<u8, Error> {
        let key = self.link_key().await?;
        let text = format!("harvest {day} {}", to.key());
        let tag = crate::link::mac(&key, text.as_bytes()).finalize().into_bytes();
        let number = tag.iter().take(4).fold(0u32, |n, b| n << 8 | u32::from(*b));
        Ok(u8::try_from(number % 100).unwrap_or(0))
    }

    /// What the account's verifier of this name asks: itself, or, where it is a composite, each of its members that
    /// there is. Empty: there is no such verifier.
    pub async fn verifier_methods(&self, account: AccountId, name: &str) -> Result<Vec<Method>, Error> {
        let mut c = self.inner.store.read().await?;
        let Some(found) = verifier::named(&mut c, Some(account), name).await? else { return Ok(Vec::new()) };
        if !matches!(found.body.method, Method::Composite(_)) {
            return Ok(vec![found.body.method]);
        }
        let mut methods = Vec::new();
        for member in found.body.members() {
            if let Some(one) = verifier::named(&mut c, found.account.or(Some(account)), &member.verifier).await? {
                methods.push(one.body.method);
            }
        }
        Ok(methods)
    }

    /// Whether a user of the list has this name and password. Takes the same time whether or not there is one.
    pub async fn static_password(&self, list: &Static, name: &str, password: &str) -> Result<bool, Error> {
        let key = name.to_lowercase();
        let user = list.users.iter().find(|u| u.address.key() == key);
        let hash = user.and_then(|u| u.password.as_ref()).map(|p| p.reveal().to_owned());
        self.inner.hasher.verify(password.to_owned(), hash).await
    }

    /// Adds the mailbox that a mail server was found to have; one that was added meanwhile is no error.
    pub async fn add_discovered(
        &self,
        actor: &Actor,
        domain: DomainId,
        name: &str,
    ) -> Result<Option<MailboxId>, Error> {
        self.permit(actor, UseCase::Job)?;
        let form = MailboxForm { domain, name: name.to_owned(), aliases: String::new(), password: String::new() };
        match self.add_mailbox(actor, &form).await {
            Ok(id) => Ok(Some(id)),
            Err(error) if error.code() == model::ErrorCode::Conflict => Ok(None),
            Err(error) => Err(error),
        }
    }
}
