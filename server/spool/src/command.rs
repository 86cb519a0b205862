//! What the writing thread is asked to do.

use crate::{Error, body::Owned, index::Live};
use bytes::Bytes;
use model::MessageId;
use std::sync::mpsc::Sender;
use tokio::sync::oneshot;

pub type Reply<T = ()> = oneshot::Sender<Result<T, Error>>;

pub enum Command {
    Accept(Box<Accept>),
    /// `sync`: it must be on stable storage before the reply.
    Update {
        id: MessageId,
        head: Vec<u8>,
        sync: bool,
        reply: Reply,
    },
    Finish {
        id: MessageId,
        head: Vec<u8>,
        reply: Option<Reply>,
    },
    Close {
        reply: oneshot::Sender<()>,
    },
}

pub struct Accept {
    pub id: MessageId,
    /// The record without its body.
    pub head: Vec<u8>,
    /// The body, where it is in the record.
    pub body: Bytes,
    /// The body's file, where it is not.
    pub large: Option<Owned>,
    pub size: u64,
    pub crc: Option<u32>,
    pub accepted: Accepted,
    pub reply: Reply<Accepted>,
}

impl Command {
    /// Bytes that this adds to the log.
    pub fn len(&self) -> usize {
        match self {
            Command::Accept(a) => a.head.len() + a.body.len(),
            Command::Update { head, .. } | Command::Finish { head, .. } => head.len(),
            Command::Close { .. } => 0,
        }
    }
}

/// Carries the news of a durable message to the one who waits for it. If that one is gone (its session was given
/// up while the log was synced), the news is dropped, and with it the message leaves the spool: nobody got 250
/// for it and nobody would ever work on it.
pub struct Accepted {
    id: MessageId,
    commands: Option<Sender<Command>>,
    durable: bool,
}

impl Accepted {
    pub fn new(id: MessageId, commands: Sender<Command>) -> Self {
        Accepted { id, commands: Some(commands), durable: false }
    }

    pub fn now_durable(&mut self) {
        self.durable = true;
    }

    /// The waiting one has it.
    pub fn received(mut self) {
        self.commands = None;
    }
}

impl Drop for Accepted {
    fn drop(&mut self) {
        if self.durable
            && let Some(commands) = self.commands.take()
            && let Ok(head) = crate::record::Record::done(self.id).head()
        {
            // The writer is gone only after close; then the message is found at the next start, as after a crash.
            let _ = commands.send(Command::Finish { id: self.id, head, reply: None });
        }
    }
}

/// What becomes true when a batch is in the log.
pub enum Effect {
    Put { id: MessageId, live: Live, body: Bytes },
    State { id: MessageId, place: crate::index::Place },
    Remove { id: MessageId },
}
