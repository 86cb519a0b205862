//! What pages and the API show, and what they send. No field here is decided upon: the service fills them.

pub mod bulk;
pub mod detail;
pub mod look;
pub mod place;

use crate::action::BlockedMessages;
use crate::settings::Settings;
use crate::words::words;
use crate::{
    AccountId, Action, Category, Direction, Disposition, DomainId, Finding, HostPort, MailboxId, MessageId, Role,
    SenderEntry, Tile, Timestamp,
};
use serde::{Deserialize, Serialize};

/// What a check came to, and what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckLine {
    pub good: bool,
    pub said: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatewayCheck {
    pub gateway: String,
    pub line: CheckLine,
}

/// Whether a domain is ready to filter: what its records must be, and what was found just now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartCheck {
    pub domain: String,
    pub gateways: Vec<GatewayCheck>,
    /// The data of the MX record, and of the TXT record with the SPF.
    pub mx_wanted: String,
    pub mx: CheckLine,
    pub spf_wanted: String,
    pub spf: CheckLine,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    pub rows: Vec<T>,
    pub total: u64,
    /// From 1.
    pub page: u32,
    pub per_page: u32,
}

impl<T> Page<T> {
    pub fn pages(&self) -> u32 {
        u32::try_from(self.total.div_ceil(u64::from(self.per_page.max(1)))).unwrap_or(u32::MAX).max(1)
    }
}

/// Who is logged in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Me {
    pub name: String,
    pub role: Role,
    /// Token that each state-changing form carries back (CSRF).
    pub form_token: String,
    pub version: String,
}

/// A login of a person from one browser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionRow {
    /// Names it to those who may end it, and opens nothing.
    pub id: String,
    pub since: Timestamp,
    pub last_seen: Timestamp,
    /// The address that it was begun from.
    pub origin: String,
    /// Begun by a digest's link instead of a password.
    pub by_link: bool,
    /// The one that asks.
    pub current: bool,
}

/// A list's search, order and page, as they stand in the URL.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ListQuery {
    #[serde(default)]
    pub q: String,
    /// Column name; empty: the list's own order.
    #[serde(default)]
    pub sort: String,
    #[serde(default)]
    pub desc: bool,
    /// From 1; 0 counts as 1.
    #[serde(default)]
    pub page: u32,
    /// 0: the default of 50; at most 500.
    #[serde(default)]
    pub per_page: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrafficHour {
    pub hour: Timestamp,
    pub category: Category,
    pub action: Action,
    pub direction: Direction,
    pub count: u64,
}

/// The home page: traffic by hour and category, what is held, what waits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Overview {
    pub from: Timestamp,
    pub to: Timestamp,
    pub traffic: Vec<TrafficHour>,
    /// Messages in quarantine now.
    pub quarantined: u64,
    /// Messages in the spool now: waiting for the filter, and for delivery.
    pub waiting_filter: u64,
    pub waiting_delivery: u64,
    /// Destinations whose last attempt failed, with how many messages wait and what was answered.
    pub deferred: Vec<DeferredDestination>,
    pub accounts: u64,
    pub domains: u64,
    pub mailboxes: u64,
    /// Things that need attention, in sentences: `clamd does not answer since 10:00`.
    pub alerts: Vec<String>,
    pub recent: Vec<QuarantineRow>,
}

/// An administrator's home page: the figures, the tiles in their order, and what the lists among them hold; lists that no
/// tile shows are empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HomeData {
    pub overview: Overview,
    pub tiles: Vec<Tile>,
    /// Senders of most held mail of that time, with how many.
    pub top_senders: Vec<(String, u64)>,
    pub top_recipients: Vec<(String, u64)>,
    pub domains: Vec<DomainRow>,
    pub audit: Vec<AuditRow>,
    /// Name and value.
    pub system: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeferredDestination {
    pub destination: String,
    pub messages: u64,
    pub since: Timestamp,
    pub next_attempt: Timestamp,
    pub last_error: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccountRow {
    pub id: AccountId,
    pub name: String,
    /// Where notices of status and releases go; may be empty.
    pub email: String,
    /// Of its reports and digests, as `Europe/Berlin`; empty: the system's.
    pub time_zone: String,
    pub brand: Option<i64>,
    /// What it is licensed for.
    pub features: Vec<Feature>,
    /// New accounts begin with its settings.
    pub is_default: bool,
    pub domains: u64,
    pub mailboxes: u64,
    pub created: Timestamp,
}

words! {
    /// What an account may be licensed for (guide chapter 4 "Managing Account Information").
    Feature {
        Compliance = "compliance", "Email Data Compliance";
        Continuity = "continuity", "Email Continuity";
        Encryption = "encryption", "Encryption Service";
        ThreatTest = "threat_test", "ThreatTest Submissions";
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DomainRow {
    pub id: DomainId,
    pub name: String,
    pub account: AccountId,
    pub account_name: String,
    pub gateways: Vec<HostPort>,
    pub mailboxes: u64,
    pub created: Timestamp,
}

/// What happens to mail for recipients that are not known (guide chapter 6 "Unrecognized Recipient Handling").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unrecognized {
    Accept,
    #[default]
    Reject,
    Discard,
    /// To the address of `recipients.forward_to`.
    Forward,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DomainForm {
    pub account: AccountId,
    pub name: String,
    /// One a line: host, host:port, IP, IP:port.
    pub gateways: String,
    pub unrecognized: Unrecognized,
}

/// A host's certificate.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CertificateView {
    pub subject: String,
    pub issuer: String,
    /// The hosts that it is for.
    pub names: Vec<String>,
    /// Seconds since 1970.
    pub not_before: i64,
    pub not_after: i64,
    /// SHA-256 of its DER, with colons: what a delivery exception trusts.
    pub fingerprint: String,
}

/// What a host said when the connection to it was tried.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HostTest {
    /// `mx.acme.test [192.0.2.1]:25`; empty where no host was found.
    pub host: String,
    /// Version and cipher; empty in clear text.
    pub tls: String,
    pub certificate: Option<CertificateView>,
    /// Why mail would not go to it; empty: it would.
    pub problem: String,
}

/// A domain with all that is set on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DomainView {
    pub row: DomainRow,
    pub unrecognized: Unrecognized,
    pub friends: Vec<SenderEntry>,
    pub enemies: Vec<SenderEntry>,
    pub settings: Settings,
    pub blocked_messages: BlockedMessages,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailboxState {
    #[default]
    Active,
    Inactive,
    Unprotected,
}

words! {
    /// The Personal Dashboard and digests of a mailbox (guide chapter 8).
    MailboxAccess {
        Default = "default", "Default: as its settings say";
        Full = "full", "Full";
        None = "none", "None";
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MailboxRow {
    pub id: MailboxId,
    /// Primary address.
    pub address: String,
    pub aliases: Vec<String>,
    pub domain: DomainId,
    pub state: MailboxState,
    pub access: MailboxAccess,
    /// "Do Not Auto-Remove": discovery never removes it.
    pub keep: bool,
    pub full_name: String,
    /// Since when a verifier says that it does not exist.
    pub invalid_since: Option<Timestamp>,
    pub has_password: bool,
    /// Messages held for it now.
    pub quarantined: u64,
    pub created: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MailboxForm {
    pub domain: DomainId,
    /// The part before @.
    pub name: String,
    /// Other names, separated by commas.
    pub aliases: String,
    /// Empty: the owner cannot log in by password, only by digest link.
    pub password: String,
}

/// What became of a message for one recipient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogRow {
    pub message: MessageId,
    pub received: Timestamp,
    pub direction: Direction,
    /// Empty for a bounce.
    pub envelope_from: String,
    pub header_from: String,
    pub recipient: String,
    pub subject: String,
    pub size: u64,
    pub score: f32,
    pub category: Category,
    pub action: Action,
    pub disposition: Disposition,
    pub mailbox: Option<MailboxId>,
    pub domain: Option<DomainId>,
    /// X-MAG-FILTER, X-MAG-INFO.
    pub filter: String,
    pub info: String,
    /// The next server, and what it last said.
    pub host: String,
    pub reply: String,
    /// When the disposition last changed.
    pub updated: Timestamp,
}

/// What to look for in the message log; each part narrows. `from..to` is when messages arrived.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogQuery {
    /// One message, for all its recipients.
    pub message: Option<MessageId>,
    pub domain: Option<DomainId>,
    pub mailbox: Option<MailboxId>,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    pub direction: Option<Direction>,
    pub category: Option<Category>,
    pub action: Option<Action>,
    pub disposition: Option<Disposition>,
    /// Words that sender, recipient or subject have, all of them.
    pub q: String,
}

/// A part of the message log, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogPage {
    pub rows: Vec<LogRow>,
    /// Where the next part begins; none: this was the last.
    pub next: Option<String>,
}

/// A message of the log in full: what was found of it, and what became of it for each recipient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoggedMessage {
    /// The first ones by address; those in the reader's scope.
    pub recipients: Vec<LogRow>,
    /// Whether there are more recipients than that.
    pub more: bool,
    /// The held copies of recipients, by their ids in the quarantine.
    pub held: Vec<(String, i64)>,
    pub headline: String,
    pub client_ip: String,
    pub helo: String,
    pub tls: Option<String>,
    pub findings: Vec<Finding>,
    /// Analysers that ran, in order, with the µs each took.
    pub ran: Vec<(String, u64)>,
    pub spf: String,
    pub dkim: String,
    pub dmarc: String,
    /// Who did what with it.
    pub history: Vec<AuditRow>,
}

/// What to look for in the quarantine; each part narrows.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct QuarantineQuery {
    #[serde(default)]
    pub q: String,
    #[serde(default)]
    pub category: Option<Category>,
    #[serde(default)]
    pub direction: Option<Direction>,
    #[serde(default)]
    pub domain: Option<DomainId>,
    #[serde(default)]
    pub mailbox: Option<MailboxId>,
    /// Also what was released or deleted, and blocked mail of the system quarantine (administrators only).
    #[serde(default)]
    pub all: bool,
    #[serde(default)]
    pub from: Option<Timestamp>,
    #[serde(default)]
    pub to: Option<Timestamp>,
    /// received, sender, recipient, subject, category, size, score; empty: received.
    #[serde(default)]
    pub sort: String,
    /// Ascending instead of the default, newest first.
    #[serde(default)]
    pub asc: bool,
    #[serde(default)]
    pub page: u32,
    #[serde(default)]
    pub per_page: u32,
}

/// A message that is held for one recipient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuarantineRow {
    /// Opaque; stands in URLs.
    pub id: i64,
    pub message: MessageId,
    pub received: Timestamp,
    pub direction: Direction,
    /// Header From as people read it.
    pub sender: String,
    pub envelope_from: String,
    pub recipient: String,
    pub subject: String,
    pub category: Category,
    pub action: Action,
    pub disposition: Disposition,
    pub size: u64,
    pub score: f32,
    /// In the system quarantine: for administrators only.
    pub system: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttachmentView {
    pub name: String,
    /// Type by content, such as `exe`.
    pub kind: String,
    pub mime: String,
    pub size: u64,
}

/// A held message in full: the sentence, the evidence, the headers, a safe preview.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MessageView {
    pub row: QuarantineRow,
    /// `Held as phishing: the link says bank.example and goes to bank-example.ru`.
    pub headline: String,
    pub client_ip: String,
    pub helo: String,
    pub tls: Option<String>,
    /// X-MAG-FILTER, X-MAG-INFO.
    pub filter: String,
    pub info: String,
    pub findings: Vec<Finding>,
    /// Analysers that ran, in order, with the µs each took.
    pub ran: Vec<(String, u64)>,
    /// Index of the finding that decided.
    pub decided_by: Option<usize>,
    pub notes: Vec<String>,
    pub spf: String,
    pub dkim: String,
    pub dmarc: String,
    pub headers: Vec<(String, String)>,
    /// Sanitised HTML without scripts, styles with URLs, or remote references; empty where there is only text.
    pub preview_html: String,
    pub preview_text: String,
    pub attachments: Vec<AttachmentView>,
    /// Who did what with it.
    pub history: Vec<AuditRow>,
    pub may_release: bool,
    pub may_delete: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditRow {
    pub at: Timestamp,
    pub actor: String,
    pub origin: String,
    /// `quarantine.release`, `domain.add`.
    pub act: String,
    pub object: String,
    pub detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseTo {
    Recipient,
    /// Sent back as an attachment of a notice.
    Sender,
}

/// What an act on several things came to: all, or which failed and why.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ActResult {
    pub done: u32,
    pub failed: Vec<(String, String)>,
}

/// What the owner of a mailbox sees above their messages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OwnerHome {
    pub address: String,
    pub aliases: Vec<String>,
    pub held: u64,
    /// Messages of the last 30 days by category.
    pub month: Vec<(Category, u64)>,
    pub digest: crate::settings::DigestFrequency,
    pub last_digest: Option<Timestamp>,
    pub may_release: bool,
    pub may_delete: bool,
    pub view_body: bool,
}
