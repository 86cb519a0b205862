//! The mail that Postern itself writes: whole messages in bytes, each with a plain text that reads well by itself.
//! Nothing here decides who gets what, or sends: the service does.

pub mod digest;
mod error;
mod html;
pub mod note;

pub use digest::Digest;
pub use error::Error;
