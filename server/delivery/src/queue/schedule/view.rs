//! The queue as an operator sees it and pushes it.

use super::{DestinationId, Place, Schedule};
use crate::Route;
use model::Timestamp;
use std::collections::{HashMap, HashSet};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DestinationView {
    /// `gateway of acme.test`, `acme.test` or `host:port`.
    pub destination: String,
    /// Deliveries in the queue, those being tried included.
    pub waiting: u64,
    /// Since when it is down, else when its oldest delivery was created.
    pub since: Timestamp,
    pub next_attempt: Timestamp,
    /// The last failure; empty when there was none.
    pub last_error: String,
    /// It cannot be reached at present.
    pub down: bool,
    /// Connections at work.
    pub connections: u64,
}

impl Schedule {
    /// Destinations with mail, by name.
    pub fn view(&self, now: Timestamp) -> Vec<DestinationView> {
        let mut oldest: HashMap<DestinationId, (Timestamp, Timestamp)> = HashMap::new();
        for item in self.items.values() {
            let next = if let Place::Waiting(at) = item.place { at } else { now };
            let entry = oldest.entry(item.destination).or_insert((item.created, next));
            *entry = (entry.0.min(item.created), entry.1.min(next));
        }
        let mut views: Vec<_> = oldest
            .into_iter()
            .filter_map(|(id, (created, next))| {
                let d = self.destinations.get(&id)?;
                Some(DestinationView {
                    destination: d.route.to_string(),
                    waiting: d.items as u64,
                    since: d.down.as_ref().map_or(created, |down| down.since),
                    next_attempt: d.down.as_ref().map_or(next, |down| down.probe_at),
                    last_error: d.last_error.clone(),
                    down: d.down.is_some(),
                    connections: d.active as u64,
                })
            })
            .collect();
        views.sort_by(|a, b| a.destination.cmp(&b.destination));
        views
    }

    /// The system clock was set forward by so many milliseconds (negative: back). What waits goes on waiting as long as
    /// it had to.
    pub fn shift(&mut self, ms: i64) {
        self.timers = std::mem::take(&mut self.timers).into_iter().map(|(at, event)| (at.plus(ms), event)).collect();
        for item in self.items.values_mut() {
            for at in [&mut item.created, &mut item.expires, &mut item.late] {
                *at = at.plus(ms);
            }
            if let Place::Waiting(at) = &mut item.place {
                *at = at.plus(ms);
            }
            let mut plan = item.task.held.plan.lock();
            if let Some(delivery) = plan.deliveries.get_mut(item.task.index) {
                for at in [&mut delivery.created, &mut delivery.expires, &mut delivery.next_attempt] {
                    *at = at.plus(ms);
                }
            }
        }
        for down in self.destinations.values_mut().filter_map(|d| d.down.as_mut()) {
            (down.since, down.probe_at) = (down.since.plus(ms), down.probe_at.plus(ms));
        }
    }

    /// Tries what waits for these routes now.
    pub fn retry_now(&mut self, which: impl Fn(&Route) -> bool, now: Timestamp) {
        let chosen: HashSet<_> = self.destinations.iter().filter(|(_, d)| which(&d.route)).map(|(id, _)| *id).collect();
        let waiting: Vec<_> = self
            .items
            .iter()
            .filter(|(_, i)| matches!(i.place, Place::Waiting(_)) && chosen.contains(&i.destination))
            .map(|(id, i)| (*id, i.destination))
            .collect();
        for (id, destination) in waiting {
            if let Some(item) = self.items.get_mut(&id) {
                item.place = Place::Ready;
            }
            self.place(id, destination, Place::Ready);
        }
        for destination in chosen {
            if let Some(down) = self.destinations.get_mut(&destination).and_then(|d| d.down.as_mut()) {
                down.probe_at = now;
            }
            self.pump(destination, now);
        }
    }
}
