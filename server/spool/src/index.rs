//! Where each live message is, and what each segment is still needed for.

use crate::segment::Name;
use bytes::Bytes;
use model::MessageId;
use std::collections::{BTreeMap, HashMap, VecDeque};

/// A record's place in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub segment: u64,
    pub offset: u64,
    pub len: u64,
}

#[derive(Debug, Clone, Copy)]
pub struct Live {
    /// The message's own record.
    pub at: Place,
    /// The record of its latest state, where that is not in its own.
    pub state: Option<Place>,
    pub size: u64,
    /// The body is in `large/<id>`, and this is its checksum.
    pub large: Option<u32>,
}

#[derive(Debug)]
pub struct Segment {
    pub name: Name,
    pub len: u64,
    /// Bytes of records that are still needed.
    pub live: u64,
    /// Holds bytes that could not be read; it is put aside, not deleted, when its time comes.
    pub damaged: bool,
}

#[derive(Default)]
pub struct Index {
    pub live: HashMap<MessageId, Live>,
    pub segments: BTreeMap<u64, Segment>,
    /// Sum of the sizes of all bodies.
    pub bytes: u64,
    /// Unreadable stretches and lost bodies since the start, recovery included.
    pub damaged: u64,
    pub recent: Recent,
}

impl Index {
    fn needs(&mut self, place: Place, by: i64) {
        if let Some(segment) = self.segments.get_mut(&place.segment) {
            segment.live = segment.live.saturating_add_signed(by * place.len as i64);
        }
    }

    /// Puts a message in, in place of an earlier record of the same one.
    pub fn put(&mut self, id: MessageId, live: Live) {
        self.forget(id);
        self.needs(live.at, 1);
        self.bytes += live.size;
        self.live.insert(id, live);
    }

    /// The message's record has been appended anew, with its latest state in it.
    pub fn moved(&mut self, id: MessageId, at: Place) {
        if let Some(old) = self.live.get(&id).copied() {
            self.put(id, Live { at, state: None, ..old });
        }
    }

    /// False when there is no such message (any more).
    pub fn set_state(&mut self, id: MessageId, place: Place) -> bool {
        let Some(live) = self.live.get_mut(&id) else {
            return false;
        };
        if let Some(old) = live.state.replace(place) {
            self.needs(old, -1);
        }
        self.needs(place, 1);
        true
    }

    pub fn remove(&mut self, id: MessageId) -> Option<Live> {
        self.recent.remove(id);
        self.forget(id)
    }

    fn forget(&mut self, id: MessageId) -> Option<Live> {
        let live = self.live.remove(&id)?;
        self.bytes -= live.size;
        self.needs(live.at, -1);
        if let Some(state) = live.state {
            self.needs(state, -1);
        }
        Some(live)
    }
}

/// Bodies that came last, so that the filter need not read them from the disk. Bounded; the oldest leave first.
#[derive(Default)]
pub struct Recent {
    bodies: HashMap<MessageId, Bytes>,
    order: VecDeque<MessageId>,
    bytes: usize,
}

pub const RECENT_BYTES: usize = 64 << 20;

impl Recent {
    pub fn put(&mut self, id: MessageId, body: Bytes, limit: usize) {
        self.bytes += body.len();
        if let Some(old) = self.bodies.insert(id, body) {
            self.bytes -= old.len();
        } else {
            self.order.push_back(id);
        }
        while self.bytes > limit {
            let Some(oldest) = self.order.pop_front() else {
                break;
            };
            self.remove(oldest);
        }
        // Ids of removed bodies stay in the order until they are half of it.
        if self.order.len() > 2 * self.bodies.len() + 64 {
            let bodies = &self.bodies;
            self.order.retain(|id| bodies.contains_key(id));
        }
    }

    pub fn get(&self, id: MessageId) -> Option<Bytes> {
        self.bodies.get(&id).cloned()
    }

    pub fn remove(&mut self, id: MessageId) {
        if let Some(body) = self.bodies.remove(&id) {
            self.bytes -= body.len();
        }
    }
}
