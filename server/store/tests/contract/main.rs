//! What the store must do, on each database behind it: one body a test, run on SQLite and on PostgreSQL.
#![allow(clippy::unwrap_used)]

mod configuration;
mod database;
mod dump;
mod leases;
mod lists;
mod opening;
mod people;
mod policy;
mod quarantine;
mod queries;
mod reception;
mod records;
mod scale;
mod search;
mod speed;
mod traffic;
