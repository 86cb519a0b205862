//! Backups of installations made for the purpose, on both databases.
#![allow(clippy::unwrap_used)]

mod broken;
mod made;
mod moving;
mod occupied;
mod queue;
mod whole;
