//! What a message is found to be (guide chapter 6 "Filtering Categories", appendix A).

use crate::action::{Action, ActionSetting};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The zones of the spam digest (guide chapter 6 "Digest Options").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Zone {
    Green,
    Yellow,
    Red,
}

macro_rules! categories {
    ($($variant:ident, $code:literal, $label:literal, $zone:ident;)*) => {
        /// A category of the guide; `Clean` is a message in which nothing was found.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Category { $($variant),* }
        impl Category {
            pub const ALL: &'static [Category] = &[$(Category::$variant),*];
            /// The code of X-MAG-CATEGORY, reports and the API.
            pub fn code(self) -> &'static str { match self { $(Category::$variant => $code),* } }
            /// The name that people read.
            pub fn label(self) -> &'static str { match self { $(Category::$variant => $label),* } }
            pub fn zone(self) -> Zone { match self { $(Category::$variant => Zone::$zone),* } }
        }
        impl FromStr for Category {
            type Err = UnknownCategory;
            fn from_str(s: &str) -> Result<Self, UnknownCategory> {
                let wanted = s.to_ascii_uppercase();
                match wanted.as_str() { $($code => Ok(Category::$variant),)* _ => Err(UnknownCategory(s.to_owned())) }
            }
        }
    };
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no category")]
pub struct UnknownCategory(pub String);

categories! {
    Virus, "VIRUS", "Virus", Red;
    Phish, "PHISH", "Phishing", Red;
    Spoof, "SPOOF", "Spoofing", Red;
    Spam, "SPAM", "Spam", Red;
    Adult, "ADULT", "Adult spam", Red;
    Bot, "BOT", "Bot", Red;
    Junk, "JUNK", "Junk", Green;
    Foreign, "FOREIGN", "Foreign language", Yellow;
    Attachment, "ATTACHMENT", "Attachment", Yellow;
    Keyword, "KEYWORD", "Content filter", Yellow;
    Credit, "CREDIT", "Credit card", Red;
    Ssn, "SSN", "Social security", Red;
    Compliance, "COMPLIANCE", "Compliance", Red;
    Profanity, "PROFANITY", "Profanity", Red;
    Sender, "SENDER", "Sender list", Red;
    Recipient, "RECIPIENT", "Recipient list", Red;
    Rbl, "RBL", "Block list", Red;
    Ndr, "NDR", "Bounce or auto reply", Red;
    Debounce, "DEBOUNCE", "Bounce to an enemy", Red;
    Digest, "DIGEST", "Digest", Green;
    Relay, "RELAY", "Relayed unfiltered", Green;
    PdfJavascript, "PDF_JAVASCRIPT", "PDF contains Javascript", Yellow;
    OfficeMacro, "OFFICE_MACRO", "MS Office file contains macro", Yellow;
    NotAvScanned, "NOT_AV_SCANNED", "Not AV scanned", Red;
    NonCompliantMime, "NON_COMPLIANT_MIME", "Non-compliant MIME", Red;
    SpamTrigger, "SPAM_TRIGGER", "Spam trigger", Red;
    SecurityAwareness, "SECURITY_AWARENESS", "Security awareness test", Green;
    Clean, "CLEAN", "Clean", Green;
}

impl Category {
    /// Found by one of the filters of Email Data Compliance and the identifiers beside them (guide chapter 7 "Compliance
    /// Categories").
    pub fn is_compliance(self) -> bool {
        matches!(self, Category::Credit | Category::Ssn | Category::Compliance | Category::Profanity)
    }
    /// What the guide does by default with inbound mail of this category.
    pub fn default_action(self) -> ActionSetting {
        use Category::*;
        match self {
            Virus | Adult => ActionSetting::of(Action::Block),
            Phish | Spam | Bot | Rbl | SpamTrigger | Sender => ActionSetting::of(Action::Quarantine),
            Junk => ActionSetting::markup("ADV:"),
            Foreign => ActionSetting::of(Action::Block),
            Keyword => ActionSetting::markup("CONTENT:"),
            _ => ActionSetting::of(Action::Allow),
        }
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl Serialize for Category {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.code())
    }
}
impl<'de> Deserialize<'de> for Category {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
