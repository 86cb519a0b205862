//! The sections, by subject.

mod appliance;
mod authentication;
mod brand;
mod encryption;
mod filtering;
mod mailboxes;
mod outbound;
mod people;
mod routing;

pub use appliance::*;
pub use authentication::*;
pub use brand::*;
pub use encryption::*;
pub use filtering::*;
pub use mailboxes::*;
pub use outbound::*;
pub use people::*;
pub use routing::*;
