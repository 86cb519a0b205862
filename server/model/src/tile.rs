//! Tiles of the administrators' home page (guide chapter 3 "Customizing the Dashboard Tiles").

use crate::words::words;

words! {
    /// What a tile shows.
    Tile {
        Traffic = "traffic", "Traffic by category";
        Categories = "categories", "Categories";
        Queue = "queue", "Destinations that do not take mail";
        Quarantine = "quarantine", "Held most recently";
        TopSenders = "top_senders", "Senders of most held mail";
        Domains = "domains", "Domains";
        Mailboxes = "mailboxes", "Mailboxes with most held mail";
        Alerts = "alerts", "Needs attention";
        Audit = "audit", "Latest changes";
        System = "system", "System";
    }
}

/// Tiles of a home page.
pub const TILES: usize = 6;
