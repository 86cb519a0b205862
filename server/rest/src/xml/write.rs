//! The answer, as text that is XML.

use serde_json::Value as Json;

/// Text with what XML has for its own purposes written as entities; what it cannot hold becomes U+FFFD.
pub fn escaped(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            // A reader would make a space or a line end of them.
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(c),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
}

/// `<name>text</name>`.
pub fn element(name: &str, text: &str, out: &mut String) {
    out.push_str(&format!("<{name}>"));
    escaped(text, out);
    out.push_str(&format!("</{name}>"));
}

/// A value as elements: fields by their names, lists as `item`. `name` and the names of fields are names of ours.
pub fn value(name: &str, json: &Json, out: &mut String) {
    match json {
        Json::Null => {}
        Json::Object(fields) => {
            out.push_str(&format!("<{name}>"));
            fields.iter().for_each(|(field, json)| value(field, json, out));
            out.push_str(&format!("</{name}>"));
        }
        Json::Array(items) => {
            out.push_str(&format!("<{name}>"));
            items.iter().for_each(|json| value("item", json, out));
            out.push_str(&format!("</{name}>"));
        }
        Json::String(text) => element(name, text, out),
        other => element(name, &other.to_string(), out),
    }
}
