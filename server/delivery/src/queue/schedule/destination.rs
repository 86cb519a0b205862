//! What is known of a destination.

use super::ItemId;
use crate::queue::Way;
use model::Timestamp;
use std::collections::VecDeque;

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
    pub limit: usize,
    pub good: u32,
    pub epoch: u64,
    pub down: Option<Down>,
    pub hungry: bool,
    pub last_error: String,
}

impl Destination {
    pub fn new(route: Way, limit: usize) -> Self {
        Destination {
            route,
            ready: VecDeque::new(),
            items: 0,
            active: 0,
            starting: 0,
            connected: 0,
            limit,
            good: 0,
            epoch: 0,
            down: None,
            hungry: false,
            last_error: String::new(),
        }
    }
}
