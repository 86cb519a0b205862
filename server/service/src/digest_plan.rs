//! Which digests are due, worked out for many mailboxes at once: what is the same for all is read once, mailboxes in chunks, so
//! that a hundred thousand of them need neither their number of statements nor their number of settings in memory.

use crate::digest::{DueDigest, LOOK_BACK, due};
use crate::owner::Owner;
use crate::{Error, SetLanguage, layers};
use model::settings::{Layered, Level};
use model::{DomainId, MailboxId, Timestamp};
use std::collections::{BTreeSet, HashMap};
use store::mailbox::Details;
use store::{Connection, Scope};

/// Mailboxes that are looked at, and digests that are sent, in one step.
const CHUNK: usize = 200;

const SEND_EMPTY: &str = "digest.send_empty";

/// What is the same for all mailboxes, and which of them may be due.
pub(crate) struct Plan {
    groups: layers::Groups,
    details: HashMap<MailboxId, Details>,
    last: HashMap<MailboxId, Timestamp>,
    below: HashMap<DomainId, Layered>,
    candidates: Vec<MailboxId>,
}

impl Plan {
    pub(crate) async fn new(c: &mut Connection, now: Timestamp) -> Result<Plan, Error> {
        let base = layers::Base::all(c).await?;
        let groups = layers::Groups::all(c).await?;
        let mut candidates: BTreeSet<MailboxId> =
            store::quarantine::mailboxes_with_mail(c, now.plus(-LOOK_BACK)).await?.into_iter().collect();
        candidates.extend(groups.members_where_set(SEND_EMPTY));
        candidates.extend(store::mailbox::that_set(c, "send_empty".to_owned()).await?);
        let mut below = HashMap::new();
        for d in store::domain::all(c, None).await? {
            let layered = layers::lay(&base.inbound(d.account).layered(), Level::Domain, &d.settings);
            if layered.resolve(model::Direction::Inbound).digest.send_empty {
                candidates.extend(store::mailbox::all(c, Some(d.id)).await?.iter().map(|m| m.id));
            }
            below.insert(d.id, layered);
        }
        let (details, last) = match candidates.is_empty() {
            true => Default::default(),
            false => (store::mailbox::all_details(c).await?, store::digest::all_last_until(c).await?),
        };
        Ok(Plan { groups, details, last, below, candidates: candidates.into_iter().collect() })
    }

    /// The candidates that come after the first `before`; empty: that were all.
    pub(crate) fn chunk(&self, before: usize) -> Vec<MailboxId> {
        self.candidates.iter().skip(before).take(CHUNK).copied().collect()
    }

    /// Whether it has had a digest.
    pub(crate) fn had_one(&self, mailbox: MailboxId) -> bool {
        self.last.contains_key(&mailbox)
    }

    /// Those of the chunk that are due, with all that holds for them.
    pub(crate) async fn due(
        &self,
        c: &mut Connection,
        chunk: Vec<MailboxId>,
        now: Timestamp,
    ) -> Result<Vec<(Owner, DueDigest)>, Error> {
        let mut out = Vec::new();
        for m in store::mailbox::some(c, chunk).await? {
            let Some(below) = self.below.get(&m.domain) else { continue };
            let access = self.details.get(&m.id).map(|d| d.access).unwrap_or_default();
            let values = layers::mailbox(&self.groups.over(below, self.groups.of(m.id)), &m.settings);
            let owner = Owner { mailbox: m, access, values, language: SetLanguage::default() };
            if !owner.may_log_in() {
                continue;
            }
            let id = owner.mailbox.id;
            let Some(due) = due(&owner.values.digest, id, self.last.get(&id).copied(), now) else { continue };
            let wanted = owner.values.digest.send_empty
                || store::quarantine::any_for_digest(c, Scope::Mailbox(id), due.since, due.until).await?;
            if wanted {
                out.push((owner, due));
            }
        }
        Ok(out)
    }
}
