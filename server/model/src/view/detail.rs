//! What the pages of single objects show besides settings.

use super::place::PlaceSettings;
use super::{AccountRow, DomainRow, MailboxRow, Unrecognized};
use crate::Timestamp;
use serde::{Deserialize, Serialize};

/// What whoever asks may do with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct May {
    pub edit: bool,
    pub delete: bool,
    /// To another account.
    pub move_it: bool,
}

/// Friends and enemies as their text boxes have them: an entry a line, with its comment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SenderTexts {
    pub friends: String,
    pub enemies: String,
}

/// Something to choose: id and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    pub id: i64,
    pub name: String,
}

/// A group in the list of its domain, which is its order of priority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupLine {
    pub id: i64,
    pub name: String,
    pub ldap_group: String,
    pub members: u64,
}

/// A content filter and what is done here with what it finds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilterLine {
    pub name: String,
    /// In words, with the tag.
    pub action: String,
    /// The level that says so, in words.
    pub from: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DomainDetail {
    pub row: DomainRow,
    pub unrecognized: Unrecognized,
    pub senders: SenderTexts,
    pub groups: Vec<GroupLine>,
    pub filters: Vec<FilterLine>,
    /// Where it may be moved to.
    pub accounts: Vec<Named>,
    pub may: May,
    pub settings: PlaceSettings,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MailboxDetail {
    pub row: MailboxRow,
    pub domain: String,
    pub senders: SenderTexts,
    /// All groups of its domain, in their order, and whether it is in them.
    pub groups: Vec<(Named, bool)>,
    pub may: May,
    pub settings: PlaceSettings,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupDetail {
    pub line: GroupLine,
    pub domain: Named,
    /// Its place among the domain's groups, from 1, and how many there are.
    pub position: u64,
    pub of: u64,
    pub created: Timestamp,
    /// The first members by address.
    pub members: Vec<Named>,
    pub senders: SenderTexts,
    pub may: May,
    pub settings: PlaceSettings,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutboundDetail {
    pub id: i64,
    pub range: String,
    pub nickname: String,
    pub account: Named,
    /// Member domains, one a line.
    pub members: String,
    /// Where it may be moved to.
    pub accounts: Vec<Named>,
    pub may: May,
    pub settings: PlaceSettings,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccountDetail {
    pub row: AccountRow,
    /// Brands that it may have; empty for who may not choose.
    pub brands: Vec<Named>,
    /// Whether features, brand and default are whoever asks to change.
    pub licenses: bool,
    pub may: May,
    pub settings: PlaceSettings,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BrandDetail {
    pub id: i64,
    pub name: String,
    /// The host name under which its pages are shown; empty: none of its own.
    pub host: String,
    pub created: Timestamp,
    pub may: May,
    pub settings: PlaceSettings,
}
