//! HELP (RFC 5321 §4.1.1.8).

use crate::{Reply, command::VERBS};

pub fn run() -> Reply {
    let names: Vec<&str> = VERBS.iter().map(|(name, _)| *name).collect();
    Reply::with(214, "2.0.0", format!("Commands:\n{}", names.join(" ")))
}
