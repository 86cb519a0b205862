//! Settings and their values as people read them.

use model::settings::{Kind, Level};
use serde_json::Value;

/// Longest value in a line.
const SHOWN: usize = 80;

fn label(choices: &[(&str, &str)], word: &str) -> String {
    let found = choices.iter().find(|(w, _)| *w == word);
    found.map_or_else(|| word.replace('_', " "), |(_, label)| (*label).to_owned())
}

/// A value in words: `Markup "ADV:"`, `7 hours`, `On`.
pub fn words(kind: &Kind, value: &Value) -> String {
    match (kind, value) {
        (Kind::Optional { word, label, .. }, Value::String(s)) if s == word => (*label).to_owned(),
        (Kind::Optional { inner, .. }, value) => words(inner, value),
        (Kind::Choice(choices), Value::String(s)) => label(choices, s),
        (Kind::Int { unit, .. } | Kind::OneOf { unit, .. }, Value::Number(n)) => {
            format!("{n} {unit}").trim().to_owned()
        }
        (Kind::Action { .. }, value) => action(value),
        (Kind::Hours { .. }, Value::Array(hours)) => {
            hours.iter().map(|h| format!("{h}:00")).collect::<Vec<_>>().join(", ")
        }
        (Kind::Image { .. }, Value::String(s)) => if s.is_empty() { "none" } else { "a picture" }.into(),
        (_, Value::Bool(on)) => if *on { "On" } else { "Off" }.into(),
        (_, Value::String(s)) if s.is_empty() => "empty".into(),
        (_, Value::String(s)) => s.clone(),
        (_, Value::Number(n)) => n.to_string(),
        (_, Value::Null) => "not set".into(),
        (Kind::List { entry: model::settings::Entry::Word(choices), .. }, Value::Array(list)) => {
            list.iter().map(|v| label(choices, v.as_str().unwrap_or_default())).collect::<Vec<_>>().join(", ")
        }
        (_, Value::Array(list)) if list.is_empty() => "none".into(),
        (_, Value::Array(list)) => list.iter().map(|v| words(kind, v)).collect::<Vec<_>>().join(", "),
        (Kind::Map { .. }, Value::Object(map)) if map.is_empty() => "none".into(),
        (Kind::Map { value: inner, .. }, Value::Object(map)) => {
            grouped(map.iter().map(|(k, v)| (k.as_str(), words(inner, v))))
        }
        (Kind::Record(fields), Value::Object(map)) => {
            let part =
                |f: &model::settings::Field| map.get(f.name).map(|v| format!("{} {}", f.label, words(&f.kind, v)));
            fields.iter().filter_map(part).collect::<Vec<_>>().join(", ")
        }
        (_, Value::Object(_)) => value.to_string(),
    }
}

/// `exe, com: Quarantine; pdf: Strip`: keys with the same value together, in the order of their first.
fn grouped<'a>(pairs: impl Iterator<Item = (&'a str, String)>) -> String {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for (key, text) in pairs {
        match groups.iter_mut().find(|(t, _)| *t == text) {
            Some((_, keys)) => keys.push(key),
            None => groups.push((text, vec![key])),
        }
    }
    let all: Vec<String> = groups.into_iter().map(|(text, keys)| format!("{}: {text}", keys.join(", "))).collect();
    all.join("; ")
}

fn action(value: &Value) -> String {
    let word = value.as_str().or_else(|| value.get("action").and_then(Value::as_str)).unwrap_or_default();
    let label = word.parse::<model::Action>().map_or_else(|_| word.to_owned(), |a| a.label().to_owned());
    let mut text = match value.get("tag").and_then(Value::as_str) {
        Some(tag) => format!("{label} \u{201c}{tag}\u{201d}"),
        None => label,
    };
    if let Some(bcc) = value.get("bcc").and_then(Value::as_array) {
        text += &format!(", copies to {}", bcc.len());
    }
    if value.get("override_compliance").is_some() {
        text += ", overrides compliance";
    }
    text
}

/// The same, cut where it is long.
pub fn short(kind: &Kind, value: &Value) -> String {
    let text = words(kind, value).replace('\n', " ");
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}\u{2026}", &text[..at]),
        None => text,
    }
}

/// The level that a value comes from, seen from `here`, which does not set it.
pub fn origin(from: Option<Level>, here: Level) -> String {
    match from {
        None => "Product default".into(),
        Some(Level::Brand) if here == Level::Brand => "From the whole system".into(),
        Some(level) if level == here => format!("From the whole system's {}", name(level)),
        Some(level) => format!("From {}", name(level)),
    }
}

fn name(level: Level) -> &'static str {
    match level {
        Level::Appliance => "appliance",
        Level::Brand => "brand or whole system",
        Level::Account => "account",
        Level::DefaultInbound => "default inbound domain",
        Level::DefaultOutbound => "default outbound",
        Level::Domain => "domain",
        Level::OutboundIp => "outbound IP",
        Level::OutboundRelay => "Outbound Authenticated Relay",
        Level::Group => "group",
        Level::Mailbox => "mailbox",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::settings::definition;
    use serde_json::json;

    #[test]
    fn values_are_said_in_the_words_of_the_guide() {
        let said = |path: &str, value| words(&definition(path).expect("a setting").kind, &value);
        assert_eq!(said("digest.token_days", json!("automatic")), "Default Settings");
        assert_eq!(said("personal.delete", json!(false)), "Off");
        assert_eq!(said("filtering.junk", json!({"action": "markup", "tag": "ADV:"})), "Markup \u{201c}ADV:\u{201d}");
        assert_eq!(
            said("filtering.attachments", json!({"com": "quarantine", "exe": "quarantine", "pdf": "strip"})),
            "com, exe: Quarantine; pdf: Strip"
        );
        assert_eq!(said("routing.encryption", json!("always")), "Always Encrypt (any certificate)");
        assert_eq!(said("routing.spool_hours", json!(7)), "7 hours");
        assert_eq!(said("spf.exceptions", json!([])), "none");
    }

    #[test]
    fn where_a_value_comes_from_is_seen_from_where_one_stands() {
        assert_eq!(origin(None, Level::Domain), "Product default");
        assert_eq!(origin(Some(Level::DefaultInbound), Level::Domain), "From default inbound domain");
        assert_eq!(
            origin(Some(Level::DefaultInbound), Level::DefaultInbound),
            "From the whole system's default inbound domain"
        );
    }
}
