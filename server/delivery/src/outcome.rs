//! What became of a recipient, told to whoever keeps the traffic log.

use model::{EmailAddress, MessageId, Timestamp};
use serde::{Deserialize, Serialize};
use std::{future::Future, pin::Pin};

pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OutcomeKind {
    /// The next host has taken responsibility.
    Delivered,
    /// It is tried again, not before `next`.
    Deferred { next: Timestamp },
    /// Given up; the sender was told unless nobody is to be told.
    Bounced,
}

/// The result of one attempt for one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub id: MessageId,
    /// As the sender gave it.
    pub recipient: EmailAddress,
    pub result: OutcomeKind,
    /// `mail.acme.test [192.0.2.1]:25`; empty where no host was reached.
    pub host: String,
    /// The host's reply, or what went wrong on the way there.
    pub reply: String,
    /// `TLSv1.3 TLS13_AES_256_GCM_SHA384`; none in clear text.
    pub tls: Option<String>,
    pub at: Timestamp,
}

/// Who keeps outcomes. Batches come in order, one at a time.
pub trait Outcomes: Send + Sync {
    /// Durable when it resolves; only then the queue forgets the message, or tries it again. It may take its time: what
    /// hosts said is in the spool meanwhile. After a crash it can be told of an outcome again.
    fn record(&self, outcomes: Vec<Outcome>) -> BoxFuture<'_, ()>;
}
