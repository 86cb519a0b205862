//! What the service needs of the rest of the server, as traits that the wiring and the tests implement.

use crate::Way;
use bytes::Bytes;
use filter::auth::dns::Failure;
use model::view::{DeferredDestination, HostTest};
use model::{DomainName, Edit, Envelope, HostPort};
use std::{future::Future, pin::Pin};

pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Mail that the service gives to delivery: releases, notices, digests. Never filtered.
#[derive(Debug, Clone)]
pub struct OutgoingMail {
    /// `envelope.id` is derived from what the mail is for, so that the same release or digest always has the same
    /// id: an outbox that has this id already must not take it twice, and answers Ok.
    pub envelope: Envelope,
    pub body: Vec<u8>,
    /// A held message on its way to its recipient, by the route of its domain; else mail of our own.
    pub release: bool,
    /// Applied to `body` as it is sent.
    pub edits: Vec<Edit>,
}

/// Messages that wait now.
#[derive(Debug, Clone, Default)]
pub struct QueueView {
    pub waiting_filter: u64,
    pub waiting_delivery: u64,
    pub deferred: Vec<DeferredDestination>,
}

/// The way out. `send` resolves when the mail is durable in the spool.
pub trait Outbox: Send + Sync {
    fn send(&self, mail: OutgoingMail) -> BoxFuture<'_, Result<(), String>>;
    fn queue(&self) -> QueueView;
    /// Tries now what waits: for the domain, or for everybody.
    fn retry_now(&self, domain: Option<&DomainName>);
}

/// Bodies of held messages (the vault).
pub trait Bodies: Send + Sync {
    fn get<'a>(&'a self, blob: &'a str) -> BoxFuture<'a, Result<Bytes, String>>;
    fn remove<'a>(&'a self, blob: &'a str) -> BoxFuture<'a, Result<(), String>>;
    /// Seals a small secret, such as a private key, for one purpose; the database keeps what comes.
    fn seal(&self, purpose: &str, secret: &[u8]) -> Result<Vec<u8>, String>;
}

/// What is asked of the network while somebody waits for it: right now, from no cache, bounded in time by whoever
/// implements it. Errors are sentences for the administrator.
pub trait Network: Send + Sync {
    /// Mail exchangers by preference, without a dot at the end; a null MX (RFC 7505) is an empty name.
    fn mx<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Vec<String>, Failure>>;
    /// TXT records of a name, the strings of each joined; none where there are none.
    fn txt<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Vec<String>, String>>;
    /// Connects and reads the greeting.
    fn greeting<'a>(&'a self, gateway: &'a HostPort) -> BoxFuture<'a, Result<String, String>>;
    /// What each host says that mail would go to; nothing is sent.
    fn try_way(&self, way: Way) -> BoxFuture<'_, Vec<HostTest>>;
}

impl Bodies for vault::Vault {
    fn get<'a>(&'a self, blob: &'a str) -> BoxFuture<'a, Result<Bytes, String>> {
        Box::pin(async move {
            let id = blob.parse().map_err(|_| format!("{blob:?} names no body"))?;
            vault::Vault::get(self, &id).await.map_err(|e| e.to_string())
        })
    }
    fn remove<'a>(&'a self, blob: &'a str) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            let id = blob.parse().map_err(|_| format!("{blob:?} names no body"))?;
            vault::Vault::remove(self, &id).await.map_err(|e| e.to_string())
        })
    }
    fn seal(&self, purpose: &str, secret: &[u8]) -> Result<Vec<u8>, String> {
        self.seal_secret(purpose, secret).map_err(|e| e.to_string())
    }
}
