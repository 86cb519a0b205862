//! A mailbox as it is configured, and what holds for it.

use super::domain::{Domain, Group};
use arc_swap::ArcSwapOption;
use filter::{Policy, SenderLists};
use model::settings::{Layered, Level};
use model::view::MailboxState;
use model::{Direction, DomainId, EmailAddress, MailboxId, Settings};
use std::collections::HashMap;
use std::sync::Arc;

/// A mailbox, small: most set nothing themselves.
#[derive(Debug)]
pub(super) struct MailboxEntry {
    pub(super) id: MailboxId,
    pub(super) address: EmailAddress,
    pub(super) state: MailboxState,
    pub(super) domain: DomainId,
    /// Keys of its aliases.
    pub(super) aliases: Box<[Box<str>]>,
    pub(super) own: Option<Box<Own>>,
}

/// In what it differs from its domain.
#[derive(Debug, Default)]
pub(super) struct Own {
    pub(super) settings: Settings,
    pub(super) senders: Option<Arc<SenderLists>>,
    /// Groups that it is in, by id: their order is the domain's to know.
    pub(super) groups: Box<[i64]>,
    resolved: ArcSwapOption<(Arc<Domain>, Arc<Policy>)>,
}

impl Own {
    pub(super) fn new(settings: Settings, senders: Option<Arc<SenderLists>>, mut groups: Vec<i64>) -> Option<Box<Own>> {
        groups.sort_unstable();
        let nothing = settings.is_empty() && senders.is_none() && groups.is_empty();
        (!nothing).then(|| Box::new(Own { settings, senders, groups: groups.into(), resolved: ArcSwapOption::empty() }))
    }
}

impl Own {
    /// What the groups and the mailbox say over what is below them.
    pub(super) fn over(&self, below: Layered, groups: &HashMap<i64, Arc<Group>>) -> Layered {
        let mut groups: Vec<_> = self.groups.iter().filter_map(|id| groups.get(id)).collect();
        groups.sort_by_key(|g| g.position);
        let groups = groups.iter().rev().map(|g| (Level::Group, &g.settings));
        let lay = |below: Layered, (level, settings)| crate::layers::lay(&below, level, settings);
        groups.chain([(Level::Mailbox, &self.settings)]).fold(below, lay)
    }
}

impl MailboxEntry {
    /// What holds for it in its domain.
    pub(super) fn policy(&self, domain: &Arc<Domain>) -> Arc<Policy> {
        let protected = self.state != MailboxState::Unprotected;
        let Some(own) = &self.own else {
            return if protected { domain.policy.clone() } else { domain.unprotected().clone() };
        };
        if let Some(known) = own.resolved.load().as_ref()
            && Arc::ptr_eq(&known.0, domain)
        {
            return known.1.clone();
        }
        let policy = if own.settings.is_empty() && own.senders.is_none() && protected {
            domain.of_groups(&own.groups, || self.resolve(own, domain))
        } else {
            Arc::new(self.resolve(own, domain))
        };
        own.resolved.store(Some(Arc::new((domain.clone(), policy.clone()))));
        policy
    }

    fn resolve(&self, own: &Own, domain: &Domain) -> Policy {
        let mut groups: Vec<_> = own.groups.iter().filter_map(|id| domain.groups.get(id)).collect();
        groups.sort_by_key(|g| g.position);
        let set = groups.iter().any(|g| !g.settings.is_empty()) || !own.settings.is_empty();
        let values = if set {
            own.over(domain.layered.clone(), &domain.groups).resolve(Direction::Inbound)
        } else {
            domain.policy.values.clone()
        };
        let mut policy = Policy::new(values, domain.name.clone());
        let by_itself = !own.settings.is_empty() || own.senders.is_some();
        policy.profile = match (by_itself, set) {
            (true, _) => Some(self.address.to_string()),
            // The profile of mail is a user's or a domain's (guide appendix on headers): groups are the domain's.
            (false, true) => Some(domain.name.to_string()),
            (false, false) => domain.policy.profile.clone(),
        };
        policy.domain_senders = domain.policy.domain_senders.clone();
        policy.content = domain.policy.content.clone();
        policy.content_order = domain.policy.content_order.clone();
        policy.group_senders = groups.iter().filter_map(|g| g.senders.clone()).collect();
        policy.mailbox_senders = own.senders.clone();
        policy.unprotected = self.state == MailboxState::Unprotected;
        policy
    }
}
