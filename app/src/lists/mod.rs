//! The lists of the administrator dashboard (guide chapters 3 to 10): one definition a list, one component for all of
//! them, one CSV. A list's columns, filters and acts stand in [`Spec`]; its rows come as cells, so that one table in the
//! browser shows every list.

mod acts;
#[cfg(feature = "ssr")]
pub mod csv;
mod page;
mod query;
#[cfg(feature = "ssr")]
pub(crate) mod rows;
mod spec;
mod table;

pub use acts::{Act, Confirm};
pub use page::ListPage;
pub use query::{ListAsk, ask_from, ask_pairs};
pub use spec::{Column, ListKind, Spec};

use model::Timestamp;
use serde::{Deserialize, Serialize};

/// What stands in one place of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Cell {
    Text(String),
    /// Text that leads on.
    Link(String, String),
    /// The thing itself, which its page tells more of.
    Name(String, String),
    Code(String),
    Number(u64),
    /// A number that leads to what was counted.
    Counted(u64, String),
    Time(Timestamp),
    /// A state: its word, and whether it is a good one.
    State(String, bool),
}

impl Cell {
    /// As it stands in a CSV file.
    pub fn plain(&self) -> String {
        match self {
            Cell::Text(t) | Cell::Link(t, _) | Cell::Name(t, _) | Cell::Code(t) | Cell::State(t, _) => t.clone(),
            Cell::Number(n) | Cell::Counted(n, _) => n.to_string(),
            Cell::Time(at) => at.rfc3339(),
        }
    }
}

/// One row: what acts name it by, what people call it, its cells in the order of the columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListRow {
    pub id: i64,
    pub name: String,
    pub cells: Vec<Cell>,
}

/// A way to narrow a list: the name in the URL, a label, (value, label) to choose from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    pub name: String,
    pub label: String,
    pub options: Vec<(String, String)>,
    /// There are more than are named here.
    pub more: bool,
}

/// A page of a list, and what the one who asks may do with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListView {
    pub rows: Vec<ListRow>,
    pub total: u64,
    pub page: u32,
    pub per_page: u32,
    pub choices: Vec<Choice>,
    pub may_add: bool,
    pub acts: Vec<Act>,
    /// May change many at once on a page of its own.
    pub may_bulk: bool,
}
