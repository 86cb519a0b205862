//! EXPN (RFC 5321 §3.5): there are no lists to show.

use crate::Reply;

pub fn run() -> Reply {
    Reply::new(502, "5.5.1", "EXPN is not offered")
}
