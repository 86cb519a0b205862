//! What the types of verifiers have in common.

use super::server::Server;
use crate::FieldError;
use crate::definition::Secret;
use crate::definition::check::Problems;

/// A type of verifier. `at` is the word of the type, with which all paths begin.
pub(super) trait Check {
    fn check(&self, at: &str) -> Vec<FieldError>;
    fn secrets(&mut self, at: &str) -> Vec<(String, &mut Option<Secret>)> {
        let _ = at;
        Vec::new()
    }
}

pub(super) fn secrets_of<'a>(
    at: &str,
    field: &str,
    secret: &'a mut Option<Secret>,
) -> Vec<(String, &'a mut Option<Secret>)> {
    vec![(format!("{at}.{field}"), secret)]
}

pub(super) fn servers(p: &mut Problems, servers: &[Server]) {
    p.count("servers", servers.len(), 1..=20, "servers");
    for (i, server) in servers.iter().enumerate() {
        if servers[..i].iter().any(|s| s.address == server.address) {
            p.add(format!("servers[{i}].address"), format!("{} is there twice", server.address));
        }
    }
}

pub(super) fn connections() -> u32 {
    10
}
pub(super) fn refresh() -> u32 {
    60
}
pub(super) fn timeout() -> u32 {
    30
}
