//! REST at `/api/v1`, and provisioning in XML at `/api/xml`: more doors to the use cases of `service`.
//!
//! A handler parses, calls one use case, and renders. Whether the caller may do it, and on whose rows, is decided by
//! the use case; a token's scopes are checked there too. The types of the wire live here and are converted from the
//! model's, so that the API stays as it is when pages change. To add a resource: a file in `resources` with its types
//! and handlers, and a line in `resources::all`. The document at `/api/v1/openapi.json` is made from the same code.

mod api;
mod auth;
mod body;
mod document;
mod error;
mod fields;
mod idempotency;
mod limit;
mod page;
mod params;
mod resources;
mod schema;
mod time;
mod xml;

pub use api::{Options, router};
pub use document::document;
