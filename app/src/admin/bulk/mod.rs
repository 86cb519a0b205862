//! Bulk operations on domains, outbound IPs and mailboxes (guide chapter 12).

mod change;
mod list;
mod progress;

pub use change::New;
pub use list::List;
pub use progress::Detail;
