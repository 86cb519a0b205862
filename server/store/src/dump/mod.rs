//! All rows of the database in a form that is the same for both kinds: for backups, and for moving from one to the
//! other.
//!
//! Tables and columns are asked of the database itself, so that a new table is carried without a word here. What is
//! left out is named in [`schema`]: what triggers and indexes keep by themselves, and what means something only to the
//! process that wrote it. A row is one line of JSON ([`row`]).

mod load;
mod prepare;
mod read;
mod row;
mod schema;

pub use load::{Loader, Sequence};
pub use prepare::{Existing, prepare, ready};
pub use read::{rows, sequences};
pub use row::{decode, encode};
pub use schema::{Column, Kind, Table, holds_rows, newest, tables, version};
