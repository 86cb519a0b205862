//! The whole product over the wire: the real program, a sink that plays the mail gateway, and mail.
//!
//! One binary, a file a behaviour, because linking the server once is enough.
#![allow(clippy::unwrap_used)]

mod api;
mod backup;
mod check;
mod cluster;
mod durable;
mod errors;
mod import;
mod kill;
mod load;
mod mail;
mod odmr;
mod reception;
mod running;
mod tools;
