//! HELO (RFC 5321 §4.1.1.1).

use crate::{Reply, command::is_host, session::Session};

pub fn run(session: &mut Session, argument: &str) -> Reply {
    if !is_host(argument) {
        return Reply::SYNTAX;
    }
    session.greet(argument, false);
    Reply::with(250, "", session.shared.options.hostname.to_string())
}
