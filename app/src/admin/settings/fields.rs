//! Settings as the fields of a form, and back: what stands in which field for each kind of value.
//!
//! A setting's fields have its path as their name, or begin with it and a dot. Where one chooses among words, the one
//! field says all: `-` takes what is below. Elsewhere `path.how` says `-`, or `=` for a value of one's own, which stands
//! in further fields. What is absent or empty there is kept as it is, which is what forms for many objects use.

use model::settings::{Entry, Kind};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

pub type Fields = BTreeMap<String, String>;

/// Takes what is below.
pub const DEFAULT: &str = "-";
/// Has a value of its own, in further fields.
pub const OWN: &str = "=";
/// Rows beyond those that are filled, for new entries of a map.
pub const BLANK_ROWS: usize = 2;
/// Rows of a map that a form may have.
const ROWS_MAX: usize = 20_000;

/// What a form says of one setting.
#[derive(Debug, Clone, PartialEq)]
pub enum Posted {
    Keep,
    Default,
    Own(Json),
}

/// One chooses among words: one field is enough.
pub fn is_select(kind: &Kind) -> bool {
    match kind {
        Kind::Bool | Kind::Choice(_) | Kind::OneOf { .. } | Kind::Action { .. } => true,
        Kind::Optional { inner, .. } => is_select(inner),
        _ => false,
    }
}

/// Of a map: each key may take what is below.
pub fn has_default_rows(value: &Kind) -> bool {
    matches!(value, Kind::Action { .. })
}

/// A setting's fields, where it sets `own` over what is `below`.
pub fn write(kind: &Kind, path: &str, own: Option<&Json>, below: &Json, out: &mut Fields) {
    let how = |word: &str| (format!("{path}.how"), word.to_owned());
    match (kind, own) {
        (_, None) if is_select(kind) => {
            out.insert(path.to_owned(), DEFAULT.to_owned());
        }
        (_, Some(own)) if is_select(kind) => write_value(kind, path, own, out),
        (Kind::Map { value, .. }, own) if has_default_rows(value) => {
            out.extend([how(if own.is_some() { OWN } else { DEFAULT })]);
            write_rows(value, path, own, Some(below), out);
        }
        (Kind::Map { value, .. }, own) => {
            out.extend([how(if own.is_some() { OWN } else { DEFAULT })]);
            write_rows(value, path, own, None, out);
        }
        (Kind::Optional { .. }, Some(own)) => write_value(kind, path, own, out),
        (kind, own) => {
            write_value(kind, path, own.unwrap_or(below), out);
            out.extend([how(if own.is_some() { OWN } else { DEFAULT })]);
        }
    }
}

/// The rows of a map: those of below say so where they are not differed from.
fn write_rows(value: &Kind, name: &str, own: Option<&Json>, below: Option<&Json>, out: &mut Fields) {
    let empty = Map::new();
    let own = own.and_then(Json::as_object).unwrap_or(&empty);
    let below = below.and_then(Json::as_object).unwrap_or(&empty);
    let keys: std::collections::BTreeSet<&String> = own.keys().chain(below.keys()).collect();
    for (n, key) in keys.into_iter().enumerate() {
        out.insert(format!("{name}.k{n}"), key.clone());
        match own.get(key) {
            Some(v) => write_value(value, &format!("{name}.v{n}"), v, out),
            None => {
                out.insert(format!("{name}.v{n}"), DEFAULT.to_owned());
            }
        }
    }
}

fn lines(list: &Json) -> String {
    let items = list.as_array().into_iter().flatten().filter_map(Json::as_str);
    items.collect::<Vec<_>>().join("\n")
}

fn write_value(kind: &Kind, name: &str, value: &Json, out: &mut Fields) {
    let mut put = |suffix: &str, text: String| {
        out.insert(format!("{name}{suffix}"), text);
    };
    match kind {
        Kind::Action { .. } => {
            let word = value.as_str().or_else(|| value.get("action").and_then(Json::as_str));
            put("", word.unwrap_or_default().to_owned());
            put(".tag", value.get("tag").and_then(Json::as_str).unwrap_or_default().to_owned());
            put(".bcc", value.get("bcc").map(lines).unwrap_or_default());
            if value.get("override_compliance") == Some(&Json::Bool(true)) {
                put(".override", "on".into());
            }
        }
        Kind::Hours { .. } => {
            for hour in value.as_array().into_iter().flatten().filter_map(Json::as_i64) {
                put(&format!(".h{hour}"), "on".into());
            }
        }
        Kind::List { entry: Entry::Word(_), .. } => {
            for (n, word) in value.as_array().into_iter().flatten().enumerate() {
                put(&format!(".{n}"), word.as_str().unwrap_or_default().to_owned());
            }
        }
        Kind::List { .. } => put("", lines(value)),
        Kind::Map { value: inner, .. } => write_rows(inner, name, Some(value), None, out),
        Kind::Record(fields) => {
            for field in *fields {
                let part = value.get(field.name).unwrap_or(&Json::Null);
                write_value(&field.kind, &format!("{name}.{}", field.name), part, out);
            }
        }
        Kind::Optional { word, inner, .. } => match (value.as_str() == Some(word), is_select(inner)) {
            (true, true) => put("", (*word).to_owned()),
            (true, false) => put(".how", (*word).to_owned()),
            (false, true) => write_value(inner, name, value, out),
            (false, false) => {
                put(".how", OWN.to_owned());
                write_value(inner, name, value, out);
            }
        },
        _ => put("", kind.to_text(value)),
    }
}

/// What the fields say of a setting.
///
/// # Errors
/// A sentence with what was found and what would be accepted.
pub fn read(kind: &Kind, path: &str, fields: &Fields) -> Result<Posted, String> {
    let decides = if is_select(kind) { path.to_owned() } else { format!("{path}.how") };
    let posted = match fields.get(&decides).map_or("", String::as_str) {
        "" => Posted::Keep,
        DEFAULT => Posted::Default,
        _ => Posted::Own(read_value(kind, path, fields)?),
    };
    Ok(match posted {
        // A map that differs in nothing.
        Posted::Own(Json::Object(map)) if map.is_empty() && matches!(kind, Kind::Map { .. }) => Posted::Default,
        other => other,
    })
}

fn read_value(kind: &Kind, name: &str, fields: &Fields) -> Result<Json, String> {
    let field = |suffix: &str| fields.get(&format!("{name}{suffix}")).map_or("", String::as_str);
    let json = match kind {
        Kind::Action { outbound, .. } => {
            let word = field("");
            let mut out = Map::new();
            if word == model::Action::Markup.as_str() && !field(".tag").is_empty() {
                out.insert("tag".into(), field(".tag").into());
            }
            if *outbound {
                let bcc: Vec<Json> =
                    field(".bcc").lines().map(str::trim).filter(|l| !l.is_empty()).map(Json::from).collect();
                if !bcc.is_empty() {
                    out.insert("bcc".into(), bcc.into());
                }
                if field(".override") == "on" {
                    out.insert("override_compliance".into(), true.into());
                }
            }
            if out.is_empty() {
                word.into()
            } else {
                out.insert("action".into(), word.into());
                out.into()
            }
        }
        Kind::Hours { .. } => (0..24).filter(|h| field(&format!(".h{h}")) == "on").map(Json::from).collect(),
        Kind::List { entry: Entry::Word(words), max } => {
            let words = (0..(*max).min(words.len())).map(|n| field(&format!(".{n}"))).filter(|w| !w.is_empty());
            words.map(Json::from).collect()
        }
        Kind::Map { value, .. } => read_rows(value, name, fields)?,
        Kind::Record(parts) => {
            let mut out = Map::new();
            for part in *parts {
                let value = read_value(&part.kind, &format!("{name}.{}", part.name), fields);
                out.insert(part.name.to_owned(), value.map_err(|e| format!("{}: {e}", part.label))?);
            }
            out.into()
        }
        Kind::Optional { word, inner, .. } => {
            let decides = if is_select(inner) { field("") } else { field(".how") };
            if decides == *word { (*word).into() } else { read_value(inner, name, fields)? }
        }
        _ => return kind.from_text(field("")),
    };
    kind.normal(&json, model::settings::Limits::Apply)
}

fn read_rows(value: &Kind, name: &str, fields: &Fields) -> Result<Json, String> {
    let mut out = Map::new();
    // Rows in the order of their numbers; a row without a key is blank.
    let prefix = format!("{name}.k");
    let mut rows: Vec<(usize, &str)> = Vec::new();
    for (field, key) in fields.range(prefix.clone()..) {
        let Some(number) = field.strip_prefix(&prefix) else { break };
        if let (Ok(n), false) = (number.parse(), key.trim().is_empty()) {
            rows.push((n, key.trim()));
        }
        if rows.len() > ROWS_MAX {
            return Err(format!("at most {ROWS_MAX} entries are accepted"));
        }
    }
    rows.sort_unstable();
    for (n, key) in rows {
        let at = format!("{name}.v{n}");
        if has_default_rows(value) && matches!(fields.get(&at).map_or(DEFAULT, String::as_str), DEFAULT | "") {
            continue;
        }
        let read = read_value(value, &at, fields).map_err(|e| format!("{key}: {e}"))?;
        if out.insert(key.to_owned(), read).is_some() {
            return Err(format!("{key} is there twice"));
        }
    }
    Ok(out.into())
}

/// Tells a value from another in a form, so that only what was changed there is changed (FNV-1a).
pub fn mark(own: Option<&Json>) -> String {
    let Some(own) = own else { return DEFAULT.to_owned() };
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    format!("{:016x}", own.to_string().bytes().fold(0xcbf2_9ce4_8422_2325, step))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::settings::{DEFINITIONS, definition};
    use serde_json::json;

    fn back(path: &str, own: Option<&Json>) -> Result<Posted, String> {
        let d = definition(path).expect("a setting");
        let mut fields = Fields::new();
        write(&d.kind, path, own, &d.default(), &mut fields);
        read(&d.kind, path, &fields)
    }

    #[test]
    fn every_setting_goes_through_its_fields_and_back() {
        for d in &DEFINITIONS {
            let path = d.path();
            assert_eq!(back(&path, None), Ok(Posted::Default), "{path}");
            let own = d.kind.normal(&d.default(), model::settings::Limits::Apply).expect("a default");
            let is_empty_map = matches!(d.kind, Kind::Map { .. }) && own.as_object().is_some_and(Map::is_empty);
            let expected = if is_empty_map { Posted::Default } else { Posted::Own(own.clone()) };
            assert_eq!(back(&path, Some(&own)), Ok(expected), "{path}");
        }
    }

    #[test]
    fn values_of_every_kind_come_back_as_they_were() {
        for (path, value) in [
            ("filtering.junk", json!({"action": "markup", "tag": "ADV:"})),
            (
                "outbound_filtering.health",
                json!({"action": "attach_encrypted", "bcc": ["a@b.test", "c@d.test"], "override_compliance": true}),
            ),
            ("digest.cutoff_hours", json!([0, 23])),
            ("digest.token_days", json!(12)),
            ("digest.token_days", json!("automatic")),
            ("dmarc.override_policy", json!("published")),
            ("dmarc.override_policy", json!({"action": "markup", "tag": "x"})),
            ("discovery.remove_after", json!(28)),
            ("filtering.attachments", json!({"exe": "allow", "zz": {"action": "markup", "tag": "zip"}})),
            ("display_name.names", json!({"The Boss": ["boss@a.test", "b@a.test"]})),
            (
                "outbound_routing.delivery_exceptions",
                json!({"*.a.test": {"route": "mx.a.test:25", "encryption": "attempt", "hostname": "", "exempt_from_special_routing": true}}),
            ),
            ("digest_brand.columns", json!(["from", "time"])),
            ("digest_brand.header", json!({"de": "Hallo\nWelt", "en": ""})),
            ("spf.exceptions", json!(["a.test//printers", "192.0.2.0/24"])),
            ("routing.copy_to", json!("")),
            ("outbound_annotation.text", json!(" two\n lines ")),
        ] {
            let kind = definition(path).expect("a setting").kind;
            let value = kind.normal(&value, model::settings::Limits::Apply).unwrap_or_else(|e| panic!("{path}: {e}"));
            assert_eq!(back(path, Some(&value)), Ok(Posted::Own(value)), "{path}");
        }
    }

    #[test]
    fn what_is_absent_is_kept_and_what_cannot_be_says_why() {
        let kind = definition("routing.spool_hours").expect("a setting").kind;
        let fields = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let read = |pairs: &[(&str, &str)]| read(&kind, "a", &fields(pairs));
        assert_eq!(read(&[]), Ok(Posted::Keep));
        assert_eq!(read(&[("a.how", ""), ("a", "9")]), Ok(Posted::Keep));
        assert_eq!(read(&[("a.how", "-"), ("a", "9")]), Ok(Posted::Default));
        assert_eq!(read(&[("a.how", "="), ("a", "9")]), Ok(Posted::Own(9.into())));
        assert_eq!(read(&[("a.how", "="), ("a", "999")]), Err("999 is not between 1 and 320 hours".into()));
        assert!(read(&[("a.how", "="), ("a", "many")]).is_err());
    }

    #[test]
    fn keys_of_a_map_that_take_what_is_below_are_not_set() {
        let kind = definition("filtering.attachments").expect("a setting").kind;
        let mut fields = Fields::new();
        let (own, below) = (json!({"pdf": "strip"}), json!({"exe": "quarantine", "pdf": "allow"}));
        write(&kind, "a", Some(&own), &below, &mut fields);
        assert_eq!((fields["a.k0"].as_str(), fields["a.v0"].as_str()), ("exe", DEFAULT));
        assert_eq!(read(&kind, "a", &fields), Ok(Posted::Own(own)));
        fields.insert("a.k7".into(), "PDF".into());
        fields.insert("a.v7".into(), "block".into());
        assert!(read(&kind, "a", &fields).is_ok());
        fields.insert("a.k7".into(), "pdf".into());
        assert_eq!(read(&kind, "a", &fields), Err("pdf is there twice".into()));
    }

    #[test]
    fn a_mark_tells_values_apart() {
        assert_eq!(mark(None), DEFAULT);
        assert_ne!(mark(Some(&json!("a"))), mark(Some(&json!("b"))));
        assert_eq!(mark(Some(&json!({"a": 1}))), mark(Some(&json!({"a": 1}))));
    }
}
