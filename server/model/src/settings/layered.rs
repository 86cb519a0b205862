//! Levels laid over each other, and what comes out of it.
//!
//! Two sides are kept apart until the end: what the organisation decides (brand, account, default, domain or outbound
//! IP), and what groups and mailboxes differ in. Both are laid over componentwise, which is associative; then, once,
//! the one rule that is not: what the organisation blocks, nobody loosens (guide chapter 6 "Block").

use super::Values;
use super::definition::{Definition, Key};
use super::features::Off;
use super::kind::Kind;
use super::level::Level;
use super::stored::Settings;
use super::types::SpecialRoute;
use crate::view::Feature;
use crate::{Action, Direction};
use serde_json::Value as Json;

/// Several levels as one. A monoid: [`Layered::over`] is associative, and `Layered::default()` changes nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layered {
    organisation: Settings,
    personal: Settings,
    /// Features that whoever it is for is without.
    off: Off,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The level that sets it; none: the product's default.
    pub level: Option<Level>,
    /// What holds, with everything laid over.
    pub value: Json,
}

impl Layered {
    /// One level. What it may not set does not count.
    pub fn of(level: Level, settings: &Settings) -> Layered {
        let allowed = |key: &Key| key.definition().is_some_and(|d| d.levels.contains(level));
        let settings = match settings.set.keys().all(allowed) {
            true => settings.clone(),
            false => Settings {
                set: settings.set.iter().filter(|(k, _)| allowed(k)).map(|(k, v)| (*k, v.clone())).collect(),
            },
        };
        match level.is_personal() {
            true => Layered { personal: settings, ..Layered::default() },
            false => Layered { organisation: settings, ..Layered::default() },
        }
    }

    /// Levels in their order, lowest first. Of several groups, the one with the higher priority comes later.
    pub fn from_lowest<'a>(levels: impl IntoIterator<Item = (Level, &'a Settings)>) -> Layered {
        let lay = |below: Layered, (level, settings)| Layered::of(level, settings).over(&below);
        levels.into_iter().fold(Layered::default(), lay)
    }

    /// `self` over the levels below.
    pub fn over(&self, below: &Layered) -> Layered {
        Layered {
            organisation: self.organisation.over(&below.organisation),
            personal: self.personal.over(&below.personal),
            off: self.off.and(below.off),
        }
    }

    /// The same for an account without these features.
    #[must_use]
    pub fn without(self, off: Off) -> Layered {
        Layered { off: self.off.and(off), ..self }
    }

    /// What holds for mail of this direction. Total: what cannot be read counts as not set.
    pub fn resolve(&self, direction: Direction) -> Values {
        let mut values = Values { direction, ..Values::default() };
        let (mut org, mut own) = (self.organisation.set.iter().peekable(), self.personal.set.iter().peekable());
        let to_service = self.off.contains(Feature::Encryption) && self.routes_to_service();
        // Both in the order of keys: each setting once.
        while let Some(key) = [org.peek(), own.peek()].into_iter().flatten().map(|(k, _)| **k).min() {
            let above = own.next_if(|(k, _)| **k == key).map(|(_, v)| v);
            let below = org.next_if(|(k, _)| **k == key).map(|(_, v)| v);
            let Some(definition) = key.definition().filter(|d| self.off.lacks(d).is_none()) else { continue };
            match (below, above, definition.kind) {
                (Some(only), None, kind) if self.off.is_empty() && !matches!(kind, Kind::Map { .. }) => {
                    values.put(key, only);
                }
                _ => {
                    let mut value = combined(definition, below, above);
                    self.off.soften(&definition.kind, &mut value, to_service);
                    values.put(key, &value);
                }
            }
        }
        values
    }

    /// The value that holds for one setting.
    fn value(&self, key: Key, definition: &Definition) -> Json {
        let mut value = combined(definition, self.organisation.set.get(&key), self.personal.set.get(&key));
        if self.off.contains(Feature::Encryption) {
            self.off.soften(&definition.kind, &mut value, self.routes_to_service());
        }
        value
    }

    /// Whether the Encryption Service takes what is routed specially.
    fn routes_to_service(&self) -> bool {
        let set = Key::of("special_routing.method").and_then(|key| self.organisation.set.get(&key));
        set.and_then(Json::as_str).is_none_or(|method| method == SpecialRoute::EncryptionService.as_str())
    }
}

/// Default, then organisation, then personal settings, with the rule about Block.
fn combined(definition: &Definition, organisation: Option<&Json>, personal: Option<&Json>) -> Json {
    let mut value = definition.default();
    if let Some(above) = organisation {
        lay(&definition.kind, &mut value, above, false);
    }
    if let Some(above) = personal {
        lay(&definition.kind, &mut value, above, true);
    }
    value
}

/// Lays a value over the one below; where `bound`, what blocks below stays.
fn lay(kind: &Kind, below: &mut Json, above: &Json, bound: bool) {
    if let (Kind::Map { .. }, Json::Object(under), Json::Object(over)) = (kind, &mut *below, above) {
        for (key, value) in over {
            if !(bound && under.get(key).is_some_and(blocks)) {
                under.insert(key.clone(), value.clone());
            }
        }
    } else if !(bound && is_action(kind) && blocks(below)) {
        *below = above.clone();
    }
}

fn is_action(kind: &Kind) -> bool {
    match kind {
        Kind::Action { .. } => true,
        Kind::Optional { inner, .. } => is_action(inner),
        _ => false,
    }
}

fn blocks(value: &Json) -> bool {
    let word = value.as_str().or_else(|| value.get("action")?.as_str());
    word == Some(Action::Block.as_str())
}

/// What holds for a setting with these levels (lowest first), and which of them it comes from: the highest that sets it
/// and is not bound by a Block below. None where there is no such setting, or it needs a feature that is off.
pub fn explain(levels: &[(Level, &Settings)], path: &str, off: Off) -> Option<Source> {
    let key = Key::of(path)?;
    let definition = key.definition().filter(|d| off.lacks(d).is_none())?;
    let value = Layered::from_lowest(levels.iter().copied()).without(off).value(key, definition);
    let sets = |l: &Level, s: &Settings| definition.levels.contains(*l) && s.set.contains_key(&key);
    let organisation = levels.iter().filter(|(l, _)| !l.is_personal());
    let organisation = Layered::from_lowest(organisation.copied()).without(off).value(key, definition);
    // Where the personal side changes nothing because of a Block, the level that blocks is the one to show.
    let bound = is_bound(&definition.kind, &organisation, &value);
    let from = levels.iter().rev().find(|(l, s)| sets(l, s) && !(bound && l.is_personal()));
    Some(Source { level: from.map(|(l, _)| *l), value })
}

/// What the organisation blocks of one setting, which groups and mailboxes cannot loosen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Held {
    /// All of it: nothing that they set there counts.
    pub all: bool,
    /// Of a map, these keys.
    pub keys: Vec<String>,
}

/// What of the setting at `path` is held by a Block in these levels, lowest first (guide chapter 6 "Block").
pub fn held(levels: &[(Level, &Settings)], path: &str) -> Held {
    let Some((key, definition)) = Key::of(path).and_then(|k| Some((k, k.definition()?))) else {
        return Held::default();
    };
    let organisation = levels.iter().filter(|(l, _)| !l.is_personal());
    let value = Layered::from_lowest(organisation.copied()).value(key, definition);
    match (&definition.kind, &value) {
        (Kind::Map { .. }, Json::Object(map)) => {
            let keys = map.iter().filter(|(_, v)| blocks(v)).map(|(k, _)| k.clone()).collect();
            Held { all: false, keys }
        }
        (kind, value) => Held { all: is_action(kind) && blocks(value), keys: Vec::new() },
    }
}

/// Whether a Block of the organisation is all that there is to say.
fn is_bound(kind: &Kind, organisation: &Json, value: &Json) -> bool {
    match kind {
        Kind::Map { .. } => organisation == value && organisation.as_object().is_some_and(|o| o.values().any(blocks)),
        kind => is_action(kind) && blocks(organisation),
    }
}
