//! Where mail goes, from the snapshot at the time of each attempt: a corrected gateway helps mail that waits already.

use crate::gate::Turns;
use delivery::{Gateway, Route, Routing};
use model::{DomainName, EmailAddress};
use service::SnapshotStore;
use std::sync::Arc;

pub struct SnapshotRouting {
    snapshots: SnapshotStore,
    turns: Arc<Turns>,
}

impl SnapshotRouting {
    /// `turns`: mail servers that call us for their mail.
    pub fn new(snapshots: SnapshotStore, turns: Arc<Turns>) -> SnapshotRouting {
        SnapshotRouting { snapshots, turns }
    }
}

impl Routing for SnapshotRouting {
    fn gateway(&self, domain: &DomainName) -> Option<Gateway> {
        let snapshot = self.snapshots.get();
        let domain = snapshot.domain(domain.as_str())?;
        let routing = &domain.values().routing;
        if routing.odmr {
            return Some(self.turns.gateway(&domain.name));
        }
        Some(Gateway { hosts: domain.gateways.clone(), order: routing.gateway_order, encryption: routing.encryption })
    }

    /// Our own domains by their gateway, all others by their mail exchangers.
    fn route(&self, to: &EmailAddress) -> Route {
        let domain = to.domain();
        if self.snapshots.get().protects(domain.as_str()) { Route::Gateway(domain) } else { Route::Mx(domain) }
    }
}
