#![allow(clippy::unwrap_used)]
//! Properties over the whole table of definitions.

mod generate;
mod layers;
mod table;
mod words;
