//! Values as the text of a form's field, of a cell in a table, or of an element in XML.

use super::check::Limits;
use super::kind::Kind;
use serde_json::Value as Json;

impl Kind {
    /// A value in canonical form as text. Lists have one entry a line; what has parts of its own is JSON.
    pub fn to_text(&self, value: &Json) -> String {
        match (self, value) {
            (Kind::Optional { inner, .. }, value) if !value.is_string() => inner.to_text(value),
            (_, Json::String(text)) => text.clone(),
            (Kind::List { .. }, Json::Array(items)) => lines(items, "\n"),
            (Kind::Hours { .. }, Json::Array(items)) => lines(items, ", "),
            (_, Json::Null) => String::new(),
            (_, other) => other.to_string(),
        }
    }

    /// The value of a text, in canonical form.
    ///
    /// # Errors
    /// A sentence with what was found and what would be accepted.
    pub fn from_text(&self, text: &str) -> Result<Json, String> {
        self.normal(&self.guess(text), Limits::Apply)
    }

    /// The text as JSON, which may still be of another form or out of limits.
    fn guess(&self, text: &str) -> Json {
        let plain = || Json::String(text.to_owned());
        let word = text.trim();
        match self {
            Kind::Bool => match word {
                "true" | "on" | "yes" | "1" => true.into(),
                "false" | "off" | "no" | "0" => false.into(),
                _ => plain(),
            },
            Kind::Int { .. } | Kind::OneOf { .. } => word.parse::<i64>().map_or_else(|_| plain(), Json::from),
            Kind::Hours { .. } => {
                let hours: Result<Vec<i64>, _> = word.split([',', '\n']).map(|h| h.trim().parse()).collect();
                hours.map_or_else(|_| plain(), Json::from)
            }
            Kind::List { .. } => word.lines().map(str::trim).filter(|l| !l.is_empty()).map(Json::from).collect(),
            Kind::Map { .. } | Kind::Record(_) => serde_json::from_str(word).unwrap_or_else(|_| plain()),
            Kind::Action { .. } if word.starts_with('{') => serde_json::from_str(word).unwrap_or_else(|_| plain()),
            Kind::Optional { word: none, .. } if word == *none => word.into(),
            Kind::Optional { inner, .. } => inner.guess(text),
            Kind::Text { .. } => plain(),
            Kind::Action { .. }
            | Kind::Choice(_)
            | Kind::TimeZone
            | Kind::Color
            | Kind::Image { .. }
            | Kind::One { .. } => word.into(),
        }
    }
}

fn lines(items: &[Json], between: &str) -> String {
    let text = |item: &Json| item.as_str().map_or_else(|| item.to_string(), str::to_owned);
    items.iter().map(text).collect::<Vec<_>>().join(between)
}
