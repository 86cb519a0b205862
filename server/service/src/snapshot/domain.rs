//! A protected domain: as it is configured, and what holds for it.

use crate::layers::{self, Base};
use arc_swap::ArcSwapOption;
use filter::{Policy, SenderLists};
use model::settings::{Layered, Level};
use model::view::Unrecognized;
use model::{AccountId, Direction, DomainId, DomainName, HostPort, Settings, Values};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use store::dkim::SealedKey;

/// A protected domain.
#[derive(Debug)]
pub struct Domain {
    pub id: DomainId,
    pub account: AccountId,
    pub name: DomainName,
    pub gateways: Vec<HostPort>,
    pub unrecognized: Unrecognized,
    /// For recipients without a mailbox, and for mailboxes that set nothing themselves.
    pub policy: Arc<Policy>,
    /// Keys that sign its outbound mail, by selector.
    pub dkim: Arc<[SealedKey]>,
    /// The levels up to the domain, to lay groups and mailboxes over.
    pub(super) layered: Layered,
    pub(super) groups: HashMap<i64, Arc<Group>>,
    unprotected: OnceLock<Arc<Policy>>,
    /// Policies of mailboxes that only differ by the groups that they are in.
    by_groups: RwLock<HashMap<Box<[i64]>, Arc<Policy>>>,
}

/// A group of mailboxes: what it sets.
#[derive(Debug)]
pub(super) struct Group {
    /// Among the groups of its domain; the first goes before the others.
    pub(super) position: i64,
    pub(super) settings: Settings,
    pub(super) senders: Option<Arc<SenderLists>>,
}

impl Domain {
    pub fn values(&self) -> &Values {
        &self.policy.values
    }

    /// What holds where nothing is filtered.
    pub(super) fn unprotected(&self) -> &Arc<Policy> {
        self.unprotected.get_or_init(|| Arc::new(Policy { unprotected: true, ..Policy::clone(&self.policy) }))
    }

    /// What holds for the members of these groups who set nothing themselves.
    pub(super) fn of_groups(&self, groups: &[i64], make: impl FnOnce() -> Policy) -> Arc<Policy> {
        if let Some(known) = self.by_groups.read().unwrap_or_else(PoisonError::into_inner).get(groups) {
            return known.clone();
        }
        let made = Arc::new(make());
        let mut all = self.by_groups.write().unwrap_or_else(PoisonError::into_inner);
        all.entry(groups.into()).or_insert(made).clone()
    }
}

/// A domain as it is configured. What holds for it is worked out when it is first asked for, and again when levels
/// below it have changed: a change for everybody costs those that get mail.
#[derive(Debug)]
pub(super) struct DomainEntry {
    pub(super) row: store::domain::Domain,
    pub(super) groups: HashMap<i64, Arc<Group>>,
    pub(super) senders: Arc<SenderLists>,
    pub(super) dkim: Arc<[SealedKey]>,
    /// Its content filters by id, in the order in which they are looked at.
    content_order: Arc<[i64]>,
    resolved: ArcSwapOption<(Arc<Base>, Arc<Domain>)>,
}

impl DomainEntry {
    pub(super) fn new(
        row: store::domain::Domain,
        groups: HashMap<i64, Arc<Group>>,
        senders: Arc<SenderLists>,
        dkim: Arc<[SealedKey]>,
        content_order: Arc<[i64]>,
    ) -> DomainEntry {
        DomainEntry { row, groups, senders, dkim, content_order, resolved: ArcSwapOption::empty() }
    }

    pub(super) fn domain(&self, levels: &Arc<Base>) -> Arc<Domain> {
        if let Some(known) = self.resolved.load().as_ref()
            && Arc::ptr_eq(&known.0, levels)
        {
            return known.1.clone();
        }
        let domain = Arc::new(self.resolve(levels));
        self.resolved.store(Some(Arc::new((levels.clone(), domain.clone()))));
        domain
    }

    fn resolve(&self, levels: &Base) -> Domain {
        let row = &self.row;
        let layered = layers::lay(&levels.inbound(row.account).layered(), Level::Domain, &row.settings);
        let mut policy = Policy::new(layered.resolve(Direction::Inbound), row.name.clone());
        policy.profile = (!row.settings.is_empty()).then(|| row.name.to_string());
        policy.domain_senders = self.senders.clone();
        policy.content = levels.content(row.account);
        policy.content_order = self.content_order.clone();
        Domain {
            id: row.id,
            account: row.account,
            name: row.name.clone(),
            gateways: row.gateways.clone(),
            unrecognized: row.unrecognized,
            policy: Arc::new(policy),
            dkim: self.dkim.clone(),
            layered,
            groups: self.groups.clone(),
            unprotected: OnceLock::new(),
            by_groups: RwLock::default(),
        }
    }
}
