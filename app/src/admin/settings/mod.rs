//! Settings of one place: one component at every level (guide chapters 5 to 8 and 14).

pub mod behave;
pub mod control;
pub mod fields;
pub mod form;
pub mod row;
pub mod words;
