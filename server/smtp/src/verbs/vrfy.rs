//! VRFY (RFC 5321 §3.5.3): which addresses exist is nobody's business.

use crate::Reply;

pub fn run(argument: &str) -> Reply {
    if argument.is_empty() {
        return Reply::SYNTAX;
    }
    Reply::new(252, "2.1.5", "Cannot verify, send and see")
}
