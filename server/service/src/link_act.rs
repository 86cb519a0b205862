//! Links of a digest that do something without a login: release, delete, block the sender, end the digests. Looking at one
//! (GET) changes nothing, as mail scanners follow links; the button on its page does it (POST). Each is good for one message
//! of one mailbox and for one purpose, and once: a released or deleted message has left the quarantine, and the others are
//! used up.

use crate::link::{Claim, Purpose};
use crate::login::owner_actor;
use crate::owner::Owner;
use crate::{Error, Service, UseCase, secret};
use model::settings::DigestFrequency;
use model::view::{QuarantineRow, ReleaseTo};
use model::{Actor, Disposition, EmailAddress, ErrorCode, SenderEntry};
use store::change::Touched;
use store::senders::{self, Kind};

/// What a link is about.
#[derive(Debug, Clone, PartialEq)]
pub enum LinkAbout {
    Message(Box<QuarantineRow>),
    Digests,
}

/// A link that would do something now.
#[derive(Debug, Clone, PartialEq)]
pub struct ActLink {
    pub purpose: Purpose,
    pub address: EmailAddress,
    pub about: LinkAbout,
    /// ISO 639-1, where one is set for the mailbox.
    pub language: Option<String>,
}

fn dead() -> Error {
    Error::new(ErrorCode::NotFound, "This link was used already, or what it is about is gone.")
}

/// The address of a row's sender that a list can name.
pub(crate) fn blockable(row: &QuarantineRow) -> Option<SenderEntry> {
    let header = row.sender.rsplit_once('<').map_or(row.sender.as_str(), |(_, rest)| rest.trim_end_matches('>'));
    let address = EmailAddress::parse(header.trim()).or_else(|_| EmailAddress::parse(&row.envelope_from)).ok()?;
    address.as_str().parse().ok()
}

impl Service {
    /// What a link would do, if it would. Changes nothing.
    pub async fn peek_act(&self, token: &str) -> Result<Option<ActLink>, Error> {
        let Some((claim, owner)) = self.link_owner(token).await? else { return Ok(None) };
        let about = match claim.purpose {
            Purpose::Login => return Ok(None),
            Purpose::Unsubscribe => LinkAbout::Digests,
            Purpose::Release | Purpose::Delete | Purpose::Block => match self.linked_row(&claim, &owner).await {
                Ok(row) => LinkAbout::Message(Box::new(row)),
                Err(Error::User(_)) => return Ok(None),
                Err(e) => return Err(e),
            },
        };
        let language = owner.language.own.or(owner.language.place);
        Ok(Some(ActLink { purpose: claim.purpose, address: owner.mailbox.address, about, language }))
    }

    /// The message of the link, while it is held and its owner may see it.
    async fn linked_row(&self, claim: &Claim, owner: &Owner) -> Result<QuarantineRow, Error> {
        let row = self.quarantined(&owner_actor(owner, ""), claim.object).await?;
        if row.disposition == Disposition::Quarantined { Ok(row) } else { Err(dead()) }
    }

    /// Does what the link is for, as the mailbox's owner, with all that they may and may not. Call on POST only.
    pub async fn use_act(&self, token: &str, origin: &str) -> Result<Purpose, Error> {
        let (claim, owner) = self.link_owner(token).await?.ok_or_else(dead)?;
        let actor = owner_actor(&owner, origin);
        let done = match claim.purpose {
            Purpose::Login => return Err(dead()),
            Purpose::Release => self.release(&actor, &[claim.object], ReleaseTo::Recipient).await?,
            Purpose::Delete => self.delete(&actor, &[claim.object]).await?,
            Purpose::Block => {
                self.block_by_link(token, &claim, &owner, &actor).await?;
                return Ok(claim.purpose);
            }
            Purpose::Unsubscribe => {
                self.unsubscribe_by_link(token, &claim, owner, &actor).await?;
                return Ok(claim.purpose);
            }
        };
        match done.failed.into_iter().next() {
            None => Ok(claim.purpose),
            Some((_, why)) => Err(Error::new(ErrorCode::Conflict, why)),
        }
    }

    async fn use_up(&self, tx: &mut store::Tx, token: &str, claim: &Claim) -> Result<(), Error> {
        let key = format!("link/{}", secret::fingerprint(token));
        match store::session::use_up(tx, &key, claim.expires).await? {
            true => Ok(()),
            false => Err(dead()),
        }
    }

    async fn block_by_link(&self, token: &str, claim: &Claim, owner: &Owner, actor: &Actor) -> Result<(), Error> {
        self.permit(actor, UseCase::SetDigest)?;
        if !owner.values.personal.senders {
            return Err(Error::forbidden());
        }
        let row = self.linked_row(claim, owner).await?;
        let entry = blockable(&row).ok_or_else(dead)?;
        let mut tx = self.inner.store.begin().await?;
        self.use_up(&mut tx, token, claim).await?;
        let list = senders::Owner::Mailbox(claim.mailbox);
        senders::remove(&mut tx, list, Kind::Friend, std::slice::from_ref(&entry)).await?;
        senders::add(&mut tx, list, Kind::Enemy, std::slice::from_ref(&entry)).await?;
        let detail = format!("+1 enemies, by digest link: {entry}");
        self.note(&mut tx, actor, "mailbox.senders", &actor.name, &detail, Some(owner.mailbox.account)).await?;
        store::change::touch(&mut tx, &[Touched::Mailbox(claim.mailbox)]).await?;
        Ok(tx.commit().await?)
    }

    async fn unsubscribe_by_link(
        &self,
        token: &str,
        claim: &Claim,
        mut owner: Owner,
        actor: &Actor,
    ) -> Result<(), Error> {
        self.permit(actor, UseCase::SetDigest)?;
        if !owner.values.personal.settings {
            return Err(Error::forbidden());
        }
        let mut tx = self.inner.store.begin().await?;
        self.use_up(&mut tx, token, claim).await?;
        let never = DigestFrequency::Never.as_str();
        owner.mailbox.settings.set("digest.frequency", never.into()).map_err(Error::of_field)?;
        store::mailbox::update(&mut tx, &owner.mailbox).await?;
        let detail = format!("{never}, by digest link");
        self.note(&mut tx, actor, "mailbox.digest", &actor.name, &detail, Some(owner.mailbox.account)).await?;
        store::change::touch(&mut tx, &[Touched::Mailbox(claim.mailbox)]).await?;
        Ok(tx.commit().await?)
    }
}
