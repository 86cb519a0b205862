//! When and where deliveries are tried: pure bookkeeping. It is told the time, and says what to do in [`Todo`].
//!
//! A delivery is ready, waiting for its own time, or taken (being tried, or its result being written down).
//! A destination that cannot be reached is down: its mail stays ready, one connection at a time probes it at
//! growing pauses, and the first that succeeds lets all of it flow. Deliveries that a host deferred one by one wait on their own.
//! How many connections a destination has follows what it answers: more while all goes well, half as many when it says that
//! it has enough, never more than is allowed; and what goes to it in a minute may be bounded.

mod destination;
mod todo;
mod view;

#[cfg(test)]
mod tests;

pub(super) use todo::{Due, Failed, Limits, Overdue, Start, Taken, Todo};
pub use view::DestinationView;

#[cfg(test)]
use destination::GOOD;
use destination::{Destination, Down};

use super::{Task, Way};
use crate::Route;
use model::Timestamp;
use std::collections::{BTreeSet, HashMap, VecDeque};

pub(in crate::queue) type ItemId = u64;
pub(in crate::queue) type DestinationId = u64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Ready,
    Waiting(Timestamp),
    Taken,
}

struct Item {
    task: Task,
    destination: DestinationId,
    place: Place,
    created: Timestamp,
    expires: Timestamp,
    /// When its sender is told that it takes long.
    late: Timestamp,
    /// It has been said that it waits for its destination.
    noticed: bool,
    /// A worker has had it.
    tried: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Due(ItemId),
    Late(ItemId),
    Expire(ItemId),
    Probe(DestinationId),
    /// A destination may be given something again.
    Free(DestinationId),
}

pub(super) struct Schedule {
    limits: Limits,
    pauses: Vec<i64>,
    /// Milliseconds after which a sender is told that its message waits.
    patience: Option<i64>,
    next_id: u64,
    items: HashMap<ItemId, Item>,
    ids: HashMap<Way, DestinationId>,
    destinations: HashMap<DestinationId, Destination>,
    timers: BTreeSet<(Timestamp, Event)>,
    /// Destinations that want a connection while there are as many as allowed.
    hungry: VecDeque<DestinationId>,
    active: usize,
    stopping: bool,
    todo: Todo,
}

impl Schedule {
    /// `pauses`: milliseconds after the first, second … failure; the last repeats.
    pub fn new(limits: Limits, pauses: Vec<i64>, patience: Option<i64>) -> Self {
        Schedule {
            limits,
            pauses,
            patience,
            next_id: 0,
            items: HashMap::new(),
            ids: HashMap::new(),
            destinations: HashMap::new(),
            timers: BTreeSet::new(),
            hungry: VecDeque::new(),
            active: 0,
            stopping: false,
            todo: Todo::default(),
        }
    }

    /// The pause after the `failures`th failure in a row, in milliseconds; 1 is the first.
    pub fn pause(&self, failures: u32) -> i64 {
        pause(&self.pauses, failures)
    }

    pub fn take_todo(&mut self) -> Todo {
        std::mem::take(&mut self.todo)
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Nothing is started from here on.
    pub fn stop(&mut self) {
        self.stopping = true;
    }

    fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    pub fn add(
        &mut self,
        task: Task,
        route: &Route,
        created: Timestamp,
        at: Timestamp,
        expires: Timestamp,
        now: Timestamp,
    ) {
        // Made before the clock was set back: what it waits for is as far away as it was.
        let ahead = created.since(now).max(0);
        let [created, at, expires] = [created, at, expires].map(|t| t.plus(-ahead));
        let way = Way { route: route.clone(), wish: task.held.envelope.tls_wish };
        let destination = match self.ids.get(&way) {
            Some(id) => *id,
            None => {
                let id = self.id();
                self.ids.insert(way.clone(), id);
                let (ceiling, spacing) = self.limits.shapes.of(&way.route);
                self.destinations.insert(id, Destination::new(way, ceiling, spacing));
                id
            }
        };
        let item = self.id();
        // One whose time for a notice is over had it before a restart, or had not: better none than two.
        let late = self.patience.map_or(Timestamp(0), |ms| created.plus(ms));
        if late > now && late < expires {
            self.timers.insert((late, Event::Late(item)));
        }
        let place = if at > now { Place::Waiting(at) } else { Place::Ready };
        self.items
            .insert(item, Item { task, destination, place, created, expires, late, noticed: false, tried: false });
        self.timers.insert((expires, Event::Expire(item)));
        if let Some(d) = self.destinations.get_mut(&destination) {
            d.items += 1;
        }
        self.place(item, destination, place);
        self.pump(destination, now);
        self.notice(destination, Some(item));
    }

    fn place(&mut self, item: ItemId, destination: DestinationId, place: Place) {
        match place {
            Place::Ready => {
                if let Some(d) = self.destinations.get_mut(&destination) {
                    d.ready.push_back(item);
                }
            }
            Place::Waiting(at) => {
                self.timers.insert((at, Event::Due(item)));
            }
            Place::Taken => {}
        }
    }

    /// The next delivery for a worker of this destination; none: the worker ends. `first`: it has just started.
    pub fn take(&mut self, destination: DestinationId, first: bool, now: Timestamp) -> Option<Taken> {
        let d = self.destinations.get_mut(&destination)?;
        d.starting -= usize::from(first);
        let crowded = d.active > d.limit || self.active >= self.limits.all && !self.hungry.is_empty() && d.active > 1;
        // Only the probe, with its first delivery, may take mail for a destination that is down.
        let barred = d.down.as_mut().is_some_and(|down| !first || !std::mem::take(&mut down.probing));
        if self.stopping || barred || d.free_at > now || !first && crowded {
            return None;
        }
        while let Some(id) = d.ready.pop_front() {
            if let Some(item) = self.items.get_mut(&id).filter(|i| i.place == Place::Ready) {
                (item.place, item.tried) = (Place::Taken, true);
                let taken = Taken { item: id, task: item.task.clone(), epoch: d.epoch, turn: d.turn };
                if let Some(spacing) = d.spacing {
                    d.free_at = now.plus(spacing);
                }
                self.arm(destination, now);
                return Some(taken);
            }
        }
        None
    }

    /// A worker has a session: the destination is up.
    pub fn connected(&mut self, destination: DestinationId, now: Timestamp) {
        let Some(d) = self.destinations.get_mut(&destination) else { return };
        d.connected += 1;
        if d.down.take().is_some() {
            d.epoch += 1;
            d.last_error.clear();
            self.pump(destination, now);
        }
    }

    /// A worker's session ended.
    pub fn disconnected(&mut self, destination: DestinationId) {
        if let Some(d) = self.destinations.get_mut(&destination) {
            d.connected = d.connected.saturating_sub(1);
        }
    }

    /// A transaction went well.
    pub fn good(&mut self, destination: DestinationId, now: Timestamp) {
        if self.destinations.get_mut(&destination).is_some_and(Destination::grow) {
            self.pump(destination, now);
        }
    }

    /// In a transaction of this `turn` the host said that it has enough, or fell silent. What several transactions hear
    /// at a time counts once.
    pub fn slowed(&mut self, destination: DestinationId, turn: u64, now: Timestamp) {
        // A second, with the pauses of production.
        let rest = (self.pause(1) / 60).max(1);
        if let Some(d) = self.destinations.get_mut(&destination).filter(|d| d.turn == turn) {
            d.halve(rest, now);
            metrics::counter!("postern_delivery_slowed_total").increment(1);
        }
        self.arm(destination, now);
    }

    /// Makes sure that a destination that must wait goes on in time.
    fn arm(&mut self, destination: DestinationId, now: Timestamp) {
        if let Some(d) = self.destinations.get_mut(&destination).filter(|d| d.free_at > now && !d.timed) {
            d.timed = true;
            self.timers.insert((d.free_at, Event::Free(destination)));
        }
    }

    /// A worker could not connect, or the session was of no use.
    pub fn failed(&mut self, destination: DestinationId, epoch: u64, error: &str, now: Timestamp) -> Failed {
        let Some(d) = self.destinations.get_mut(&destination) else { return Failed::Down(now) };
        d.last_error = error.to_owned();
        if d.connected > 0 && d.down.is_none() {
            d.keep_to(d.connected);
            return Failed::Crowded;
        }
        match &d.down {
            Some(down) if d.epoch != epoch => return Failed::Down(down.probe_at),
            _ => {}
        }
        let (failures, since) = d.down.as_ref().map_or((1, now), |down| (down.failures + 1, down.since));
        let probe_at = now.plus(pause(&self.pauses, failures));
        d.epoch += 1;
        d.down = Some(Down { failures, since, probe_at, probing: false });
        self.timers.insert((probe_at, Event::Probe(destination)));
        self.notice(destination, None);
        Failed::Down(probe_at)
    }

    /// Says once of each delivery, or of one, that it waits for a destination that is down.
    fn notice(&mut self, destination: DestinationId, only: Option<ItemId>) {
        let Some(d) = self.destinations.get(&destination) else { return };
        let Some(down) = &d.down else { return };
        let ids: Vec<ItemId> = only.map_or_else(|| d.ready.iter().copied().collect(), |id| vec![id]);
        for id in ids {
            if let Some(item) = self.items.get_mut(&id).filter(|i| i.place == Place::Ready && !i.noticed) {
                item.noticed = true;
                self.todo.notices.push((item.task.clone(), down.probe_at, d.last_error.clone()));
            }
        }
    }

    /// A worker ends.
    pub fn release(&mut self, destination: DestinationId, now: Timestamp) {
        self.active = self.active.saturating_sub(1);
        if let Some(d) = self.destinations.get_mut(&destination) {
            d.active = d.active.saturating_sub(1);
        }
        // Who waited for a connection comes before who had one.
        while self.active < self.limits.all
            && let Some(next) = self.hungry.pop_front()
        {
            if let Some(d) = self.destinations.get_mut(&next) {
                d.hungry = false;
            }
            self.pump(next, now);
        }
        self.pump(destination, now);
        self.forget(destination);
    }

    /// Starts as many workers as there is work for.
    fn pump(&mut self, destination: DestinationId, now: Timestamp) {
        let Some(d) = self.destinations.get_mut(&destination) else { return };
        let limit = match &d.down {
            _ if self.stopping || d.free_at > now => 0,
            Some(down) => usize::from(now >= down.probe_at),
            None => d.limit,
        };
        while d.active < limit && d.ready.len() > d.starting {
            if self.active >= self.limits.all {
                if !d.hungry {
                    d.hungry = true;
                    self.hungry.push_back(destination);
                }
                return;
            }
            d.active += 1;
            d.starting += 1;
            self.active += 1;
            if let Some(down) = &mut d.down {
                down.probing = true;
            }
            self.todo.starts.push(Start { destination, route: d.route.clone() });
        }
    }

    fn forget(&mut self, destination: DestinationId) {
        if let Some(d) = self.destinations.get(&destination).filter(|d| d.items == 0 && d.active == 0 && !d.timed) {
            self.ids.remove(&d.route);
            self.destinations.remove(&destination);
        }
    }

    /// A taken delivery needs nothing more.
    pub fn done(&mut self, item: ItemId) {
        let Some(gone) = self.items.remove(&item) else { return };
        self.timers.remove(&(gone.expires, Event::Expire(item)));
        self.timers.remove(&(gone.late, Event::Late(item)));
        if let Some(d) = self.destinations.get_mut(&gone.destination) {
            d.items = d.items.saturating_sub(1);
        }
        self.forget(gone.destination);
    }

    /// A taken delivery is tried again: at its own time, or, when none is given, as soon as its destination takes mail.
    pub fn again(&mut self, id: ItemId, at: Option<Timestamp>, now: Timestamp) {
        let Some(item) = self.items.get_mut(&id) else { return };
        let destination = item.destination;
        item.place = at.map_or(Place::Ready, Place::Waiting);
        item.noticed = true;
        let (place, expires) = (item.place, item.expires);
        self.timers.insert((expires, Event::Expire(id)));
        self.place(id, destination, place);
        self.pump(destination, now);
    }

    /// A taken delivery does not expire before this time.
    pub fn keep(&mut self, id: ItemId, until: Timestamp) {
        if let Some(item) = self.items.get_mut(&id) {
            self.timers.remove(&(item.expires, Event::Expire(id)));
            item.expires = item.expires.max(until);
        }
    }

    /// When [`Schedule::due`] has something to do next.
    pub fn next(&self) -> Option<Timestamp> {
        self.timers.first().map(|(at, _)| *at)
    }

    /// Does what is due by now; the expired deliveries are taken.
    pub fn due(&mut self, now: Timestamp) -> Due {
        let mut due = Due::default();
        while let Some((at, event)) = self.timers.first().copied().filter(|(at, _)| *at <= now) {
            self.timers.remove(&(at, event));
            match event {
                Event::Due(id) => {
                    if let Some(item) = self.items.get_mut(&id).filter(|i| i.place == Place::Waiting(at)) {
                        item.place = Place::Ready;
                        let destination = item.destination;
                        self.place(id, destination, Place::Ready);
                        self.pump(destination, now);
                    }
                }
                Event::Probe(destination) => self.pump(destination, now),
                Event::Free(destination) => {
                    if let Some(d) = self.destinations.get_mut(&destination) {
                        d.timed = false;
                    }
                    // It may have been told to wait longer meanwhile.
                    self.arm(destination, now);
                    self.pump(destination, now);
                    self.forget(destination);
                }
                Event::Late(id) => due.late.extend(self.overdue(id)),
                Event::Expire(id) if self.is_next(id) => {
                    let pause = self.pause(1).max(model::time::SECOND);
                    if let Some(item) = self.items.get_mut(&id) {
                        item.expires = now.plus(pause);
                        self.timers.insert((item.expires, Event::Expire(id)));
                    }
                }
                Event::Expire(id) => {
                    if self.items.get(&id).is_some_and(|i| i.place != Place::Taken) {
                        due.expired.extend(self.overdue(id));
                    }
                    if let Some(item) = self.items.get_mut(&id) {
                        item.place = Place::Taken;
                    }
                }
            }
        }
        due
    }

    /// It was never tried and its turn is about to come: a message is not given up by that alone that we were slow, or
    /// that the clock was set between its reception and now.
    fn is_next(&self, id: ItemId) -> bool {
        let is_up = |d| self.destinations.get(&d).is_some_and(|d| d.down.is_none());
        self.items.get(&id).is_some_and(|i| !i.tried && i.place == Place::Ready && is_up(i.destination))
    }

    fn overdue(&self, id: ItemId) -> Option<Overdue> {
        let item = self.items.get(&id)?;
        let down = self.destinations.get(&item.destination).filter(|d| d.down.is_some());
        Some(Overdue {
            item: id,
            task: item.task.clone(),
            error: down.map(|d| d.last_error.clone()).unwrap_or_default(),
        })
    }

    /// Remembers why a delivery of this destination was deferred, for the view.
    pub fn note(&mut self, destination: DestinationId, error: &str) {
        if let Some(d) = self.destinations.get_mut(&destination) {
            d.last_error = error.to_owned();
        }
    }
}

pub(super) fn pause(pauses: &[i64], failures: u32) -> i64 {
    let nth = usize::try_from(failures.saturating_sub(1)).unwrap_or(usize::MAX);
    pauses.get(nth).or(pauses.last()).copied().unwrap_or(60_000)
}
