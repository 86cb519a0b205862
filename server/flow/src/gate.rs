//! What the SMTP session asks of the house: who may send what to whom, and keep this message.

use crate::pipeline::Intake;
use model::view::{MailboxState, Unrecognized};
use model::{Direction, EmailAddress, Envelope, ReversePath, SessionInfo, Timestamp};
use service::{Lookup, SnapshotStore};
use smtp::{AcceptError, BoxFuture, RcptOk, Reception, Reply};
use spool::{BodyWriter, Spool};
use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, Ordering};

/// The gate of all SMTP listeners. Policy comes from the snapshot in memory, so that no answer waits for a database.
pub struct Gate {
    spool: Spool,
    snapshots: SnapshotStore,
    intake: Intake,
    /// When a refusal last made us look for a newer configuration.
    looked: AtomicI64,
}

/// Refusals look for a newer configuration at most this often, so that address guessing costs no database.
const LOOK_AGAIN: i64 = 20;

const MEGABYTE: u64 = 1_000_000;

impl Gate {
    pub fn new(spool: Spool, snapshots: SnapshotStore, intake: Intake) -> Gate {
        Gate { spool, snapshots, intake, looked: AtomicI64::new(0) }
    }

    /// Mail that arrives for one of our domains (guide chapter 6 "Unrecognized Recipient Handling").
    fn inbound(&self, to: &EmailAddress) -> Result<RcptOk, Reply> {
        let size = |values: &model::Values| RcptOk { max_size: u64::from(values.max_size_mb()) * MEGABYTE };
        match self.snapshots.get().lookup(to) {
            Lookup::Known(known) if known.state == MailboxState::Inactive => Err(Reply::REJECTED),
            Lookup::Known(known) => Ok(size(&known.policy.values)),
            Lookup::UnknownMailbox(domain) => match domain.unrecognized {
                Unrecognized::Reject => Err(Reply::REJECTED),
                Unrecognized::Accept | Unrecognized::Discard => Ok(size(domain.values())),
            },
            Lookup::NotOurDomain => Err(Reply::RELAY),
        }
    }

    /// A mailbox that was added a moment ago must not be refused because the snapshot is a moment older: before a
    /// refusal, the configuration is looked at once more. True where it is newer now.
    async fn newer_configuration(&self) -> bool {
        let now = Timestamp::now().0;
        let last = self.looked.load(Ordering::Relaxed);
        if now.saturating_sub(last) < LOOK_AGAIN
            || self.looked.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_err()
        {
            return false;
        }
        self.snapshots.refresh_if_changed().await.unwrap_or(false)
    }

    /// Mail that one of our networks sends out (guide chapter 7).
    fn outbound(&self, ip: IpAddr) -> Result<RcptOk, Reply> {
        let snapshot = self.snapshots.get();
        let network = snapshot.outbound(ip).ok_or(Reply::RELAY)?;
        Ok(RcptOk { max_size: u64::from(network.values.max_size_mb()) * MEGABYTE })
    }
}

impl Reception for Gate {
    fn connect(&self, _ip: IpAddr, _direction: Direction) -> Result<(), Reply> {
        Ok(())
    }

    fn mail(&self, session: &SessionInfo, direction: Direction, _from: &ReversePath) -> Result<(), Reply> {
        match direction {
            Direction::Inbound => Ok(()),
            Direction::Outbound => self.outbound(session.client_ip).map(drop),
        }
    }

    fn rcpt<'a>(
        &'a self,
        session: &'a SessionInfo,
        direction: Direction,
        _from: &'a ReversePath,
        to: &'a EmailAddress,
    ) -> BoxFuture<'a, Result<RcptOk, Reply>> {
        let ask = move || match direction {
            Direction::Inbound => self.inbound(to),
            Direction::Outbound => self.outbound(session.client_ip),
        };
        Box::pin(async move {
            match ask() {
                Err(_) if self.newer_configuration().await => ask(),
                answer => answer,
            }
        })
    }

    fn body(&self) -> BodyWriter {
        self.spool.body()
    }

    fn accept(&self, envelope: Envelope, body: BodyWriter) -> BoxFuture<'_, Result<(), AcceptError>> {
        Box::pin(async move {
            match self.spool.accept(envelope, body, Vec::new()).await {
                Ok(entry) => {
                    self.intake.push(entry);
                    Ok(())
                }
                Err(error) if error.is_full() => {
                    tracing::warn!(%error, "mail is refused for now");
                    Err(AcceptError::Full)
                }
                Err(error) => {
                    tracing::error!(%error, "a message could not be spooled");
                    Err(AcceptError::Unavailable("the message cannot be kept now, try again later".into()))
                }
            }
        })
    }
}
