//! The service over a real database, with an outbox, bodies and a clock of the test's.
#![allow(clippy::unwrap_used)]

mod appliance;
mod apply;
mod bulk;
mod definitions;
mod digest;
mod dkim;
mod features;
mod feed;
mod forms;
mod groups;
mod isolation;
mod levels;
mod login;
mod look;
mod mailbox_details;
mod message;
mod passwords;
mod people;
mod permissions;
mod redelivery;
mod release;
mod scale;
mod snapshot;
mod world;
