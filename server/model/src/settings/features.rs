//! What of the settings needs a feature that an account may be without (guide chapter 4 "Managing Account Information").

use super::definition::Definition;
use super::kind::Kind;
use crate::action::Action;
use crate::view::Feature;
use serde_json::Value as Json;

/// Features that are switched off. What an account has set while it had them stays stored: it counts again with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Off(u8);

impl Off {
    /// All but these.
    pub fn all_but(on: &[Feature]) -> Off {
        let off = Feature::ALL.iter().filter(|f| !on.contains(f));
        Off(off.fold(0, |bits, f| bits | 1 << *f as u8))
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn contains(self, feature: Feature) -> bool {
        self.0 & (1 << feature as u8) != 0
    }

    /// What either is without.
    #[must_use]
    pub fn and(self, other: Off) -> Off {
        Off(self.0 | other.0)
    }

    pub fn iter(self) -> impl Iterator<Item = Feature> {
        Feature::ALL.iter().copied().filter(move |f| self.contains(*f))
    }

    /// The feature for want of which there is no such setting.
    pub fn lacks(self, definition: &Definition) -> Option<Feature> {
        definition.feature.filter(|f| self.contains(*f))
    }

    /// The feature for want of which `value`, which is sound, is not taken for the setting.
    pub fn refuses(self, definition: &Definition, value: &Json) -> Option<Feature> {
        self.lacks(definition)
            .or_else(|| Some(Feature::Encryption).filter(|f| self.contains(*f) && encrypts(&definition.kind, value)))
    }

    /// The value as it counts: what was to leave encrypted is held back, for it is not to leave in clear text; words in
    /// the subject that ask for encryption mean nothing. `special`: mail that is routed specially goes to the Encryption
    /// Service, so it is held back too.
    pub(super) fn soften(self, kind: &Kind, value: &mut Json, special: bool) {
        if self.contains(Feature::Encryption) {
            hold(kind, value, special);
        }
    }
}

/// The word of an action, as a value has it.
fn word(value: &Json) -> Option<&str> {
    value.as_str().or_else(|| value.get("action")?.as_str())
}

/// Whether some action of the value needs the Encryption Service.
fn encrypts(kind: &Kind, value: &Json) -> bool {
    match kind {
        Kind::Action { .. } | Kind::Record(_) => word(value) == Some(Action::AttachEncrypted.as_str()),
        Kind::Optional { inner, .. } => encrypts(inner, value),
        Kind::Map { value: kind, .. } => value.as_object().is_some_and(|map| map.values().any(|v| encrypts(kind, v))),
        _ => false,
    }
}

fn hold(kind: &Kind, value: &mut Json, special: bool) {
    match kind {
        Kind::Action { .. } => {
            let held = word(value).is_some_and(|w| {
                w == Action::AttachEncrypted.as_str() || special && w == Action::SpecialRouting.as_str()
            });
            let place = if value.is_string() { Some(value) } else { value.get_mut("action") };
            if let Some(place) = place.filter(|_| held) {
                *place = Action::Quarantine.as_str().into();
            }
        }
        Kind::Optional { inner, .. } => hold(inner, value, special),
        Kind::Map { value: Kind::Record(_), .. } => {
            if let Json::Object(map) = value {
                map.retain(|_, v| word(v) != Some(Action::AttachEncrypted.as_str()));
            }
        }
        Kind::Map { value: kind, .. } => {
            if let Json::Object(map) = value {
                map.values_mut().for_each(|v| hold(kind, v, special));
            }
        }
        _ => {}
    }
}
