//! Mail that arrives for one of our domains (guide chapter 6 "Unrecognized Recipient Handling", "Mailbox Discovery",
//! "Domains required to use TLS").

use super::{Gate, Said, greylist};
use model::settings::HarvestProtection;
use model::time::DAY;
use model::view::{MailboxState, Unrecognized};
use model::{Actor, EmailAddress, SessionInfo, Timestamp};
use service::snapshot::Domain;
use service::{Lookup, Snapshot, Standing};
use smtp::{Asked, RcptOk, Reply};
use std::sync::Arc;

const MEGABYTE: u64 = 1_000_000;

const NEEDS_TLS: Reply = Reply::new(550, "5.7.10", "Mail from this domain is taken by TLS only");

/// Of a hundred unknown addresses, how many are taken all the same.
fn taken(protection: HarvestProtection) -> u8 {
    match protection {
        HarvestProtection::None => 0,
        HarvestProtection::Low => 25,
        HarvestProtection::Medium => 75,
        HarvestProtection::High => 100,
    }
}

impl Gate {
    pub(super) async fn inbound(&self, asked: Asked<'_>) -> Result<RcptOk, Reply> {
        let ask = || self.recipient(asked.to);
        let answer = match ask().await {
            Err(_) if self.newer_configuration().await => ask().await,
            answer => answer,
        };
        let (ok, domain) = answer?;
        required_tls(&domain, asked)?;
        let snapshot = self.snapshots.get();
        self.check_envelope(&snapshot, asked.session, asked.from.as_ref(), asked.to).await?;
        Ok(ok)
    }

    /// What the recipient takes, and the domain that it belongs to.
    async fn recipient(&self, to: &EmailAddress) -> Result<(RcptOk, Arc<Domain>), Reply> {
        let size = |values: &model::Values| RcptOk { max_size: u64::from(values.max_size_mb()) * MEGABYTE };
        let lookup = self.snapshots.get().lookup(to);
        match lookup {
            Lookup::Known(known) if known.state == MailboxState::Inactive => Err(Reply::REJECTED),
            Lookup::Known(known) => Ok((size(&known.policy.values), known.domain)),
            Lookup::UnknownMailbox(domain) => {
                self.unknown(&domain, to).await?;
                Ok((size(domain.values()), domain))
            }
            Lookup::NotOurDomain => Err(Reply::RELAY),
        }
    }

    /// Nobody has this address, as far as we know.
    async fn unknown(&self, domain: &Domain, to: &EmailAddress) -> Result<(), Reply> {
        if self.discovery.ask(domain, to).await == Said::Exists {
            if domain.values().discovery.create_mailboxes {
                self.add(domain, to).await;
            }
            return Ok(());
        }
        match domain.unrecognized {
            Unrecognized::Accept | Unrecognized::Discard => Ok(()),
            Unrecognized::Forward if !domain.values().recipients.forward_to.is_empty() => Ok(()),
            Unrecognized::Forward | Unrecognized::Reject => self.harvested(domain, to).await,
        }
    }

    /// A mailbox that its server turned out to have. Where it cannot be added the mail is taken all the same.
    async fn add(&self, domain: &Domain, to: &EmailAddress) {
        let name = to.without_tag();
        match self.service.add_discovered(&Actor::system("discovery"), domain.id, name.local()).await {
            Ok(Some(_)) => tracing::info!(mailbox = %name, "mailbox discovered"),
            Ok(None) => {}
            Err(error) => tracing::error!(%error, mailbox = %name, "a discovered mailbox cannot be added"),
        }
        if let Err(error) = self.snapshots.refresh_if_changed().await {
            tracing::error!(%error, "the configuration cannot be read again");
        }
    }

    /// Refuses, but for the part that is taken so that nobody learns which addresses there are.
    async fn harvested(&self, domain: &Domain, to: &EmailAddress) -> Result<(), Reply> {
        let part = taken(domain.values().recipients.harvest_protection);
        if part == 0 {
            return Err(Reply::REJECTED);
        }
        let today = Timestamp::now().0.div_euclid(DAY);
        match self.service.harvest_lot(to, today).await {
            Ok(lot) if lot < part => Ok(()),
            Ok(_) => Err(Reply::REJECTED),
            Err(error) => {
                tracing::error!(%error, "the lot of an unknown recipient cannot be drawn");
                Err(Reply::UNAVAILABLE)
            }
        }
    }

    /// The tests of greylisting that need no message.
    async fn check_envelope(
        &self,
        snapshot: &Snapshot,
        session: &SessionInfo,
        from: Option<&EmailAddress>,
        to: &EmailAddress,
    ) -> Result<(), Reply> {
        let g = &snapshot.appliance().values.greylisting;
        if !g.enabled || self.standing(snapshot, session.client_ip) != Standing::Usual {
            return Ok(());
        }
        match greylist::envelope(&**self.discovery.dns(), g, session, from).await {
            Some(test) => self.greylisted(snapshot, test, session, from, to).await,
            None => Ok(()),
        }
    }
}

/// Mail of the sender domains that the recipient's domain lists comes by TLS, or not at all.
fn required_tls(domain: &Domain, asked: Asked<'_>) -> Result<(), Reply> {
    let Some(from) = asked.from.as_ref().filter(|_| asked.session.tls.is_none()) else { return Ok(()) };
    let name = from.domain_str();
    let listed = |d: &String| name.strip_suffix(d.as_str()).is_some_and(|r| r.is_empty() || r.ends_with('.'));
    if domain.values().routing.tls_domains.iter().any(listed) { Err(NEEDS_TLS) } else { Ok(()) }
}
