//! DATA (RFC 5321 §4.1.1.4).

use crate::{
    Reply,
    session::Session,
    stream::Io,
    wire::{End, Wire},
};
use tokio::time::Instant;

/// First and largest size of the input buffer while a message comes: it grows with what one read brings.
const FIRST: usize = 16 << 10;
const LARGEST: usize = 256 << 10;

const GO_AHEAD: Reply = Reply::new(354, "", "End data with <CR><LF>.<CR><LF>");

pub async fn run<T: Io>(session: &mut Session, wire: &mut Wire<T>, argument: &str) -> Result<(), End> {
    if !argument.is_empty() {
        return session.refuse_data(wire, &Reply::SYNTAX);
    }
    let ready = |t: &mut crate::session::Transaction| t.chunks.is_none() && !t.recipients.is_empty();
    let Some(transaction) = session.transaction.take_if(ready) else {
        return session.refuse_data(wire, &Reply::SEQUENCE);
    };
    let timeouts = session.shared.options.timeouts;
    let deadline = Instant::now() + timeouts.message;
    let mut incoming = session.begin_message(&transaction, true).await;
    wire.say(&GO_AHEAD);
    let mut room = Room::default();
    loop {
        if wire.pending().is_empty() {
            room.fill(wire, (Instant::now() + timeouts.data_block).min(deadline)).await?;
        }
        let scanned = incoming.take(wire.pending_mut()).await;
        wire.consume(scanned.used);
        if scanned.end {
            break;
        }
    }
    let reply = session.end_message(transaction, incoming).await;
    session.answer(wire, &reply)
}

/// The input buffer's size.
pub(super) struct Room(usize);

impl Default for Room {
    fn default() -> Self {
        Room(FIRST)
    }
}

impl Room {
    /// Reads once; the next read may bring more where this one filled the buffer.
    pub async fn fill<T: Io>(&mut self, wire: &mut Wire<T>, deadline: Instant) -> Result<(), End> {
        if wire.fill(self.0, deadline).await? {
            self.0 = (self.0 * 4).min(LARGEST);
        }
        Ok(())
    }
}
