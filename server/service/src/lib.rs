//! The use cases: every operation of the product, permission-checked and audited, once.
//!
//! How to write one: take the [`Actor`] first; begin with [`Service::permit`], which names the use case and gives the
//! scope of rows that the actor may touch; look rows up within that scope, so that what belongs to others is "not
//! found" and never "forbidden"; do slow work (hashing, sending) outside the transaction; put the audit row into the
//! transaction of the change. Pages, the API and the command line parse, call, and render; they decide nothing.

mod account_change;
mod accounts;
mod administrator_change;
mod administrators;
mod aliases;
mod apply;
mod audit;
mod brands;
mod bulk;
mod captcha;
mod connection_test;
mod definition;
mod digest;
mod digest_send;
mod dkim;
mod domain_change;
mod domains;
mod error;
mod export;
mod gateways;
mod group_members;
mod groups;
mod home;
mod idempotency;
pub mod import;
mod layers;
mod lease;
mod letter;
mod link;
mod lists;
mod login;
mod look;
mod mailbox_change;
mod mailboxes;
mod message_log;
mod message_view;
mod notice;
mod outbound;
mod outbound_members;
mod outside;
mod overview;
mod owner;
mod password;
mod permission;
mod person;
mod provision;
mod purge;
mod quarantine;
mod reception;
mod relay;
mod release;
mod search;
mod secret;
mod session;
mod settings;
mod slices;
pub mod snapshot;
mod start;
mod token;

pub use account_change::AccountChange;
pub use administrator_change::AdministratorChange;
pub use administrators::{FirstLogin, NewAdministrator};
pub use apply::{Change, ChangeKind, Document};
pub use bulk::{BulkChange, BulkJob, BulkOf, BulkSelection, IMPORT_BYTES, IMPORT_LINES, ImportCheck};
pub use captcha::{Answer, Challenge};
pub use connection_test::Way;
pub use definition::{Defined, DefinitionChange, DefinitionView, FilterPlace, FilterUse};
pub use digest::{DigestContent, DueDigest};
pub use dkim::purpose as dkim_purpose;
pub use domain_change::DomainChange;
pub use error::Error;
pub use gateways::GatewaySource;
pub use group_members::{MemberChange, MemberRef};
pub use groups::{GroupChange, GroupView};
pub use home::tiles_for;
pub use idempotency::Known as KnownRequest;
pub use lists::{AdministratorRow, AdministratorsOf, GroupRow, MailboxesOf, OutboundRow};
pub use login::NewSession;
pub use look::Picture;
pub use mailbox_change::MailboxChange;
pub use mailboxes::MailboxDetails;
pub use outbound_members::Member;
pub use outside::{Bodies, BoxFuture, Network, Outbox, OutgoingMail, QueueView};
pub use password::PasswordLink;
pub use permission::{TOKEN_SCOPES, UseCase, permits, token_scope};
pub use person::MustChange;
pub use provision::{SenderChange, SendersOf};
pub use quarantine::ACT_MAX;
pub use reception::{Counters, RateUse};
pub use relay::RelayUserChange;
pub use search::{FOUND_MAX, FoundKind, Hit};
pub use session::{ABSOLUTE, PasswordSession, SessionView};
pub use settings::{SettingsOf, SettingsView};
pub use slices::After;
pub use snapshot::{Appliance, Known, Lookup, Snapshot, SnapshotStore, Standing};
pub use store::administrator::Administrator;
pub use store::brand::Brand;
pub use store::bulk::{Failure as BulkFailure, State as BulkState};
pub use store::definition::DefinitionRow;
pub use store::dkim::SealedKey;
pub use store::mailbox::Access;
pub use store::outbound::OutboundIp;
pub use store::purge::Retention;
pub use store::reception::{GreylistTimes, Greylisted};
pub use store::relay::RelayUser;
pub use store::senders::Lists as SenderLists;
pub use store::token::ApiToken;
pub use store::{BadCursor, Cursor, Slice, Store};

pub use model::view::{LogQuery, LogRow};
use model::{Actor, Timestamp};
use std::sync::{Arc, OnceLock};

/// What the service must know of its installation.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where people reach the dashboards, without a slash at the end: links are built from this only.
    pub url: String,
    /// The gateway's name in mail that it writes.
    pub hostname: String,
    /// Name of this node, unique in the cluster.
    pub node: String,
    pub version: String,
}

/// All use cases. Cheap to clone.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    bodies: Box<dyn Bodies>,
    outbox: Arc<dyn Outbox>,
    network: OnceLock<Arc<dyn Network>>,
    config: Config,
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    hasher: password::Hasher,
    link_key: tokio::sync::OnceCell<link::Key>,
}

impl Service {
    pub fn new(store: Store, bodies: impl Bodies + 'static, outbox: Arc<dyn Outbox>, config: Config) -> Service {
        Self::with_clock(store, bodies, outbox, config, Timestamp::now)
    }

    /// With a clock of the caller's, for tests.
    pub fn with_clock(
        store: Store,
        bodies: impl Bodies + 'static,
        outbox: Arc<dyn Outbox>,
        config: Config,
        clock: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Service {
        let inner = Inner {
            store,
            bodies: Box::new(bodies),
            outbox,
            network: OnceLock::new(),
            config,
            clock: Box::new(clock),
            hasher: password::Hasher::new(),
            link_key: tokio::sync::OnceCell::new(),
        };
        Service { inner: Arc::new(inner) }
    }

    /// Gives it the network, once; a service without one (the command line's) cannot check what others publish.
    pub fn connect(&self, network: Arc<dyn Network>) {
        let _ = self.inner.network.set(network);
    }

    fn network(&self) -> Result<&Arc<dyn Network>, Error> {
        self.inner.network.get().ok_or_else(|| Error::Internal("this process was given no network".into()))
    }

    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    fn now(&self) -> Timestamp {
        (self.inner.clock)()
    }

    /// The first line of every use case: may this role do this, and on whose rows.
    fn permit(&self, actor: &Actor, what: UseCase) -> Result<store::Scope, Error> {
        permission::check(actor, what)
    }
}
