//! Counters of this crate, by name.

use crate::Reply;
use metrics::{counter, gauge};
use model::Direction;

fn label(direction: Direction) -> &'static str {
    match direction {
        Direction::Inbound => "inbound",
        Direction::Outbound => "outbound",
    }
}

/// A session began.
pub(crate) fn session_started(direction: Direction) {
    counter!("postern_smtp_sessions_total", "direction" => label(direction)).increment(1);
    gauge!("postern_smtp_sessions", "direction" => label(direction)).increment(1.0);
}

pub(crate) fn session_ended(direction: Direction) {
    gauge!("postern_smtp_sessions", "direction" => label(direction)).decrement(1.0);
}

/// A connection was turned away before a session began.
pub(crate) fn turned_away(direction: Direction, why: &'static str) {
    counter!("postern_smtp_turned_away_total", "direction" => label(direction), "why" => why).increment(1);
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
