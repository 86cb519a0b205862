//! The values of a setting as JSON Schema, from its definition.

use model::settings::{Field, Kind};
use serde_json::{Map, Value, json};

fn words(list: &[(&str, &str)]) -> Vec<Value> {
    list.iter().map(|(word, _)| Value::from(*word)).collect()
}

/// What the setting takes. The form of entries of lists (addresses, domains) is left to the server's answer.
pub fn schema_of(kind: &Kind) -> Value {
    match kind {
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Int { min, max, unit } => {
            json!({ "type": "integer", "minimum": min, "maximum": max, "description": unit })
        }
        Kind::OneOf { numbers, unit } => json!({ "type": "integer", "enum": numbers, "description": unit }),
        Kind::Choice(list) => json!({ "type": "string", "enum": words(list) }),
        Kind::Text { max, .. } => json!({ "type": "string", "maxLength": max }),
        Kind::Action { allowed, .. } => {
            let names: Vec<&str> = allowed.iter().map(|a| a.as_str()).collect();
            let tag = json!({ "type": "string", "maxLength": model::action::SUBJECT_TAG_MAX });
            json!({ "anyOf": [
                { "type": "string", "enum": names },
                { "type": "object", "required": ["action"], "properties": { "action": { "enum": names }, "tag": tag } },
            ] })
        }
        Kind::Hours { max } => json!({
            "type": "array", "minItems": 1, "maxItems": max,
            "items": { "type": "integer", "minimum": 0, "maximum": 23 },
        }),
        Kind::TimeZone => json!({ "type": "string", "description": "Name of an IANA time zone." }),
        Kind::Color => json!({ "type": "string", "pattern": "^#[0-9A-Fa-f]{6}$" }),
        Kind::Image { .. } => json!({ "type": "string", "description": "A picture as a data: URL; empty: none." }),
        Kind::One { .. } => json!({ "type": "string" }),
        Kind::List { max, .. } => json!({ "type": "array", "maxItems": max, "items": { "type": "string" } }),
        Kind::Map { value, max, .. } => {
            json!({ "type": "object", "maxProperties": max, "additionalProperties": schema_of(value) })
        }
        Kind::Record(fields) => {
            let named = |f: &Field| (f.name.to_owned(), schema_of(&f.kind));
            let properties: Map<String, Value> = fields.iter().map(named).collect();
            json!({ "type": "object", "properties": properties, "additionalProperties": false })
        }
        Kind::Optional { word, inner, .. } => json!({ "anyOf": [{ "const": word }, schema_of(inner)] }),
    }
}
