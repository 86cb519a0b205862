//! What goes in and out of the schedule.

use super::{DestinationId, ItemId};
use crate::queue::{Task, Way};
use model::Timestamp;

#[derive(Debug, Clone, Copy)]
pub(in crate::queue) struct Limits {
    /// Connections to one destination.
    pub each: usize,
    /// Connections in all.
    pub all: usize,
}

/// What the caller has to do after a change.
#[derive(Default)]
pub(in crate::queue) struct Todo {
    /// Connections to start.
    pub starts: Vec<Start>,
    /// Deliveries that wait because their destination is down, not told yet: (delivery, next attempt, why).
    pub notices: Vec<(Task, Timestamp, String)>,
}

pub(in crate::queue) struct Start {
    pub destination: DestinationId,
    pub route: Way,
}

pub(in crate::queue) struct Taken {
    pub item: ItemId,
    pub task: Task,
    /// State of the destination when it was taken: a failure is counted once for each state.
    pub epoch: u64,
}

/// A delivery whose time is over, or that takes long.
pub(in crate::queue) struct Overdue {
    pub item: ItemId,
    pub task: Task,
    /// Why the destination is down; empty when it is not.
    pub error: String,
}

#[derive(Default)]
pub(in crate::queue) struct Due {
    /// To be given up; they are taken.
    pub expired: Vec<Overdue>,
    /// Their senders are to be told that they wait.
    pub late: Vec<Overdue>,
}

/// What a failed connection means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::queue) enum Failed {
    /// The destination is down; it is probed again at this time.
    Down(Timestamp),
    /// Others are connected: the host only wants fewer connections.
    Crowded,
}
