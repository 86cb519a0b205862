//! RSET (RFC 5321 §4.1.1.5).

use crate::{Reply, session::Session};

pub fn run(session: &mut Session, argument: &str) -> Reply {
    if !argument.is_empty() {
        return Reply::SYNTAX;
    }
    session.transaction = None;
    Reply::new(250, "2.0.0", "Ok")
}
