//! A message as the rules see it: the values of each field and the facts, taken once.

use super::{Fact, Field};
use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
};

/// One value of a field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Value {
    /// White space collapsed to single spaces; patterns run over this.
    pub plain: String,
    /// The same in lower case; texts are looked for here.
    pub lower: String,
}

/// What the engine looks at.
#[derive(Debug, Clone)]
pub struct View {
    fields: BTreeMap<Field, Vec<Value>>,
    facts: Vec<f64>,
    pub client_ip: IpAddr,
}

impl Default for View {
    fn default() -> Self {
        View {
            fields: BTreeMap::new(),
            facts: vec![0.0; Fact::ALL.len()],
            client_ip: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        }
    }
}

impl View {
    /// Adds a value to a field.
    pub fn add(&mut self, field: Field, value: &str) {
        let plain = collapsed(value);
        let lower = plain.to_lowercase();
        self.fields.entry(field).or_default().push(Value { plain, lower });
    }
    pub fn set(&mut self, fact: Fact, value: f64) {
        self.facts[fact as usize] = value;
    }
    pub fn values(&self, field: &Field) -> &[Value] {
        self.fields.get(field).map_or(&[], Vec::as_slice)
    }
    pub fn fact(&self, fact: Fact) -> f64 {
        self.facts[fact as usize]
    }
}

/// Runs of white space become one space.
pub fn collapsed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut space = false;
    for c in text.chars() {
        if c.is_whitespace() {
            space = true;
            continue;
        }
        if space {
            out.push(' ');
            space = false;
        }
        out.push(c);
    }
    if space {
        out.push(' ');
    }
    out
}

/// As a text of a rule is compared: collapsed and in lower case.
pub fn folded(text: &str) -> String {
    collapsed(text).to_lowercase()
}
