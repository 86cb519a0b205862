//! What is done with a message, and what became of it.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is not one of {expected}")]
pub struct UnknownWord {
    pub found: String,
    pub expected: &'static str,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal, $label:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),* }
        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$variant),*];
            /// The word in documents, the API and the database.
            pub fn as_str(self) -> &'static str { match self { $($name::$variant => $word),* } }
            /// The word that people read.
            pub fn label(self) -> &'static str { match self { $($name::$variant => $label),* } }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.as_str()) }
        }
        impl FromStr for $name {
            type Err = UnknownWord;
            fn from_str(s: &str) -> Result<Self, UnknownWord> {
                match s { $($word => Ok($name::$variant),)*
                    _ => Err(UnknownWord { found: s.to_owned(), expected: concat!($($word, " "),*) }) }
            }
        }
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.serialize_str(self.as_str()) }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

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

/// An action with the subject tag that goes with Markup: at most 20 characters (guide chapter 6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionSetting {
    pub action: Action,
    pub tag: String,
}

pub const SUBJECT_TAG_MAX: usize = 20;

impl ActionSetting {
    pub fn of(action: Action) -> Self {
        ActionSetting { action, tag: String::new() }
    }
    pub fn markup(tag: &str) -> Self {
        ActionSetting { action: Action::Markup, tag: tag.to_owned() }
    }
    /// The setting, or what is wrong with it.
    pub fn checked(self) -> Result<Self, String> {
        if self.tag.chars().count() > SUBJECT_TAG_MAX {
            return Err(format!("a subject tag has at most {SUBJECT_TAG_MAX} characters"));
        }
        if self.tag.chars().any(char::is_control) {
            return Err("a subject tag has no control characters".into());
        }
        Ok(self)
    }
}

impl Serialize for ActionSetting {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut out = s.serialize_struct("ActionSetting", 2)?;
        out.serialize_field("action", &self.action)?;
        out.serialize_field("tag", &self.tag)?;
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
        }
        let full = Full::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        Ok(ActionSetting { action: full.action, tag: full.tag })
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
