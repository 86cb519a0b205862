//! What the pages of bulk operations show (guide chapter 12).

use crate::Timestamp;
use crate::view::Feature;
use serde::{Deserialize, Serialize};

/// Which objects, as the form and the URL have it: empty narrows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BulkPick {
    /// `domains`, `outbound_ips` or `mailboxes`.
    pub of: String,
    #[serde(default)]
    pub q: String,
    /// Name of an account.
    #[serde(default)]
    pub account: String,
    /// Name of a domain, for mailboxes.
    #[serde(default)]
    pub domain: String,
    /// Of mailboxes: `active`, `inactive`, `unprotected`.
    #[serde(default)]
    pub state: String,
    /// These and no others: ids with commas between them.
    #[serde(default)]
    pub ids: String,
    /// All that there are: where nothing else narrows.
    #[serde(default)]
    pub all: bool,
}

impl BulkPick {
    /// Nothing chosen yet.
    pub fn is_open(&self) -> bool {
        let narrows = [&self.q, &self.account, &self.domain, &self.state, &self.ids];
        !self.all && narrows.iter().all(|f| f.is_empty())
    }
}

/// What a choice finds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkFound {
    pub count: u64,
    /// Features that all of it is without: settings that need one are not offered.
    #[serde(default)]
    pub off: Vec<Feature>,
}

/// An operation and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkLine {
    pub id: i64,
    /// `Change mailboxes`.
    pub what: String,
    pub by: String,
    /// `waiting`, `running`, `done`, `stopped`.
    pub state: String,
    pub total: u64,
    pub done: u64,
    pub failed: u64,
    pub stopping: bool,
    pub created: Timestamp,
    pub finished: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkList {
    pub rows: Vec<BulkLine>,
    /// Where older ones begin.
    pub next: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkDetail {
    pub line: BulkLine,
    /// The first that failed: what, and why.
    pub failures: Vec<(String, String)>,
    pub may_stop: bool,
}
