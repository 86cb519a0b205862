//! The two virus engines: clamd over its socket, and the embedded one that needs nothing installed.

mod clamd;
mod pattern;
mod signatures;

pub use clamd::{Clamd, ClamdAddress, ClamdResult};
pub use signatures::Signatures;
