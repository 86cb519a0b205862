//! What of a message from the spool is still to be done, by the database of the same backup.
//!
//! The spool is read a moment before the database. A message that left it in that moment is in both; the database knows
//! that it was delivered, and then it is not delivered again.

use crate::Error;
use delivery::Plan;
use model::{Disposition, EmailAddress};
use spool::Entry;
use store::{Connection, traffic};

#[derive(Debug, PartialEq, Eq)]
pub enum Left {
    /// All that the spool says.
    All,
    /// Less: this is its new state.
    Less(Vec<u8>),
    Nothing,
}

pub async fn left(c: &mut Connection, entry: &Entry) -> Result<Left, Error> {
    if entry.state.is_empty() {
        // Not filtered yet when it was read. Filtering it again changes nothing that is in the database, but sends.
        for recipient in &entry.envelope.recipients {
            if !is_settled(disposition(c, entry, &recipient.address).await?) {
                return Ok(Left::All);
            }
        }
        return Ok(Left::Nothing);
    }
    // A plan of another version is the queue's to refuse.
    let Ok(mut plan) = Plan::decode(&entry.state) else { return Ok(Left::All) };
    let mut less = false;
    for target in plan.deliveries.iter_mut().filter(|d| d.tracked).flat_map(|d| &mut d.recipients) {
        if !target.done {
            let known = disposition(c, entry, &target.recipient.address).await?;
            target.done = matches!(known, Some(Disposition::Delivered | Disposition::Bounced));
            less |= target.done;
        }
    }
    Ok(match (plan.is_done(), less) {
        (true, _) => Left::Nothing,
        (false, true) => Left::Less(plan.encode()),
        (false, false) => Left::All,
    })
}

async fn disposition(c: &mut Connection, entry: &Entry, to: &EmailAddress) -> Result<Option<Disposition>, Error> {
    Ok(traffic::disposition(c, entry.id, to).await?)
}

fn is_settled(disposition: Option<Disposition>) -> bool {
    !matches!(disposition, None | Some(Disposition::Pending | Disposition::Deferred))
}
