//! BDAT (RFC 3030): a message in chunks of announced length.

use super::data::Room;
use crate::{
    Reply,
    incoming::Incoming,
    param::number,
    session::Session,
    stream::Io,
    wire::{End, Wire},
};
use tokio::time::Instant;

pub async fn run<T: Io>(session: &mut Session, wire: &mut Wire<T>, argument: &str) -> Result<Reply, End> {
    let Some((size, last)) = parse(argument) else {
        // Nobody knows where the chunk ends and commands begin again.
        wire.say(&Reply::SYNTAX);
        wire.say(&Reply::new(421, "4.7.0", "Cannot tell the length of the chunk"));
        return Err(End::Refused);
    };
    // Whatever the answer, the chunk has to be read (RFC 3030 §2).
    let Some(mut transaction) = session.transaction.take_if(|t| !t.recipients.is_empty()) else {
        read(session, wire, size, None).await?;
        return Ok(Reply::SEQUENCE);
    };
    let mut incoming = match transaction.chunks.take() {
        Some(incoming) => incoming,
        None => session.begin_message(&transaction, false).await,
    };
    read(session, wire, size, Some(&mut incoming)).await?;
    if last {
        return Ok(session.end_message(transaction, incoming).await);
    }
    if let Some(reply) = incoming.refusal() {
        // The transaction is over; the chunks that follow are read and answered 503.
        return Ok(reply);
    }
    transaction.chunks = Some(incoming);
    session.transaction = Some(transaction);
    Ok(Reply::with(250, "2.0.0", format!("{size} octets received")))
}

/// `size` or `size LAST`.
pub(crate) fn parse(argument: &str) -> Option<(u64, bool)> {
    let mut words = argument.split_ascii_whitespace();
    let size = number(words.next()?)?;
    let last = match words.next() {
        None => false,
        Some(word) if word.eq_ignore_ascii_case("LAST") => true,
        Some(_) => return None,
    };
    words.next().is_none().then_some((size, last))
}

/// Reads a chunk, into the message or nowhere.
async fn read<T: Io>(
    session: &Session,
    wire: &mut Wire<T>,
    size: u64,
    mut into: Option<&mut Incoming>,
) -> Result<(), End> {
    let timeouts = session.shared.options.timeouts;
    let deadline = Instant::now() + timeouts.message;
    let mut left = size;
    let mut room = Room::default();
    while left > 0 {
        if wire.pending().is_empty() {
            room.fill(wire, (Instant::now() + timeouts.data_block).min(deadline)).await?;
        }
        let here = usize::try_from(left).unwrap_or(usize::MAX).min(wire.pending().len());
        if let Some(incoming) = into.as_mut() {
            incoming.take(wire.pending_mut().get_mut(..here).unwrap_or_default()).await;
        }
        wire.consume(here);
        left -= here as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_has_a_size_and_may_be_the_last() {
        assert_eq!(parse("0 LAST"), Some((0, true)));
        assert_eq!(parse("86 last"), Some((86, true)));
        assert_eq!(parse("86"), Some((86, false)));
        for bad in ["", "LAST", "-1", "1 FIRST", "1 LAST 2", "99999999999999999999999", "0x10"] {
            assert_eq!(parse(bad), None, "{bad:?}");
        }
    }
}
