//! What other systems export, as a document for [`Service::apply`](crate::Service::apply).
//!
//! Parsers are pure: text in, a document and what was left out, with its line and why, out. What they make is applied as
//! any document is, so that checks, audit and dry run are the same, and all of it or nothing.

mod csv;
mod gathered;
mod pmg;
mod postfix;
mod table;

pub use self::csv::csv;
pub use pmg::{is_of_pmg, pmg};
pub use postfix::{Tables, postfix};

use crate::Document;
use model::HostPort;
use std::fmt;

/// A file's name, for messages, and its content.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    pub name: &'a str,
    pub text: &'a str,
}

/// Where what is imported goes.
#[derive(Debug, Clone, Default)]
pub struct Into<'a> {
    pub account: &'a str,
    /// Gateways of domains for which no source names any.
    pub gateways: Vec<HostPort>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    pub document: Document,
    pub left_out: Vec<LeftOut>,
}

/// Something that was not imported, or not as it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    pub source: String,
    /// From 1.
    pub line: u64,
    pub what: String,
    pub why: String,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.source, self.line, self.what, self.why)
    }
}
