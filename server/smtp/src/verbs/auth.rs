//! AUTH (RFC 4954) is not offered.

use crate::Reply;

pub fn run() -> Reply {
    Reply::new(502, "5.5.1", "AUTH is not offered")
}
