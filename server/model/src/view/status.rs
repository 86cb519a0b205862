//! What the DNS says of a domain or of a sending network, and what it should say.

use super::GatewayCheck;
use crate::words::words;
use crate::{DkimAlgorithm, DomainId, Timestamp};
use serde::{Deserialize, Serialize};

words! {
    /// What a check came to.
    Health {
        Good = "good", "Good";
        Advice = "advice", "Could be better";
        Bad = "bad", "Not as it should be";
        Unknown = "unknown", "Could not be checked";
    }
}

/// A record as it is put into a zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneRecord {
    /// Without a dot at the end.
    pub name: String,
    /// `MX`, `TXT`, `PTR`.
    pub kind: String,
    pub value: String,
}

/// One kind of record: what is there, and what should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordCheck {
    /// `mx`, `spf`, `dkim-p20261124`; unique in its list, and fit for an id in a page.
    pub key: String,
    pub title: String,
    pub health: Health,
    /// A sentence or two.
    pub said: String,
    /// The records as they are in the DNS.
    pub found: Vec<String>,
    /// What to publish; None: it is as it should be, or nobody can say.
    pub publish: Option<ZoneRecord>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainStatus {
    pub id: DomainId,
    pub domain: String,
    pub checked: Timestamp,
    /// It is a member of an outbound IP: its own mail is sent through here.
    pub sends: bool,
    pub records: Vec<RecordCheck>,
    pub gateways: Vec<GatewayCheck>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboundStatus {
    pub id: i64,
    pub range: String,
    pub nickname: String,
    pub checked: Timestamp,
    /// Of this server and of the network.
    pub records: Vec<RecordCheck>,
    /// The SPF of each member domain that was looked at, with its id where it is of this system.
    pub members: Vec<(Option<DomainId>, RecordCheck)>,
    /// Members that were not looked at, because there are too many.
    pub more: usize,
}

/// A signing key with what the DNS has in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DkimLine {
    pub id: i64,
    pub selector: String,
    pub algorithm: DkimAlgorithm,
    pub active: bool,
    pub created: Timestamp,
    pub retired: Option<Timestamp>,
    pub check: RecordCheck,
    /// Where the record belongs, whatever the check came to.
    pub record: ZoneRecord,
    /// The record as a line of a zone file, in strings of at most 255 bytes.
    pub zone_line: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DkimPage {
    pub id: DomainId,
    pub domain: String,
    /// The domain's settings let its keys sign.
    pub signs: bool,
    pub may_edit: bool,
    pub keys: Vec<DkimLine>,
}
