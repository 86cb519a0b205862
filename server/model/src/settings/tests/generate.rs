//! Values and levels, made from the definitions themselves.

use crate::settings::*;
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

fn entry(entry: Entry) -> BoxedStrategy<String> {
    let domain = "[a-z]{1,8}\\.test";
    match entry {
        Entry::Sender => prop_oneof![
            domain.prop_map(|d| format!("bob@{d} // known")),
            domain,
            Just("192.0.2.0/24".to_owned()),
            Just("DE".to_owned())
        ]
        .boxed(),
        Entry::Connection => prop_oneof![Just("192.0.2.0/24 // office".to_owned()), Just("DE".to_owned())].boxed(),
        Entry::Network => Just("2001:db8::/32".to_owned()).boxed(),
        Entry::Country => "[A-Z]{2}".boxed(),
        Entry::Listen => (1u16..).prop_map(|p| format!("192.0.2.1:{p}")).boxed(),
        Entry::AddressOrDomain | Entry::Domain => domain.boxed(),
        Entry::Email => domain.prop_map(|d| format!("bob@{d}")).boxed(),
        Entry::DomainPattern => domain.prop_map(|d| format!("*.{d}")).boxed(),
        Entry::Host => domain.prop_map(|d| format!("{d}:25")).boxed(),
        Entry::Url => domain.prop_map(|d| format!("https://{d}/a?b=c")).boxed(),
        Entry::Language => "[a-z]{2}".boxed(),
        Entry::Extension => "[a-z0-9]{1,5}".boxed(),
        Entry::Header => "X-[A-Za-z]{1,8}".boxed(),
        Entry::RuleException => (any::<u32>(), domain).prop_map(|(r, d)| format!("{r}:{d}")).boxed(),
        Entry::Word(words) => proptest::sample::select(words).prop_map(|(w, _)| w.to_owned()).boxed(),
        Entry::Name => "[A-Za-z][A-Za-z ]{0,10}[a-z]".boxed(),
    }
}

/// Any value that a kind accepts.
pub fn value(kind: &'static Kind) -> BoxedStrategy<Json> {
    match kind {
        Kind::Bool => any::<bool>().prop_map(Json::from).boxed(),
        Kind::Int { min, max, .. } => (*min..=*max).prop_map(Json::from).boxed(),
        Kind::OneOf { numbers, .. } => proptest::sample::select(*numbers).prop_map(Json::from).boxed(),
        Kind::Choice(choices) => proptest::sample::select(*choices).prop_map(|(w, _)| w.into()).boxed(),
        Kind::Text { max, .. } => {
            let max = *max;
            "\\PC{0,12}".prop_map(move |t| t.chars().take(max).collect::<String>().into()).boxed()
        }
        Kind::Action { allowed, outbound } => {
            let outbound = *outbound;
            (proptest::sample::select(*allowed), "[A-Z]{0,8}:?", any::<bool>())
                .prop_map(move |(action, tag, lifts)| match outbound {
                    true => json!({"action": action, "tag": tag, "bcc": ["a@b.test"], "override_compliance": lifts}),
                    false if tag.is_empty() => json!(action),
                    false => json!({"action": action, "tag": tag}),
                })
                .boxed()
        }
        Kind::Hours { max } => proptest::collection::vec(0..24u8, 1..=*max).prop_map(Json::from).boxed(),
        Kind::TimeZone => proptest::sample::select(&["UTC", "Europe/Berlin"][..]).prop_map(Json::from).boxed(),
        Kind::Color => "#[0-9A-Fa-f]{6}".prop_map(Json::from).boxed(),
        Kind::Image { .. } => {
            let gif = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";
            proptest::sample::select(vec!["", gif]).prop_map(Json::from).boxed()
        }
        Kind::One { entry: e, or_empty: true } => {
            prop_oneof![Just(Json::from("")), entry(*e).prop_map(Json::from)].boxed()
        }
        Kind::One { entry: e, or_empty: false } => entry(*e).prop_map(Json::from).boxed(),
        Kind::List { entry: e, .. } => proptest::collection::vec(entry(*e), 0..4).prop_map(Json::from).boxed(),
        Kind::Map { key, value: v, .. } => proptest::collection::btree_map(entry(*key), value(v), 0..4)
            .prop_map(|m| m.into_iter().collect::<Map<_, _>>().into())
            .boxed(),
        Kind::Record(fields) => {
            let values: Vec<_> = fields.iter().map(|f| value(&f.kind).prop_map(|v| (f.name.to_owned(), v))).collect();
            values.prop_map(|v| v.into_iter().collect::<Map<_, _>>().into()).boxed()
        }
        Kind::Optional { word, inner, .. } => prop_oneof![Just(Json::from(*word)), value(inner)].boxed(),
    }
}

fn with(definitions: Vec<&'static Definition>) -> BoxedStrategy<Settings> {
    let values: Vec<_> = definitions.iter().map(|d| value(&d.kind)).collect();
    values
        .prop_map(move |values| {
            let mut out = Settings::default();
            for (d, v) in definitions.iter().zip(values) {
                out.set(&d.path(), v).unwrap();
            }
            out
        })
        .boxed()
}

/// Settings of a level: any of those that it may set.
pub fn at(level: Level) -> BoxedStrategy<Settings> {
    let all: Vec<_> = DEFINITIONS.iter().filter(|d| d.levels.contains(level)).collect();
    let most = all.len().min(40);
    proptest::sample::subsequence(all, 0..=most).prop_flat_map(with).boxed()
}

/// Any settings, few of them or many.
pub fn settings() -> BoxedStrategy<Settings> {
    proptest::sample::subsequence(DEFINITIONS.iter().collect::<Vec<_>>(), 0..60).prop_flat_map(with).boxed()
}

/// Settings in which actions, alone and by key, often meet.
pub fn actions(level: Level) -> BoxedStrategy<Settings> {
    let is_action = |d: &&Definition| match &d.kind {
        Kind::Action { .. } => true,
        Kind::Map { value, .. } => matches!(value, Kind::Action { .. }),
        Kind::Optional { inner, .. } => matches!(inner, Kind::Action { .. }),
        _ => false,
    };
    let all: Vec<_> = DEFINITIONS.iter().filter(|d| d.levels.contains(level)).filter(is_action).collect();
    let len = all.len();
    proptest::sample::subsequence(all, 0..=len).prop_flat_map(with).boxed()
}

/// Levels of inbound mail, lowest first.
pub const INBOUND: [Level; 7] =
    [Level::Brand, Level::Account, Level::DefaultInbound, Level::Domain, Level::Group, Level::Group, Level::Mailbox];
