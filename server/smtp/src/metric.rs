//! Counters of this crate, by name.

use crate::Reply;
use metrics::{counter, gauge};
use model::Direction;
use model::settings::ServiceKind;

fn label(direction: Direction) -> &'static str {
    match direction {
        Direction::Inbound => "inbound",
        Direction::Outbound => "outbound",
    }
}

/// A session began.
pub(crate) fn session_started(kind: ServiceKind) {
    counter!("postern_smtp_sessions_total", "service" => kind.as_str()).increment(1);
    gauge!("postern_smtp_sessions", "service" => kind.as_str()).increment(1.0);
}

pub(crate) fn session_ended(kind: ServiceKind) {
    gauge!("postern_smtp_sessions", "service" => kind.as_str()).decrement(1.0);
}

/// A connection was turned away before a session began.
pub(crate) fn turned_away(kind: ServiceKind, why: &'static str) {
    counter!("postern_smtp_turned_away_total", "service" => kind.as_str(), "why" => why).increment(1);
}

/// A message was taken over.
pub(crate) fn message_accepted(direction: Direction, bytes: u64) {
    counter!("postern_smtp_messages_accepted_total", "direction" => label(direction)).increment(1);
    counter!("postern_smtp_bytes_accepted_total", "direction" => label(direction)).increment(bytes);
}

/// A message was refused after its data.
pub(crate) fn message_refused(direction: Direction, reply: &Reply) {
    counter!("postern_smtp_messages_refused_total", "direction" => label(direction), "status" => reply.enhanced)
        .increment(1);
}

/// A handshake for STARTTLS ended.
pub(crate) fn handshake(ok: bool) {
    counter!("postern_smtp_tls_handshakes_total", "result" => if ok { "ok" } else { "failed" }).increment(1);
}

/// A login was tried.
pub(crate) fn login(ok: bool) {
    counter!("postern_smtp_logins_total", "result" => if ok { "ok" } else { "failed" }).increment(1);
}
