//! A value against its kind: what it is in canonical form, or a sentence that says what would be accepted.

use super::kind::{Entry, Field, Kind};
use super::picture;
use crate::action::{Action, BCC_MAX, SUBJECT_TAG_MAX};
use serde_json::{Map, Value as Json};

/// How strictly a value is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limits {
    /// Form and limits: what a person or a client writes.
    Apply,
    /// Form alone: what was stored before, perhaps under other limits.
    Ignore,
}

/// Longest text that is repeated in a sentence.
const QUOTED: usize = 60;

/// A value in quotes, cut where it is long.
pub(super) fn quoted(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((at, _)) => format!("\"{}…\"", &text[..at]),
        None => format!("{text:?}"),
    }
}

fn found(json: &Json) -> String {
    match json {
        Json::String(s) => quoted(s),
        Json::Array(_) => "a list".into(),
        Json::Object(_) => "an object".into(),
        other => other.to_string(),
    }
}

fn expected(json: &Json, what: &str) -> String {
    format!("{} is not {what}", found(json))
}

fn with_unit(unit: &str) -> String {
    if unit.is_empty() { String::new() } else { format!(" {unit}") }
}

fn words<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

impl Kind {
    /// The value in canonical form.
    ///
    /// # Errors
    /// A sentence with what was found and what would be accepted.
    pub fn normal(&self, json: &Json, limits: Limits) -> Result<Json, String> {
        let strict = limits == Limits::Apply;
        match self {
            Kind::Bool => json.as_bool().map(Json::Bool).ok_or_else(|| expected(json, "true or false")),
            Kind::Int { min, max, unit } => {
                let what = || format!("between {min} and {max}{}", with_unit(unit));
                let number = json.as_i64().ok_or_else(|| expected(json, &format!("a whole number {}", what())))?;
                if strict && !(*min..=*max).contains(&number) {
                    return Err(format!("{number} is not {}", what()));
                }
                Ok(number.into())
            }
            Kind::OneOf { numbers, unit } => {
                let what = || {
                    format!(
                        "one of {}{}",
                        words(numbers.iter().map(i64::to_string).collect::<Vec<_>>().iter().map(String::as_str)),
                        with_unit(unit)
                    )
                };
                let number = json.as_i64().ok_or_else(|| expected(json, &what()))?;
                if strict && !numbers.contains(&number) {
                    return Err(format!("{number} is not {}", what()));
                }
                Ok(number.into())
            }
            Kind::Choice(choices) => word(json, choices),
            Kind::Text { max, multiline } => text(json, strict.then_some(*max), *multiline),
            Kind::Action { allowed, outbound } => action(json, allowed, *outbound, strict),
            Kind::Hours { max } => hours(json, *max),
            Kind::TimeZone => {
                let zone = string(json, "a time zone such as Europe/Berlin")?;
                let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '+');
                if zone.is_empty() || zone.len() > 64 || !zone.chars().all(inside) {
                    return Err(expected(json, "a time zone such as Europe/Berlin"));
                }
                Ok(json.clone())
            }
            Kind::Color => {
                let color = string(json, COLOR)?;
                match color.strip_prefix('#') {
                    Some(hex) if hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()) => {
                        Ok(color.to_ascii_lowercase().into())
                    }
                    _ => Err(expected(json, COLOR)),
                }
            }
            Kind::Image { width, height } => {
                let url = string(json, picture::EXPECTED)?;
                if !url.is_empty() {
                    picture::check(url, *width, *height)?;
                }
                Ok(json.clone())
            }
            Kind::One { entry, or_empty } => {
                let text = string(json, entry.expected())?.trim();
                if text.is_empty() && *or_empty { Ok("".into()) } else { entry.normal(text).map(Json::String) }
            }
            Kind::List { entry, max } => list(json, *entry, strict.then_some(*max)),
            Kind::Map { key, value, max } => map(json, *key, value, *max, limits),
            Kind::Record(fields) => record(json, fields, limits),
            Kind::Optional { word, inner, .. } => {
                if json.as_str() == Some(word) {
                    return Ok(json.clone());
                }
                inner.normal(json, limits).map_err(|e| format!("{e}, nor {word}"))
            }
        }
    }
}

const COLOR: &str = "a color such as #1a2b3c";

fn string<'a>(json: &'a Json, what: &str) -> Result<&'a str, String> {
    json.as_str().ok_or_else(|| expected(json, what))
}

fn word(json: &Json, choices: &[(&str, &str)]) -> Result<Json, String> {
    match json.as_str() {
        Some(w) if choices.iter().any(|(c, _)| *c == w) => Ok(json.clone()),
        _ => Err(expected(json, &format!("one of {}", words(choices.iter().map(|(c, _)| *c))))),
    }
}

fn text(json: &Json, max: Option<usize>, multiline: bool) -> Result<Json, String> {
    let text = string(json, "a text")?;
    let text = if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() };
    if text.chars().any(|c| c.is_control() && !(multiline && matches!(c, '\n' | '\t'))) {
        return Err(match multiline {
            true => "a text has no control characters besides line ends and tabs".into(),
            false => "a text of one line has no line ends or other control characters".into(),
        });
    }
    let length = text.chars().count();
    match max {
        Some(max) if length > max => Err(format!("{length} characters, at most {max} are accepted")),
        _ => Ok(text.into()),
    }
}

fn action(json: &Json, allowed: &[Action], outbound: bool, strict: bool) -> Result<Json, String> {
    let (word, rest) = match json {
        Json::String(word) => (word.as_str(), None),
        Json::Object(o) => match o.get("action") {
            Some(Json::String(word)) => (word.as_str(), Some(o)),
            _ => return Err("an action with a tag has the form { action: markup, tag: \"ADV:\" }".into()),
        },
        other => return Err(expected(other, &format!("one of {}", words(allowed.iter().map(|a| a.as_str()))))),
    };
    let known = word.parse::<Action>().ok().filter(|a| !strict || allowed.contains(a));
    let action =
        known.ok_or_else(|| format!("{} is not one of {}", quoted(word), words(allowed.iter().map(|a| a.as_str()))))?;
    let mut out = Map::new();
    for (key, value) in rest.into_iter().flatten() {
        match key.as_str() {
            "action" => {}
            "tag" => {
                let tag = text(value, strict.then_some(SUBJECT_TAG_MAX), false).map_err(|e| format!("tag: {e}"))?;
                if tag != "" {
                    out.insert(key.clone(), tag);
                }
            }
            "bcc" if outbound => {
                let bcc = list(value, Entry::Email, Some(BCC_MAX)).map_err(|e| format!("bcc: {e}"))?;
                if bcc.as_array().is_some_and(|b| !b.is_empty()) {
                    out.insert(key.clone(), bcc);
                }
            }
            "override_compliance" if outbound => {
                let lifts = value.as_bool().ok_or_else(|| expected(value, "true or false"))?;
                if lifts {
                    out.insert(key.clone(), Json::Bool(true));
                }
            }
            other => {
                let known = if outbound { "action, tag, bcc, override_compliance" } else { "action, tag" };
                return Err(format!("unknown field `{}`, expected one of {known}", other));
            }
        }
    }
    if out.is_empty() {
        return Ok(action.as_str().into());
    }
    out.insert("action".into(), action.as_str().into());
    Ok(Json::Object(out))
}

fn hours(json: &Json, max: usize) -> Result<Json, String> {
    let what = || match max {
        2 => "one or two hours from 0 to 23".to_owned(),
        _ => format!("one to {max} hours from 0 to 23"),
    };
    let hours: Option<Vec<i64>> = json.as_array().and_then(|l| l.iter().map(Json::as_i64).collect());
    match hours {
        Some(mut h) if (1..=max).contains(&h.len()) && h.iter().all(|h| (0..24).contains(h)) => {
            h.sort_unstable();
            h.dedup();
            Ok(h.into())
        }
        _ => Err(expected(json, &what())),
    }
}

/// Entries in the order written, none twice.
fn list(json: &Json, entry: Entry, max: Option<usize>) -> Result<Json, String> {
    let Json::Array(items) = json else { return Err(expected(json, "a list")) };
    let mut seen = std::collections::HashSet::with_capacity(items.len());
    let mut out = Vec::with_capacity(items.len());
    for item in items {
        let entry = entry.normal(string(item, entry.expected())?.trim())?;
        if seen.insert(entry.clone()) {
            out.push(Json::String(entry));
        }
    }
    match max {
        Some(max) if out.len() > max => Err(format!("{} entries, at most {max} are accepted", out.len())),
        _ => Ok(Json::Array(out)),
    }
}

fn map(json: &Json, key: Entry, value: &Kind, max: usize, limits: Limits) -> Result<Json, String> {
    let Json::Object(items) = json else { return Err(expected(json, "a map of values by key")) };
    if limits == Limits::Apply && items.len() > max {
        return Err(format!("{} entries, at most {max} are accepted", items.len()));
    }
    let mut out = Map::new();
    for (k, v) in items {
        let k = key.normal(k.trim())?;
        let v = value.normal(v, limits).map_err(|e| format!("{}: {e}", quoted(&k)))?;
        out.insert(k, v);
    }
    Ok(Json::Object(out))
}

/// What a part of a record is that is not given, so that a part that comes later does not make what is stored wrong.
fn absent(kind: &Kind) -> Option<Json> {
    match kind {
        Kind::Bool => Some(Json::Bool(false)),
        Kind::Text { .. } | Kind::One { or_empty: true, .. } => Some(Json::String(String::new())),
        _ => None,
    }
}

fn record(json: &Json, fields: &[Field], limits: Limits) -> Result<Json, String> {
    let names = || words(fields.iter().map(|f| f.name));
    let Json::Object(items) = json else { return Err(expected(json, &format!("an object of {}", names()))) };
    if let Some(other) = items.keys().find(|k| fields.iter().all(|f| f.name != k.as_str())) {
        return Err(format!("unknown field `{}`, expected one of {}", other, names()));
    }
    let mut out = Map::new();
    for field in fields {
        let value = items.get(field.name).cloned().or_else(|| absent(&field.kind));
        let value = value.ok_or_else(|| format!("{} is missing, expected {}", field.name, names()))?;
        let value = field.kind.normal(&value, limits).map_err(|e| format!("{}: {e}", field.name))?;
        out.insert(field.name.to_owned(), value);
    }
    Ok(Json::Object(out))
}
