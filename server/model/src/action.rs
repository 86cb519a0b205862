//! What is done with a message, and what became of it.

use crate::EmailAddress;
use crate::words::words;
use serde::{Deserialize, Serialize};
use std::fmt;

pub use crate::words::UnknownWord;

words! {
    /// An action, least severe first, so that the greatest of several wins.
    Action {
        Allow = "allow", "Allow";
        Markup = "markup", "Markup";
        Strip = "strip", "Strip";
        SpecialRouting = "special_routing", "Special Routing";
        AttachEncrypted = "attach_encrypted", "Attach Encrypted";
        Quarantine = "quarantine", "Quarantine";
        Block = "block", "Block";
    }
}
words! {
    /// Which way the mail goes, seen from the protected organisation.
    Direction {
        Inbound = "inbound", "Inbound";
        Outbound = "outbound", "Outbound";
    }
}
words! {
    /// What became of a message for one recipient.
    Disposition {
        /// Accepted, not yet decided or in the queue.
        Pending = "pending", "In queue";
        Deferred = "deferred", "Deferred";
        Delivered = "delivered", "Delivered";
        Bounced = "bounced", "Bounced";
        Quarantined = "quarantined", "Quarantined";
        Discarded = "discarded", "Discarded";
        Released = "released", "Released";
        Deleted = "deleted", "Deleted";
    }
}
words! {
    /// What happens to blocked messages (guide chapter 6 "Filtering Options").
    BlockedMessages {
        SystemQuarantine = "system_quarantine", "System Quarantine";
        Discard = "discard", "Permanently discard";
    }
}

/// An action with what goes with it: the subject tag of Markup (at most 20 characters, guide chapter 6), and for
/// outbound mail (chapter 7) who gets a blind copy and whether it lifts the compliance filters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ActionSetting {
    pub action: Action,
    pub tag: String,
    /// BCC: these get a copy, whatever else happens.
    pub bcc: Vec<EmailAddress>,
    /// Override Compliance: Special Routing or Attach Encrypted wins over the Quarantine of a compliance category.
    pub override_compliance: bool,
}

pub const SUBJECT_TAG_MAX: usize = 20;
pub const BCC_MAX: usize = 20;

impl ActionSetting {
    pub fn of(action: Action) -> Self {
        ActionSetting { action, ..ActionSetting::default() }
    }
    pub fn markup(tag: &str) -> Self {
        ActionSetting { tag: tag.to_owned(), ..ActionSetting::of(Action::Markup) }
    }
    /// The setting, or what is wrong with it.
    pub fn checked(self) -> Result<Self, String> {
        if self.tag.chars().count() > SUBJECT_TAG_MAX {
            return Err(format!("a subject tag has at most {SUBJECT_TAG_MAX} characters"));
        }
        if self.tag.chars().any(char::is_control) {
            return Err("a subject tag has no control characters".into());
        }
        if self.bcc.len() > BCC_MAX {
            return Err(format!("at most {BCC_MAX} addresses get a blind copy"));
        }
        Ok(self)
    }
}

impl Serialize for ActionSetting {
    /// A bare word where nothing goes with the action, else a map of what there is.
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        if self.tag.is_empty() && self.bcc.is_empty() && !self.override_compliance {
            return self.action.serialize(s);
        }
        let mut out = s.serialize_map(None)?;
        out.serialize_entry("action", &self.action)?;
        if !self.tag.is_empty() {
            out.serialize_entry("tag", &self.tag)?;
        }
        if !self.bcc.is_empty() {
            out.serialize_entry("bcc", &self.bcc)?;
        }
        if self.override_compliance {
            out.serialize_entry("override_compliance", &true)?;
        }
        out.end()
    }
}
impl<'de> Deserialize<'de> for ActionSetting {
    /// A bare word (`markup`) or `{ action: markup, tag: "ADV:" }`. Only for self-describing formats (JSON, YAML).
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(SettingVisitor)?.checked().map_err(serde::de::Error::custom)
    }
}

/// Not an untagged enum, whose errors do not say what is wrong.
struct SettingVisitor;

impl<'de> serde::de::Visitor<'de> for SettingVisitor {
    type Value = ActionSetting;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an action such as quarantine, or an action with a tag")
    }
    fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<ActionSetting, E> {
        word.parse().map(ActionSetting::of).map_err(E::custom)
    }
    fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<ActionSetting, A::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Full {
            action: Action,
            #[serde(default)]
            tag: String,
            #[serde(default)]
            bcc: Vec<EmailAddress>,
            #[serde(default)]
            override_compliance: bool,
        }
        let Full { action, tag, bcc, override_compliance } =
            Full::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        Ok(ActionSetting { action, tag, bcc, override_compliance })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_severe_action_is_the_greatest() {
        assert!(Action::Block > Action::Quarantine && Action::Quarantine > Action::AttachEncrypted);
        assert!(
            Action::SpecialRouting > Action::Strip && Action::Strip > Action::Markup && Action::Markup > Action::Allow
        );
    }
    #[test]
    fn a_setting_is_read_from_a_word_or_a_map_and_its_tag_is_bounded() {
        let read = serde_json::from_str::<ActionSetting>;
        assert_eq!(read("\"block\"").ok(), Some(ActionSetting::of(Action::Block)));
        assert_eq!(read(r#"{"action":"markup","tag":"ADV:"}"#).ok(), Some(ActionSetting::markup("ADV:")));
        assert!(read(r#"{"action":"markup","tag":"123456789012345678901"}"#).is_err());
        assert!(read("\"destroy\"").is_err());
    }
}
