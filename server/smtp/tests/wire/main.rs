//! The server over real connections, spoken to by a scripted client and by other people's ones.

#![allow(clippy::unwrap_used)]

mod arbitrary;
mod chunking;
mod clients;
mod dialogue;
mod draining;
mod limits;
mod login;
mod pipelining;
mod postfix;
mod smuggling;
mod spoken_for;
mod storing;
mod timeouts;
mod tls;
mod world;
