//! NOOP (RFC 5321 §4.1.1.9); its argument means nothing.

use crate::Reply;

pub fn run() -> Reply {
    Reply::new(250, "2.0.0", "Ok")
}
