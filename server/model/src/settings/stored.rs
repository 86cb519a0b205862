//! The settings of one level: those that it sets, by path. What is absent falls through to the level below.

use super::check::Limits;
use super::definition::{Definition, Key};
use super::kind::Kind;
use super::level::Level;
use super::{DEFINITIONS, SECTIONS};
use crate::FieldError;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Only what is set takes room: most of a million mailboxes set nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    /// Values in canonical form.
    pub(super) set: BTreeMap<Key, Json>,
}

/// One setting that differs; `None`: not set.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    pub path: String,
    pub before: Option<Json>,
    pub after: Option<Json>,
}

impl Settings {
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// What is set, in the order of the pages.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Definition, &Json)> {
        self.set.iter().filter_map(|(key, value)| Some((key.definition()?, value)))
    }

    /// The value set at `path`; none where it is not set, or there is no such setting.
    pub fn get(&self, path: &str) -> Option<Json> {
        self.set.get(&Key::of(path)?).cloned()
    }

    /// Sets `path`, or unsets it with null ("default"). Whether the level may set it, [`Settings::problems`] says.
    ///
    /// # Errors
    /// An unknown path, or a value that is not accepted; nothing is changed then.
    pub fn set(&mut self, path: &str, value: Json) -> Result<(), FieldError> {
        let problem = |message| FieldError { field: path.to_owned(), message };
        let key = Key::of(path).ok_or_else(|| problem(unknown(path)))?;
        let Some(definition) = key.definition().filter(|_| !value.is_null()) else {
            self.set.remove(&key);
            return Ok(());
        };
        let value = definition.kind.normal(&value, Limits::Apply).map_err(problem)?;
        self.set.insert(key, value);
        Ok(())
    }

    /// Sets each path that is named, and leaves all others as they are ("leave blank to keep", guide chapter 12).
    /// Gives what has changed.
    ///
    /// # Errors
    /// Every path that is unknown, not settable at `level` or has a value that is not accepted; nothing is changed then.
    pub fn patch<'a>(
        &mut self,
        level: Level,
        changes: impl IntoIterator<Item = (&'a str, Json)>,
    ) -> Result<Vec<Difference>, Vec<FieldError>> {
        let (mut after, mut wrong) = (self.clone(), Vec::new());
        for (path, value) in changes {
            let unset = value.is_null();
            let fits = |d: &Definition| if unset { Ok(()) } else { d.check_level(level) };
            let checked = super::definition(path).map_or(Ok(()), fits);
            let checked = checked.map_err(|message| FieldError { field: path.to_owned(), message });
            wrong.extend(checked.and_then(|()| after.set(path, value)).err());
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let changed = Settings::differences(self, &after);
        *self = after;
        Ok(changed)
    }

    /// `self` with all that `named` sets in its place: a document that is applied.
    pub fn with(&self, named: &Settings) -> Settings {
        let mut out = self.clone();
        out.set.extend(named.set.iter().map(|(k, v)| (*k, v.clone())));
        out
    }

    /// `self` laid over the level below: what it sets wins, maps key by key, and the rest falls through. Associative
    /// and idempotent; empty settings change nothing on either side.
    pub fn over(&self, below: &Settings) -> Settings {
        let mut out = below.clone();
        for (key, above) in &self.set {
            match out.set.get_mut(key) {
                Some(Json::Object(under)) if key.is_map() => {
                    if let Json::Object(above) = above {
                        under.extend(above.iter().map(|(k, v)| (k.clone(), v.clone())));
                    }
                }
                _ => {
                    out.set.insert(*key, above.clone());
                }
            }
        }
        out
    }

    /// What differs, in the order of the pages: the audit trail's before and after.
    pub fn differences(before: &Settings, after: &Settings) -> Vec<Difference> {
        let keys: BTreeSet<&Key> = before.set.keys().chain(after.set.keys()).collect();
        let differ = keys.into_iter().filter(|k| before.set.get(k) != after.set.get(k));
        differ
            .filter_map(|k| {
                let path = k.definition()?.path();
                Some(Difference { path, before: before.set.get(k).cloned(), after: after.set.get(k).cloned() })
            })
            .collect()
    }

    /// Every setting that `level` may not set, or whose value is out of its limits: its path, and a sentence that says
    /// what would be accepted.
    pub fn problems(&self, level: Level) -> Vec<FieldError> {
        let wrong = |(d, value): (&Definition, &Json)| {
            let message = d.check(value, level).err()?;
            Some(FieldError { field: d.path(), message })
        };
        self.iter().filter_map(wrong).collect()
    }
}

impl Key {
    fn is_map(self) -> bool {
        self.definition().is_some_and(|d| matches!(d.kind, Kind::Map { .. }))
    }
}

/// A sentence about a path that no setting has.
fn unknown(path: &str) -> String {
    match path.split_once('.').map(|(section, _)| (section, Key::section(section))) {
        Some((section, Some(known))) => {
            let names = known.definitions().iter().map(|d| d.name).collect::<Vec<_>>().join(", ");
            format!("there is no such setting; {section} has {names}")
        }
        _ => {
            let sections = SECTIONS.iter().map(|s| s.name).collect::<Vec<_>>().join(", ");
            format!("there is no such setting; its first word is one of {sections}")
        }
    }
}

/// The sections and settings that a document may name.
pub(super) fn expected<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
}

/// Longest value in a line for people.
const SHOWN: usize = 200;

/// A value as people read it, in a line.
pub fn shown(value: &Json) -> String {
    let text = match value {
        Json::Null => "default".into(),
        Json::String(s) if s.is_empty() => "empty".into(),
        Json::String(s) => s.clone(),
        Json::Object(o) => match (o.get("action").and_then(Json::as_str), o.get("tag").and_then(Json::as_str)) {
            (Some(action), Some(tag)) if o.len() == 2 => format!("{action} {tag:?}"),
            _ => value.to_string(),
        },
        other => other.to_string(),
    };
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

impl fmt::Display for Difference {
    /// `filtering.junk default → quarantine`, in one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |v: &Option<Json>| shown(v.as_ref().unwrap_or(&Json::Null));
        write!(f, "{} {} → {}", self.path, side(&self.before), side(&self.after))
    }
}

/// All paths, in the order of the pages.
pub fn paths() -> impl Iterator<Item = String> {
    DEFINITIONS.iter().map(Definition::path)
}
