//! What the form of each type of verifier has (guide chapter 9), and how its fields become a definition and back.

use model::definition::verifier::{DirectoryType, Priority};
#[cfg(feature = "ssr")]
use serde_json::{Map, Value as Json, json};
#[cfg(feature = "ssr")]
use std::collections::BTreeMap;

/// How a part is typed in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Input {
    Line,
    Text,
    /// A list of texts, one a line.
    Lines,
    Flag,
    /// Least and most.
    Number(u32, u32),
    /// A word and its label.
    Choice(&'static [(&'static str, &'static str)]),
    /// Never shown; empty: it stays as it is.
    Secret,
    /// The same in several lines.
    SecretText,
    /// `address`, and how it is secured.
    Servers,
    /// An address, and its password where it is to be set.
    Users,
    /// A name, and `retry`.
    Members,
}

impl Input {
    /// What is typed here may be a password: it is nowhere kept.
    pub fn is_secret(self) -> bool {
        matches!(self, Input::Secret | Input::SecretText | Input::Users)
    }
}

/// A part of a definition.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// Where it is in the type's options; a dot leads into what is inside.
    pub path: &'static str,
    pub label: &'static str,
    pub help: &'static str,
    pub input: Input,
}

const fn part(path: &'static str, label: &'static str, input: Input, help: &'static str) -> Part {
    Part { path, label, help, input }
}

const SERVERS: Part = part(
    "servers",
    "Servers",
    Input::Servers,
    "One a line: host, host:port, IP or IP:port; behind it, where it is not try_start_tls: start_tls, true (SSL from the start) or false.",
);
const PRIORITY: Part =
    part("multiple_server_priority", "Multiple Server Priority", Input::Choice(Priority::CHOICES), "");
const CONNECTIONS: Part =
    part("maximum_connections", "Maximum Connections", Input::Number(1, 100), "At the same time. Empty: the default.");
const REFRESH: Part = part(
    "cache_refresh_interval",
    "Cache Refresh Interval",
    Input::Number(5, 10_080),
    "Minutes; the actual time is 0.5 to 1.5 times that. Empty: the default.",
);
const TIMEOUT: Part = part("request_timeout", "Request Timeout", Input::Number(1, 300), "Seconds. Empty: the default.");
const CACHING: Part = part(
    "authentication_caching",
    "Authentication Caching: keep hashes of passwords, for when no server answers",
    Input::Flag,
    "",
);
const ANONYMOUS: Part = part("allow_anonymous_users", "Allow anonymous users", Input::Flag, "");

const SMTP: &[Part] = &[SERVERS, PRIORITY, CONNECTIONS, TIMEOUT, CACHING];
const RCPT_TO: &[Part] = &[
    SERVERS,
    PRIORITY,
    part("use_brackets", "Use brackets round addresses", Input::Flag, ""),
    CONNECTIONS,
    TIMEOUT,
    CACHING,
];
const LDAP: &[Part] = &[
    SERVERS,
    PRIORITY,
    ANONYMOUS,
    part("bind_name", "Bind name", Input::Line, "The ID of the user who may search the directory."),
    part("bind_password", "Bind password", Input::Secret, ""),
    part("directory_type", "Directory type", Input::Choice(DirectoryType::CHOICES), ""),
    part("search_bases", "Search bases", Input::Lines, "One a line. Empty: the directory's own naming contexts."),
    part(
        "mail_attribute_names",
        "Mail attribute names",
        Input::Lines,
        "One a line. Empty: those of the directory type.",
    ),
    part(
        "filter_query",
        "Filter query",
        Input::Line,
        "%u the user, %d the domain, such as (mail=%u@%d). Empty: by the mail attributes.",
    ),
    part(
        "groups.group_type",
        "Group support",
        Input::Choice(&[
            ("", "No groups"),
            ("static", "Static"),
            ("dynamic", "Dynamic"),
            ("hierarchical", "Hierarchical"),
        ]),
        "",
    ),
    part("groups.group_member_attribute", "Group member attribute", Input::Line, "Such as memberOf."),
    part("groups.group_name_attribute", "Group name attribute", Input::Line, "Such as cn."),
    part("groups.group_filter_query", "Group filter query", Input::Line, "Such as (objectClass=group)."),
    CONNECTIONS,
    REFRESH,
    TIMEOUT,
    CACHING,
];
const COMMUNIGATE: &[Part] = &[
    SERVERS,
    PRIORITY,
    part("name", "Name", Input::Line, "An account that may list accounts."),
    part("password", "Password", Input::Secret, ""),
    CONNECTIONS,
    REFRESH,
    TIMEOUT,
    CACHING,
];
const DATABASE: &[Part] = &[
    SERVERS,
    PRIORITY,
    ANONYMOUS,
    part("name", "Name", Input::Line, "Of the database's user."),
    part("password", "Password", Input::Secret, ""),
    part("database_name", "Database name", Input::Line, ""),
    part("authentication_query", "Authentication query", Input::Text, ""),
    part("domain_query", "Domain query", Input::Text, ""),
    part("enum_query", "Enum query", Input::Text, ""),
    part("vrfy_query", "Vrfy query", Input::Text, ""),
    CONNECTIONS,
    REFRESH,
    TIMEOUT,
    CACHING,
];
const STATIC: &[Part] = &[part(
    "users",
    "Users",
    Input::Users,
    "One a line: an address, and a password behind it where it is to be set. Passwords are not shown; who has one keeps it.",
)];
const COMPOSITE: &[Part] = &[part(
    "verifiers",
    "Verifiers",
    Input::Members,
    "One a line, asked in this order. With the word retry behind it, its servers are asked again until one answers, before the next verifier is.",
)];
const CUSTOM: &[Part] = &[part("xml", "XML", Input::SecretText, "Not shown again. Empty: it stays as it is.")];
const OFFICE: &[Part] = &[
    part("tenant", "Tenant", Input::Line, ""),
    part("client_id", "Client ID", Input::Line, ""),
    part("client_secret", "Client secret", Input::Secret, ""),
];
const GOOGLE: &[Part] = &[
    part("administrator", "Administrator", Input::Line, "The address of an administrator of the directory."),
    part(
        "service_account_key",
        "Service account key",
        Input::SecretText,
        "JSON. Not shown again. Empty: it stays as it is.",
    ),
];

/// The parts of a type's form, in the guide's order; none: there is no such type.
pub fn parts(kind: &str) -> Option<&'static [Part]> {
    Some(match kind {
        "ldap" => LDAP,
        "vrfy" | "pop" => SMTP,
        "rcpt_to" => RCPT_TO,
        "communigate_cli" => COMMUNIGATE,
        "database" => DATABASE,
        "static" => STATIC,
        "composite" => COMPOSITE,
        "custom" => CUSTOM,
        "office365" => OFFICE,
        "g_suite" => GOOGLE,
        _ => return None,
    })
}

/// The types, as [`parts`] takes them.
#[cfg(feature = "ssr")]
const KINDS: &[&[Part]] = &[LDAP, COMMUNIGATE, DATABASE, STATIC, CUSTOM, OFFICE, GOOGLE];

/// Whether a form's field of this name may hold a password.
#[cfg(feature = "ssr")]
pub fn is_secret_field(name: &str) -> bool {
    let path = name.strip_prefix("options[").and_then(|n| n.strip_suffix(']'));
    path.is_some_and(|path| KINDS.iter().flat_map(|k| k.iter()).any(|p| p.path == path && p.input.is_secret()))
}

/// Lines that say something, each with its first word and the rest.
#[cfg(feature = "ssr")]
fn lines(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let all = text.lines().map(str::trim).filter(|l| !l.is_empty());
    all.map(|l| l.split_once(char::is_whitespace).map_or((l, ""), |(first, rest)| (first, rest.trim())))
}

/// A name may have blanks in it: only the last word can be `retry`.
#[cfg(feature = "ssr")]
fn member(line: &str) -> Json {
    match line.rsplit_once(char::is_whitespace) {
        Some((name, "retry")) => json!({ "verifier": name.trim(), "retry_on_error": true }),
        _ => json!({ "verifier": line }),
    }
}

#[cfg(feature = "ssr")]
fn one(input: Input, text: Option<&String>) -> Option<Json> {
    let trimmed = text.map(|t| t.trim()).unwrap_or_default();
    if input == Input::Flag {
        return Some(Json::Bool(trimmed == "1"));
    }
    let list = |entries: Vec<Json>| Some(Json::Array(entries));
    match input {
        Input::Servers => list(
            lines(trimmed)
                .map(|(address, ssl)| {
                    if ssl.is_empty() {
                        json!({ "address": address })
                    } else {
                        json!({ "address": address, "ssl": ssl })
                    }
                })
                .collect(),
        ),
        Input::Users => list(
            lines(trimmed)
                .map(|(address, password)| {
                    if password.is_empty() {
                        json!({ "address": address })
                    } else {
                        json!({ "address": address, "password": password })
                    }
                })
                .collect(),
        ),
        Input::Members => list(trimmed.lines().map(str::trim).filter(|l| !l.is_empty()).map(member).collect()),
        Input::Lines => list(trimmed.lines().map(str::trim).filter(|l| !l.is_empty()).map(Json::from).collect()),
        _ if trimmed.is_empty() => None,
        Input::Number(..) => Some(trimmed.parse::<u32>().map_or_else(|_| Json::from(trimmed), Json::from)),
        // Blanks at the ends of a password may be meant.
        Input::Secret => text.map(|t| Json::from(t.as_str())),
        _ => Some(Json::from(trimmed)),
    }
}

/// The definition that the fields say, as JSON; whether it is one, whoever reads it finds out.
#[cfg(feature = "ssr")]
pub fn definition(kind: &str, notes: &str, fields: &BTreeMap<String, String>) -> Json {
    let mut options = Map::new();
    for p in parts(kind).unwrap_or_default() {
        let Some(value) = one(p.input, fields.get(p.path)) else { continue };
        match p.path.split_once('.') {
            None => drop(options.insert(p.path.to_owned(), value)),
            Some((outer, inner)) => {
                if let Json::Object(object) = options.entry(outer).or_insert_with(|| json!({})) {
                    object.insert(inner.to_owned(), value);
                }
            }
        }
    }
    json!({ "notes": notes, kind: options })
}

#[cfg(feature = "ssr")]
fn word(value: Option<&Json>) -> String {
    match value {
        Some(Json::String(s)) => s.clone(),
        Some(Json::Bool(b)) => b.to_string(),
        Some(Json::Number(n)) => n.to_string(),
        _ => String::new(),
    }
}

#[cfg(feature = "ssr")]
fn shown(input: Input, value: Option<&Json>) -> String {
    let each = |line: fn(&Json) -> String| {
        value
            .and_then(Json::as_array)
            .map(|all| all.iter().map(line).collect::<Vec<_>>().join("\n"))
            .unwrap_or_default()
    };
    match input {
        Input::Secret | Input::SecretText => String::new(),
        Input::Flag => {
            if word(value) == "true" {
                "1".into()
            } else {
                String::new()
            }
        }
        Input::Servers => each(|s| match word(s.get("ssl")).as_str() {
            "try_start_tls" | "" => word(s.get("address")),
            ssl => format!("{} {ssl}", word(s.get("address"))),
        }),
        Input::Users => each(|u| word(u.get("address"))),
        Input::Members => each(|m| match m.get("retry_on_error") {
            Some(Json::Bool(true)) => format!("{} retry", word(m.get("verifier"))),
            _ => word(m.get("verifier")),
        }),
        Input::Lines => each(|l| word(Some(l))),
        _ => word(value),
    }
}

/// What the form's fields say of a definition.
#[cfg(feature = "ssr")]
pub fn fields(kind: &str, definition: &Json) -> BTreeMap<String, String> {
    let options = definition.get(kind);
    let at = |path: &str| path.split('.').try_fold(options?, |value, step| value.get(step));
    let all = parts(kind).unwrap_or_default().iter();
    all.map(|p| (p.path.to_owned(), shown(p.input, at(p.path)))).collect()
}

/// The part that a problem's path is about: `definition.ldap.servers[1].address` is `servers`.
#[cfg(feature = "ssr")]
pub fn part_of(kind: &str, path: &str) -> Option<&'static Part> {
    let inner = path.strip_prefix("definition.")?.strip_prefix(kind)?.strip_prefix('.')?;
    let ends = |rest: &str| rest.is_empty() || rest.starts_with(['.', '[']);
    parts(kind)?.iter().find(|p| inner.strip_prefix(p.path).is_some_and(ends))
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use model::definition::Verifier;
    use model::definition::verifier::{GroupType, Method};

    #[test]
    fn every_type_has_a_form_and_a_definition_goes_through_it_unharmed() {
        let all = json!([
            { "notes": "n", "ldap": { "servers": [{ "address": "a.test:389", "ssl": true }, { "address": "[::1]:3268" }], "bind_name": "cn=x",
                "multiple_server_priority": "random", "search_bases": ["dc=a", "dc=b"], "filter_query": "(mail=%u@%d)",
                "groups": { "group_type": "dynamic", "group_member_attribute": "memberOf" }, "maximum_connections": 3, "authentication_caching": true } },
            { "vrfy": { "servers": [{ "address": "a.test", "ssl": "start_tls" }] } },
            { "rcpt_to": { "servers": [{ "address": "192.0.2.1" }], "use_brackets": false } },
            { "communigate_cli": { "servers": [{ "address": "a.test" }], "name": "postmaster" } },
            { "pop": { "servers": [{ "address": "a.test", "ssl": false }], "request_timeout": 7 } },
            { "database": { "servers": [{ "address": "a.test" }], "name": "db", "database_name": "mail", "vrfy_query": "SELECT 1" } },
            { "static": { "users": [{ "address": "a@x.test" }, { "address": "b@x.test" }] } },
            { "composite": { "verifiers": [{ "verifier": "Our directory", "retry_on_error": true }, { "verifier": "List" }] } },
            { "custom": {} },
            { "office365": { "tenant": "t.test", "client_id": "00000000-0000-0000-0000-000000000001" } },
            { "g_suite": { "administrator": "a@x.test" } },
        ]);
        let mut seen = Vec::new();
        for json in all.as_array().unwrap() {
            let v: Verifier = serde_json::from_value(json.clone()).unwrap();
            let kind = v.method.as_str();
            seen.push(kind);
            let stored = serde_json::to_value(&v).unwrap();
            let again = definition(kind, &v.notes, &fields(kind, &stored));
            assert_eq!(serde_json::from_value::<Verifier>(again).unwrap(), v, "{kind}");
        }
        seen.sort_unstable();
        let mut there: Vec<_> = Method::CHOICES.iter().map(|(word, _)| *word).collect();
        there.sort_unstable();
        assert_eq!(seen, there);
        assert!(parts("nothing").is_none());
    }

    #[test]
    fn passwords_are_typed_and_never_shown_and_problems_find_their_field() {
        let typed = BTreeMap::from([("users".to_owned(), "a@x.test two words\n\nb@x.test".to_owned())]);
        let made = definition("static", "", &typed);
        assert_eq!(made["static"]["users"][0]["password"], "two words");
        assert_eq!(fields("static", &made)["users"], "a@x.test\nb@x.test");
        assert_eq!(part_of("ldap", "definition.ldap.servers[1].address").unwrap().path, "servers");
        assert_eq!(
            part_of("ldap", "definition.ldap.groups.group_filter_query").unwrap().path,
            "groups.group_filter_query"
        );
        assert!(part_of("ldap", "definition.ldap").is_none() && part_of("pop", "name").is_none());
        for name in [
            "options[users]",
            "options[bind_password]",
            "options[xml]",
            "options[client_secret]",
            "options[service_account_key]",
        ] {
            assert!(is_secret_field(name), "{name}");
        }
        assert!(!is_secret_field("options[servers]") && !is_secret_field("name"));
        assert_eq!(GroupType::CHOICES.len() + 1, 4, "the form's own list has them all");
    }
}
