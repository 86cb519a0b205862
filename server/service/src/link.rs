//! Links of a digest: signed, limited in time, revocable, good for one mailbox.
//!
//! A token is version, purpose, mailbox, message, expiry and generation, and an HMAC-SHA256 over them; nothing is stored per
//! link. Those that do something are in [`crate::link_act`].
//! Following the link (GET) only looks ([`Service::peek_link`]); the button on the page it shows logs in (POST).

use crate::login::owner_actor;
use crate::owner::Owner;
use crate::{Error, NewSession, Service, UseCase, secret};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use model::settings::{DigestFrequency, DigestValues};
use model::time::DAY;
use model::{Actor, EmailAddress, ErrorCode, MailboxId, MessageId, Timestamp};
use sha2::Sha256;
use store::Scope;
use store::change;
use store::session::Who;

pub(crate) type Key = [u8; 32];

const VERSION: u8 = 2;
const SIGNED: usize = 2 + 8 * 4;
const KEY: &str = "link_key";

/// What a link is good for; a token for one is none for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Purpose {
    Login = 0,
    Release = 1,
    Delete = 2,
    /// Makes the message's sender an enemy of the mailbox.
    Block = 3,
    /// Ends the digests.
    Unsubscribe = 4,
}

impl Purpose {
    fn of(byte: u8) -> Option<Purpose> {
        use Purpose::*;
        [Login, Release, Delete, Block, Unsubscribe].into_iter().find(|p| *p as u8 == byte)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) purpose: Purpose,
    pub(crate) mailbox: MailboxId,
    /// The held message that it is about; 0: none.
    pub(crate) object: i64,
    pub(crate) expires: Timestamp,
    pub(crate) generation: i64,
}

pub(crate) fn mac(key: &Key, signed: &[u8]) -> Hmac<Sha256> {
    // HMAC takes keys of any length.
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key).expect("HMAC accepts a key of 32 bytes");
    mac.update(signed);
    mac
}

pub(crate) fn seal(key: &Key, claim: Claim) -> String {
    let mut bytes = vec![VERSION, claim.purpose as u8];
    for number in [claim.mailbox.0, claim.object, claim.expires.0, claim.generation] {
        bytes.extend(number.to_be_bytes());
    }
    let tag = mac(key, &bytes).finalize().into_bytes();
    bytes.extend(tag);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What the token claims, where it is ours. Compared in constant time.
fn open(key: &Key, token: &str) -> Option<Claim> {
    // A stranger's megabyte is not decoded.
    if token.len() > 128 {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (signed, tag) = bytes.split_at_checked(SIGNED)?;
    mac(key, signed).verify_slice(tag).ok()?;
    let number = |at: usize| signed.get(at..at + 8)?.try_into().ok().map(i64::from_be_bytes);
    (signed.first() == Some(&VERSION)).then_some(())?;
    let purpose = Purpose::of(*signed.get(1)?)?;
    let (mailbox, expires) = (MailboxId(number(2)?), Timestamp(number(18)?));
    Some(Claim { purpose, mailbox, object: number(10)?, expires, generation: number(26)? })
}

/// How long the links of a digest work, in ms: as the settings say, else 3 days, 7 for a weekly one (guide chapter 6).
pub(crate) fn lifetime(digest: &DigestValues) -> i64 {
    let days = digest.token_days.unwrap_or(if digest.frequency == DigestFrequency::Weekly { 7 } else { 3 });
    i64::from(days) * DAY
}

impl Service {
    pub(crate) async fn link_key(&self) -> Result<Key, Error> {
        let key = self.inner.link_key.get_or_try_init(|| async {
            let mut tx = self.inner.store.begin().await?;
            let text = match change::meta(&mut tx, KEY).await? {
                Some(text) => text,
                None => {
                    let text = hex::encode(secret::random::<32>()?);
                    change::set_meta(&mut tx, KEY, &text).await?;
                    text
                }
            };
            tx.commit().await?;
            let mut key = Key::default();
            hex::decode_to_slice(&text, &mut key)
                .map_err(|e| Error::Internal(format!("the key of login links: {e}")))?;
            Ok::<Key, Error>(key)
        });
        Ok(*key.await?)
    }

    /// A token that logs the mailbox's owner in, for as many days as its settings say. For mail to that mailbox only.
    pub async fn make_link(&self, mailbox: MailboxId) -> Result<String, Error> {
        let key = self.link_key().await?;
        let mut c = self.inner.store.read().await?;
        let owner = self.owner_of(&mut c, mailbox).await?.ok_or_else(|| Error::not_found("mailbox"))?;
        let expires = self.now().plus(lifetime(&owner.values.digest));
        let generation = owner.mailbox.link_generation;
        Ok(seal(&key, Claim { purpose: Purpose::Login, mailbox, object: 0, expires, generation }))
    }

    /// Where the sender of a held outbound message can look at it and release it: a link that logs in, where they may do
    /// that.
    pub async fn sender_link(
        &self,
        actor: &Actor,
        sender: &EmailAddress,
        message: MessageId,
    ) -> Result<Option<String>, Error> {
        self.permit(actor, UseCase::Job)?;
        let mut c = self.inner.store.read().await?;
        let Some(mailbox) = store::mailbox::by_address(&mut c, sender).await? else { return Ok(None) };
        let Some(owner) = self.owner_of(&mut c, mailbox.id).await? else { return Ok(None) };
        let p = &owner.values.personal;
        if !(owner.may_log_in() && p.view_link_login && p.outbound_quarantine && p.release_outbound) {
            return Ok(None);
        }
        for (_, id) in store::quarantine::of_message(&mut c, Scope::Account(mailbox.account), message).await? {
            let Some(held) = store::quarantine::get(&mut c, id).await? else { continue };
            if held.mailbox == Some(mailbox.id) && !held.row.system {
                drop(c);
                let token = self.make_link(mailbox.id).await?;
                return Ok(Some(format!("{}/link/{token}?message={id}", self.inner.config.url)));
            }
        }
        Ok(None)
    }

    /// What a token is good for now, and whose it is: signed by us, in its time, not revoked, and its mailbox may log in.
    pub(crate) async fn link_owner(&self, token: &str) -> Result<Option<(Claim, Owner)>, Error> {
        let key = self.link_key().await?;
        let Some(claim) = open(&key, token).filter(|c| self.now() < c.expires) else { return Ok(None) };
        let mut c = self.inner.store.read().await?;
        let owner = self.owner_of(&mut c, claim.mailbox).await?;
        let owner = owner.filter(|o| o.mailbox.link_generation == claim.generation && o.may_log_in());
        Ok(owner.map(|owner| (claim, owner)))
    }

    async fn login_owner(&self, token: &str) -> Result<Option<Owner>, Error> {
        let found = self.link_owner(token).await?;
        let logs_in =
            |(claim, owner): &(Claim, Owner)| claim.purpose == Purpose::Login && owner.values.personal.view_link_login;
        Ok(found.filter(logs_in).map(|(_, owner)| owner))
    }

    /// What is set about the language of the mailbox that a token is for.
    pub async fn link_language(&self, token: &str) -> Result<Option<String>, Error> {
        Ok(self.link_owner(token).await?.and_then(|(_, owner)| owner.language.own.or(owner.language.place)))
    }

    /// Whose mailbox the token opens, if it does. Changes nothing.
    pub async fn peek_link(&self, token: &str) -> Result<Option<EmailAddress>, Error> {
        Ok(self.login_owner(token).await?.map(|o| o.mailbox.address))
    }

    /// Logs in as the owner of the token's mailbox. Call on POST only.
    pub async fn login_by_link(&self, token: &str, origin: &str) -> Result<NewSession, Error> {
        let refused = || {
            Error::new(
                ErrorCode::Unauthenticated,
                "This link has expired. Log in with your password, or wait for the next digest.",
            )
        };
        let owner = self.login_owner(token).await?.ok_or_else(refused)?;
        let actor = owner_actor(&owner, origin);
        let mut tx = self.inner.store.begin().await?;
        let session = self.new_session(&mut tx, Who::Owner(owner.mailbox.id), true, origin).await?;
        self.note(&mut tx, &actor, "login", &actor.name, "by digest link", Some(owner.mailbox.account)).await?;
        tx.commit().await?;
        Ok(NewSession { token: session, actor, must_change: None })
    }

    /// Links made until now log in no longer, and the owner's sessions end.
    pub async fn revoke_links(&self, actor: &Actor, mailbox: MailboxId) -> Result<(), Error> {
        let scope = self.permit(actor, UseCase::EditMailbox)?;
        let mut tx = self.inner.store.begin().await?;
        let m = store::mailbox::get(&mut tx, mailbox).await?;
        let m = m.filter(|m| crate::mailboxes::within(scope, m)).ok_or_else(|| Error::not_found("mailbox"))?;
        store::mailbox::revoke_links(&mut tx, mailbox).await?;
        store::session::remove_of(&mut tx, Who::Owner(mailbox)).await?;
        self.note(&mut tx, actor, "mailbox.revoke_links", m.address.as_str(), "", Some(m.account)).await?;
        Ok(tx.commit().await?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    const CLAIM: Claim = Claim {
        purpose: Purpose::Release,
        mailbox: MailboxId(7),
        object: 12,
        expires: Timestamp(1_000),
        generation: 3,
    };

    #[test]
    fn a_token_says_what_was_sealed_and_no_changed_byte_passes() {
        let token = seal(&[1; 32], CLAIM);
        assert_eq!(open(&[1; 32], &token), Some(CLAIM));
        assert_eq!(open(&[2; 32], &token), None);
        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        for i in 0..bytes.len() {
            let mut forged = bytes.clone();
            forged[i] ^= 1;
            assert_eq!(open(&[1; 32], &URL_SAFE_NO_PAD.encode(forged)), None, "byte {i}");
        }
        for n in 0..bytes.len() {
            assert_eq!(open(&[1; 32], &URL_SAFE_NO_PAD.encode(&bytes[..n])), None, "cut to {n}");
        }
    }
    proptest! {
        #[test]
        fn strangers_tokens_open_nothing(token in ".{0,200}") { prop_assert_eq!(open(&[1; 32], &token), None); }
    }
}
