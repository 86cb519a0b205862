//! Types that the server and the pages share: addresses, ids, categories, actions, roles, settings.
//! No I/O; compiles to WebAssembly. Whatever a stranger wrote is parsed into one of these types at the
//! edge, and the type is the proof from there on.

pub mod action;
pub mod address;
pub mod category;
#[cfg(not(target_arch = "wasm32"))]
mod clock;
pub mod definition;
pub mod dkim;
pub mod edit;
pub mod envelope;
pub mod error;
pub mod finding;
pub mod id;
pub mod net;
mod personal;
pub mod role;
pub mod sender;
pub mod settings;
mod tile;
pub mod time;
pub mod verdict;
pub mod view;
mod words;

pub use action::{Action, ActionSetting, Direction, Disposition};
pub use address::{AddressError, DomainName, EmailAddress, ReversePath};
pub use category::{Category, Zone};
#[cfg(not(target_arch = "wasm32"))]
pub use clock::ClockWatch;
pub use dkim::{DkimAlgorithm, DkimKey, DkimPublished, DkimSelector};
pub use edit::Edit;
pub use envelope::{Envelope, Notify, Recipient, Sending, SessionInfo, TlsWish};
pub use error::{ErrorCode, FieldError, UserError};
pub use finding::{Finding, Findings, FoundIn};
pub use id::{AccountId, AdministratorId, DomainId, IdError, MailboxId, MessageId};
pub use net::{Cidr, CidrError, CountryCode, HostPort};
pub use personal::Sees;
pub use role::{Actor, Principal, Role};
pub use sender::SenderEntry;
pub use settings::{Settings, Values};
pub use tile::{TILES, Tile};
pub use time::Timestamp;
pub use verdict::Verdict;
