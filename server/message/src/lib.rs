//! Raw bytes to a parsed view of a message. Parsing never fails and never panics: what is broken becomes an anomaly, and
//! what is too much a limit that was hit. Structure is found in one pass with a bounded stack; nothing here recurses over
//! the message, and no step takes more than linear time.

mod address;
mod anomaly;
mod attachment;
mod container;
mod content;
mod decode;
mod encoded_word;
mod entity;
mod extract;
mod headers;
mod html;
mod kind;
mod limits;
mod links;
mod parse;
mod pdf;
mod preview;
mod structure;
mod tag;
mod view;

pub use anomaly::{Anomaly, AnomalyKind};
pub use extract::{file_text, is_plain_text};
pub use limits::Limits;
pub use view::{Attachment, Encoding, Header, Link, LinkKind, Mailbox, Parsed, Part, Reading};
