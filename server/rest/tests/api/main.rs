//! The API over real HTTP: a listening router, a real database, requests written byte by byte.
#![allow(clippy::unwrap_used)]

mod bulk;
mod definitions;
mod document;
mod errors;
mod groups;
mod idempotency;
mod isolation;
mod lifecycle;
mod limits;
mod operations;
mod paging;
mod permissions;
mod served;
mod settings;
#[allow(dead_code)]
#[path = "../../../service/tests/use_cases/world.rs"]
mod world;
mod xml;
