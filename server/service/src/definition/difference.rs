//! What has changed in a definition, in words and without secrets.

use crate::audit::step;
use model::definition::Body;
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Changes that a line names.
const NAMED: usize = 20;
/// Characters of a value.
const SHOWN: usize = 100;

/// `ldap.request_timeout 30 → 60`, for each value; of secrets only that they have changed.
pub(crate) fn between<D: Body + Serialize>(before: &D, after: &D) -> Vec<String> {
    let (old, new) = (values(&before.shown()), values(&after.shown()));
    let mut paths: Vec<&String> = old.keys().chain(new.keys()).collect();
    paths.sort();
    paths.dedup();
    let none = || "none".to_owned();
    let mut out: Vec<String> = paths
        .into_iter()
        .filter(|p| old.get(*p) != new.get(*p))
        .map(|p| step(p, &old.get(p).cloned().unwrap_or_else(none), &new.get(p).cloned().unwrap_or_else(none)))
        .collect();
    if out.len() > NAMED {
        let more = out.len() - NAMED;
        out.truncate(NAMED);
        out.push(format!("and {more} more"));
    }
    let (mut before, mut after) = (before.clone(), after.clone());
    let secrets = |d: &mut D| d.secrets().into_iter().map(|(path, s)| (path, s.take())).collect::<BTreeMap<_, _>>();
    let (old, new) = (secrets(&mut before), secrets(&mut after));
    let changed = new.iter().filter(|(path, secret)| secret.is_some() && old.get(*path) != Some(secret));
    out.extend(changed.take(NAMED).map(|(path, _)| format!("{path} changed")));
    out
}

fn values(body: &impl Serialize) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    walk(String::new(), &serde_json::to_value(body).unwrap_or_default(), &mut out);
    out
}

fn walk(path: String, json: &Json, out: &mut BTreeMap<String, String>) {
    match json {
        Json::Object(o) => {
            for (key, value) in o {
                walk(if path.is_empty() { key.clone() } else { format!("{path}.{key}") }, value, out);
            }
        }
        Json::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                walk(format!("{path}[{i}]"), item, out);
            }
        }
        Json::String(text) => drop(out.insert(path, cut(text))),
        other => drop(out.insert(path, cut(&other.to_string()))),
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use model::definition::Verifier;

    #[test]
    fn values_are_named_with_before_and_after_and_secrets_only_named() {
        let read = |json: &str| serde_json::from_str::<Verifier>(json).unwrap();
        let of = |password: &str, timeout: u32| {
            read(&format!(
                r#"{{ "ldap": {{ "servers": [{{ "address": "a.test" }}], "bind_name": "cn=x",
                    "bind_password": "{password}", "request_timeout": {timeout} }} }}"#
            ))
        };
        let said = between(&of("hush", 30), &of("secret", 60));
        assert_eq!(said, ["ldap.request_timeout 30 → 60", "ldap.bind_password changed"]);
        assert!(between(&of("hush", 30), &of("hush", 30)).is_empty());
    }
}
