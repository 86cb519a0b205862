//! One way to speak to two databases: SQL text with `$n` places, values, rows.
//!
//! Text is shared: both number their parameters `$1`, `$2`, know `RETURNING` and `ON CONFLICT`, and the schemas use
//! the same names. What cannot be shared asks [`Connection::dialect`] and keeps both texts side by side ([`dialect`]).
//! Statements are prepared once a connection and cached by their text, so text must come from few shapes.

mod connection;
pub mod dialect;
mod query;
mod row;
mod value;

pub use connection::{Connection, Transaction};
pub use dialect::Dialect;
pub use query::{Query, RowValues, sql};
pub use row::{Column, Row};
pub use value::Value;
