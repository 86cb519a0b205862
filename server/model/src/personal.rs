//! What an owner may do with one message (guide chapter 6 "Personal Dashboard Options").

use crate::settings::PersonalValues;
use crate::view::QuarantineRow;
use crate::{Category, Direction};

impl PersonalValues {
    /// Whether a compliance filter holds messages of this category.
    fn is_dlp(category: Category) -> bool {
        matches!(category, Category::Credit | Category::Ssn | Category::Compliance | Category::Profanity)
    }

    /// Whether the owner sees the message at all.
    pub fn may_see(&self, row: &QuarantineRow) -> bool {
        let direction = match row.direction {
            Direction::Inbound => self.inbound_quarantine,
            Direction::Outbound => self.outbound_quarantine,
        };
        direction && (self.foreign || row.category != Category::Foreign)
    }

    /// Whether the owner may release it.
    pub fn may_release(&self, row: &QuarantineRow) -> bool {
        let direction = match row.direction {
            Direction::Inbound => self.release,
            Direction::Outbound => self.release_outbound,
        };
        direction && self.may_see(row) && (self.release_dlp || !PersonalValues::is_dlp(row.category))
    }

    /// The direction that lists are narrowed to; None: both. What neither shows is shown by none.
    pub fn sees(&self) -> Sees {
        match (self.inbound_quarantine, self.outbound_quarantine) {
            (true, true) => Sees::Both,
            (true, false) => Sees::Only(Direction::Inbound),
            (false, true) => Sees::Only(Direction::Outbound),
            (false, false) => Sees::Nothing,
        }
    }
}

/// Which held messages an owner sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sees {
    Both,
    Only(Direction),
    Nothing,
}
