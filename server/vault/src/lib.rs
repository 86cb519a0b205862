//! Bodies of held messages at rest: compressed, encrypted, and named by their content.
//!
//! A blob is named by the SHA-256 of its plain bytes and lies in `ab/cdef…`. It is written to `new/`, synced,
//! renamed and its directory synced, so a blob that has its name is whole. The key is in `vault.key`, 32 bytes as
//! hex, readable by its owner only and made at the first start. Back it up apart from the blobs: without
//! it nothing here can be read.

mod blob;
mod commit;
mod error;
mod key;
mod list;
mod secret;
mod store;

pub use blob::{BlobId, MAX_PLAIN};
pub use error::Error;
pub use list::{Found, list};
pub use store::Vault;

#[cfg(test)]
mod tests;
