//! OmniSearch (guide chapter 3): what a few letters may mean among the things that have names.

use crate::{Error, Service, UseCase, permits};
use model::Actor;
use store::search::{self, Few};

pub use store::search::Hit;

/// Objects of a kind that are found at most.
pub const FOUND_MAX: u32 = 6;
/// Longer texts are cut: no name is so long.
const LONGEST: usize = 200;

/// Kinds of things that a search finds, in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundKind {
    Domains,
    Mailboxes,
    OutboundIps,
    Groups,
    Accounts,
    Administrators,
    ContentFilters,
    Verifiers,
    Notifications,
}

/// Each kind, and who may see it.
const KINDS: [(FoundKind, UseCase); 9] = [
    (FoundKind::Domains, UseCase::ListDomains),
    (FoundKind::Mailboxes, UseCase::ListMailboxes),
    (FoundKind::OutboundIps, UseCase::ListOutbound),
    (FoundKind::Groups, UseCase::ListGroups),
    (FoundKind::Accounts, UseCase::ListAccounts),
    (FoundKind::Administrators, UseCase::ListAdministrators),
    (FoundKind::ContentFilters, UseCase::ListContentFilters),
    (FoundKind::Verifiers, UseCase::ListVerifiers),
    (FoundKind::Notifications, UseCase::ListNotifications),
];

impl Service {
    /// The first few of each kind that the actor may see, kinds without any left out. Mailboxes and domains are found by
    /// how they begin. An empty text finds nothing.
    pub async fn search(&self, actor: &Actor, text: &str) -> Result<Vec<(FoundKind, Vec<Hit>)>, Error> {
        let scope = self.permit(actor, UseCase::ListDomains)?;
        let text: String = text.trim().chars().filter(|c| *c != '\0').take(LONGEST).collect();
        if text.is_empty() {
            return Ok(Vec::new());
        }
        let mut c = self.inner.store.read().await?;
        let mut found = Vec::new();
        for (kind, what) in KINDS {
            if !permits(actor.role, what) || self.permit(actor, what).is_err() {
                continue;
            }
            let few = match kind {
                FoundKind::Domains => None,
                FoundKind::Mailboxes => None,
                FoundKind::OutboundIps => Some(Few::OutboundIps),
                FoundKind::Groups => Some(Few::Groups),
                FoundKind::Accounts => Some(Few::Accounts),
                FoundKind::Administrators => Some(Few::Administrators),
                FoundKind::ContentFilters => Some(Few::ContentFilters),
                FoundKind::Verifiers => Some(Few::Verifiers),
                FoundKind::Notifications => Some(Few::Notifications),
            };
            let hits = match (kind, few) {
                (_, Some(few)) => search::few(&mut c, few, scope, &text, FOUND_MAX).await?,
                (FoundKind::Mailboxes, _) => search::mailboxes(&mut c, scope, &text, FOUND_MAX).await?,
                _ => search::domains(&mut c, scope, &text, FOUND_MAX).await?,
            };
            if !hits.is_empty() {
                found.push((kind, hits));
            }
        }
        Ok(found)
    }
}
