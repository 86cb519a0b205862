//! The settings of one place as its page shows them.

use crate::settings::{Definition, Level, definition};
use crate::view::Feature;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// All settings that may be set at one place, in the order of [`crate::settings::DEFINITIONS`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlaceSettings {
    /// The place, as forms carry it back: `domain:5`, `system`.
    pub place: String,
    pub level: Level,
    /// Whether whoever asks may change them.
    pub may_edit: bool,
    /// Features that the account is without: choices that need one are not offered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub off: Vec<Feature>,
    pub settings: Vec<SettingState>,
}

/// One setting at one place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettingState {
    /// `section.name`.
    pub path: String,
    /// What the place itself sets; none: it takes what is below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<Json>,
    /// What holds without the place's own value: what a reset would give.
    pub below: Json,
    /// The level that `below` comes from; none: the product's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Level>,
    /// Blocked by the organisation: the place's own value does not count.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
    /// Keys of a map that are so blocked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held_keys: Vec<String>,
}

impl SettingState {
    /// None never happens for what the server has sent: both sides have the same table.
    pub fn definition(&self) -> Option<&'static Definition> {
        definition(&self.path)
    }
    /// What holds; of a map what is set here alone, without the keys of below.
    pub fn value(&self) -> &Json {
        match &self.own {
            Some(own) if !self.held => own,
            _ => &self.below,
        }
    }
}
