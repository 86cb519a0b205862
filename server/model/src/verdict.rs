//! What is decided for one recipient.

use crate::{Action, Category, Disposition, EmailAddress};
use serde::{Deserialize, Serialize};

/// The decision about one message for one recipient (or for recipients with the same policy).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Verdict {
    pub action: Action,
    /// Category of the finding that decided; `Clean` where nothing was found.
    pub category: Category,
    /// Index into `Findings::list` of the finding that decided.
    pub decided_by: Option<usize>,
    /// Name of the filter that decided (X-MAG-FILTER) and what it said (X-MAG-INFO).
    pub filter: String,
    pub info: String,
    /// The policy that decided, where it is not the system's (X-MAG-PROFILE): a domain or mailbox.
    pub profile: Option<String>,
    /// Subject tags in the order found, none twice.
    pub tags: Vec<String>,
    /// Ids of the MIME parts to strip (`message::Part::id`).
    pub strip: Vec<u32>,
    /// What is taken out of the subject, as it stands there decoded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cut_subject: Vec<String>,
    /// Who gets a blind copy, whatever else happens.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bcc: Vec<EmailAddress>,
    /// Blocked messages that are kept for administrators (System Quarantine) rather than discarded.
    pub keep_blocked: bool,
    /// For each finding that did not decide, or was lifted: a sentence for the "why" panel.
    pub notes: Vec<String>,
}

impl Verdict {
    /// Where the message goes at once: held, discarded, or on its way.
    pub fn disposition(&self) -> Disposition {
        match self.action {
            Action::Quarantine => Disposition::Quarantined,
            Action::Block if self.keep_blocked => Disposition::Quarantined,
            Action::Block => Disposition::Discarded,
            _ => Disposition::Pending,
        }
    }
}
