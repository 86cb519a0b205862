//! What is known of a destination.

use super::ItemId;
use crate::queue::Way;
use model::Timestamp;
use std::collections::VecDeque;

/// Connections that a destination may have before anything is known of it.
const FIRST: usize = 5;
/// How many good transactions raise a limit by one that was lowered before.
pub const GOOD: u32 = 20;
/// Doublings of a rest, at most.
const RESTS_MAX: u32 = 6;

pub struct Down {
    pub failures: u32,
    pub since: Timestamp,
    pub probe_at: Timestamp,
    /// A probe was started and has not taken its delivery yet.
    pub probing: bool,
}

pub struct Destination {
    pub route: Way,
    pub ready: VecDeque<ItemId>,
    pub items: usize,
    /// Workers, of which `starting` have not asked for their first delivery and `connected` have a session.
    pub active: usize,
    pub starting: usize,
    pub connected: usize,
    /// Connections that it may have now, and at most.
    pub limit: usize,
    pub ceiling: usize,
    /// Up to here the limit grows with each good transaction, from here on with each [`GOOD`].
    pub threshold: usize,
    pub good: u32,
    /// How often it has asked for less; what began before the last time says nothing new.
    pub turn: u64,
    /// How often it asked for less than one connection, one after the other.
    pub rests: u32,
    /// Milliseconds from one message to the next.
    pub spacing: Option<i64>,
    /// Nothing is given to it before this time.
    pub free_at: Timestamp,
    /// A timer will say when that time has come.
    pub timed: bool,
    pub epoch: u64,
    pub down: Option<Down>,
    pub hungry: bool,
    pub last_error: String,
}

impl Destination {
    /// `ceiling`: connections at most; `spacing`: milliseconds from one message to the next.
    pub fn new(route: Way, ceiling: usize, spacing: Option<i64>) -> Self {
        Destination {
            route,
            ready: VecDeque::new(),
            items: 0,
            active: 0,
            starting: 0,
            connected: 0,
            limit: ceiling.min(FIRST),
            ceiling,
            threshold: ceiling,
            good: 0,
            turn: 0,
            rests: 0,
            spacing,
            free_at: Timestamp(0),
            timed: false,
            epoch: 0,
            down: None,
            hungry: false,
            last_error: String::new(),
        }
    }

    /// A transaction went well: more connections may be tried. Whether they may.
    pub fn grow(&mut self) -> bool {
        self.rests = 0;
        if self.limit >= self.ceiling {
            return false;
        }
        if self.limit >= self.threshold {
            self.good += 1;
            if self.good < GOOD {
                return false;
            }
            self.good = 0;
        }
        self.limit += 1;
        true
    }

    /// The host wants less: half as many connections. A host that wants less than one rests for `rest` milliseconds,
    /// and for twice as long each time.
    pub fn halve(&mut self, rest: i64, now: Timestamp) {
        let had = self.limit.min(self.active.max(1));
        if self.limit <= 1 {
            self.free_at = self.free_at.max(now.plus(rest << self.rests.min(RESTS_MAX)));
            self.rests += 1;
        }
        self.keep_to((had / 2).max(1));
    }

    /// No more than so many connections until much has gone well.
    pub fn keep_to(&mut self, limit: usize) {
        (self.limit, self.threshold, self.good) = (limit, limit, 0);
        self.turn += 1;
    }
}
