//! Settings in documents and the database: `{ filtering: { junk: quarantine } }`. Unknown names are refused, with what
//! would be known; null is the same as absent. Limits are checked apart ([`Settings::problems`]), so that what was
//! stored under other limits can still be read.

use super::SECTIONS;
use super::check::Limits;
use super::definition::{Definition, Key, Section};
use super::stored::{Settings, expected};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value as Json;
use std::fmt;

impl Serialize for Settings {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut sections = s.serialize_map(None)?;
        for section in &SECTIONS {
            let range = Key(section.first)..Key(section.first + section.len);
            if self.set.range(range).next().is_some() {
                sections.serialize_entry(section.name, &Options { section, settings: self })?;
            }
        }
        sections.end()
    }
}

/// One section of a level's settings.
struct Options<'a> {
    section: &'static Section,
    settings: &'a Settings,
}

impl Serialize for Options<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let range = Key(self.section.first)..Key(self.section.first + self.section.len);
        let named = self.settings.set.range(range).filter_map(|(k, v)| Some((k.definition()?.name, v)));
        s.collect_map(named)
    }
}

impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_map(SectionsVisitor)
    }
}

struct SectionsVisitor;

impl<'de> Visitor<'de> for SectionsVisitor {
    type Value = Settings;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sections of settings, such as filtering: { junk: quarantine }")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Settings, A::Error> {
        let mut out = Settings::default();
        while let Some(name) = map.next_key::<String>()? {
            let Some(section) = Key::section(&name) else {
                let known = expected(SECTIONS.iter().map(|s| s.name));
                return Err(A::Error::custom(format!("unknown field `{name}`, expected one of {known}")));
            };
            map.next_value_seed(OptionsSeed { section, out: &mut out })?;
        }
        Ok(out)
    }
}

struct OptionsSeed<'a> {
    section: &'static Section,
    out: &'a mut Settings,
}

impl<'de> DeserializeSeed<'de> for OptionsSeed<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for OptionsSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "settings of the section {}", self.section.name)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            let key = Key::in_section(self.section, &name);
            let Some((key, definition)) = key.and_then(|k| Some((k, k.definition()?))) else {
                let known = expected(self.section.definitions().iter().map(|d| d.name));
                return Err(A::Error::custom(format!("unknown field `{name}`, expected one of {known}")));
            };
            if let Some(value) = map.next_value_seed(ValueSeed(definition))? {
                self.out.set.insert(key, value);
            }
        }
        Ok(())
    }
}

/// One value, in canonical form; none for null.
struct ValueSeed(&'static Definition);

impl<'de> DeserializeSeed<'de> for ValueSeed {
    type Value = Option<Json>;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Option<Json>, D::Error> {
        let json = Json::deserialize(d)?;
        if json.is_null() {
            return Ok(None);
        }
        let normal = self.0.kind.normal(&json, Limits::Ignore);
        normal.map(Some).map_err(|e| D::Error::custom(format!("{}: {e}", self.0.name)))
    }
}
