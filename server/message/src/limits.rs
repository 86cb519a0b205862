//! What parsing one message may cost, and the account of what it has cost so far.

use crate::anomaly::{Anomaly, AnomalyKind};
use std::time::{Duration, Instant};

/// Bounds on the work that one message may cause. Past one of them parsing goes on with what is allowed, and
/// [`crate::Parsed::limits_hit`] names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Depth of MIME parts within parts.
    pub nesting: usize,
    /// MIME parts in all, those of attached messages included.
    pub parts: usize,
    /// Depth of archives within archives.
    pub archive_depth: usize,
    /// Members of archives in all.
    pub members: usize,
    /// Bytes that archives and compressed streams may unpack to, in all.
    pub unpacked: u64,
    /// Times its packed size that a member may unpack to, once it is larger than a mebibyte.
    pub ratio: u64,
    /// Bytes of unpacked members that are kept in memory for the analysers, in all.
    pub kept: u64,
    /// Links that are listed.
    pub links: usize,
    /// Time for one message.
    pub wall_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            nesting: 32,
            parts: 1_000,
            archive_depth: 8,
            members: 10_000,
            unpacked: 512 << 20,
            ratio: 200,
            kept: 128 << 20,
            links: 4_096,
            wall_time: Duration::from_secs(20),
        }
    }
}

/// Anomalies of one kind that are told; more say nothing new.
const TOLD_PER_KIND: usize = 8;

/// The running account of one message.
#[derive(Debug)]
pub(crate) struct Ledger<'a> {
    pub limits: &'a Limits,
    pub members: usize,
    pub unpacked: u64,
    pub kept: u64,
    pub hits: Vec<String>,
    pub anomalies: Vec<Anomaly>,
    deadline: Instant,
}

impl<'a> Ledger<'a> {
    pub fn new(limits: &'a Limits) -> Self {
        Ledger {
            limits,
            members: 0,
            unpacked: 0,
            kept: 0,
            hits: Vec::new(),
            anomalies: Vec::new(),
            deadline: Instant::now() + limits.wall_time,
        }
    }

    /// Notes that a limit was reached, once a sentence.
    pub fn hit(&mut self, sentence: String) {
        if !self.hits.contains(&sentence) && self.hits.len() < 32 {
            self.hits.push(sentence);
        }
    }

    pub fn anomaly(&mut self, kind: AnomalyKind, info: impl Into<String>) {
        if self.anomalies.iter().filter(|a| a.kind == kind).count() < TOLD_PER_KIND {
            self.anomalies.push(Anomaly { kind, info: info.into() });
        }
    }

    /// Whether the time is up; then says so.
    pub fn late(&mut self) -> bool {
        let late = Instant::now() >= self.deadline;
        if late {
            self.hit(format!("parsing took longer than {} s", self.limits.wall_time.as_secs()));
        }
        late
    }

    /// Takes one archive member from the account; false once all are used up.
    pub fn member(&mut self) -> bool {
        if self.members >= self.limits.members {
            self.hit(format!("more than {} archive members", self.limits.members));
            return false;
        }
        self.members += 1;
        !self.late()
    }
}
