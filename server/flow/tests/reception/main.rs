//! The gate over real connections: a listener, the configuration in a database, a DNS in memory, mail servers that
//! follow a script.
#![allow(clippy::unwrap_used)]

mod greylisting;
mod lists;
mod rates;
mod recipients;
mod sending;
mod world;
