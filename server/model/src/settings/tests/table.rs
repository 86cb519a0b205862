use super::generate;
use crate::settings::*;
use crate::{Category, Values};
use proptest::prelude::*;
use serde_json::Value as Json;
use std::collections::HashSet;

/// The value of a setting as its typed field has it.
fn typed(values: &Values, definition: &Definition) -> Json {
    serde_json::to_value(values).unwrap()[definition.section][definition.name].clone()
}

/// As the typed field writes it: null for the word of an optional.
fn as_field(definition: &Definition, value: Json) -> Json {
    match definition.kind {
        Kind::Optional { word, .. } if value == word => Json::Null,
        _ => value,
    }
}

#[test]
fn every_definition_is_whole() {
    let mut seen = HashSet::new();
    for d in &DEFINITIONS {
        let path = d.path();
        assert!(seen.insert(path.clone()), "{path} twice");
        assert!(!d.label.is_empty() && !d.help.is_empty() && d.help.ends_with('.'), "{path}: label and help");
        assert!(d.help.len() <= 120 && !d.help.contains('\n'), "{path}: one sentence");
        assert!(d.levels.iter().next().is_some(), "{path}: no level");
        assert!((2..=14).contains(&d.chapter), "{path}: chapter");
        let snake = |s: &str| s.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit());
        assert!(snake(d.section) && snake(d.name), "{path}: snake case");
        assert_eq!(definition(&path), Some(d));
    }
    let sections: usize = SECTIONS.iter().map(|s| s.definitions().len()).sum();
    assert_eq!(sections, DEFINITIONS.len());
}

#[test]
fn every_default_is_accepted_in_canonical_form_and_read_by_its_field() {
    let tree = serde_json::to_value(Values::default()).unwrap();
    for d in &DEFINITIONS {
        let (path, default) = (d.path(), d.default());
        assert_eq!(d.kind.normal(&default, Limits::Apply).as_ref(), Ok(&default), "{path}");
        assert_eq!(tree[d.section][d.name], as_field(d, default), "{path}");
        for level in d.levels.iter() {
            assert_eq!(d.check(&d.default(), level), Ok(()), "{path}");
        }
    }
}

#[test]
fn the_defaults_of_categories_are_those_of_their_settings() {
    for category in Category::ALL {
        assert_eq!(*Values::default().category(*category), category.default_action(), "{category}");
    }
}

#[test]
fn limits_are_those_of_the_guide() {
    let refused = |path: &str, value: Json, why: &str| {
        let error = Settings::default().set(path, value).unwrap_err();
        assert_eq!(error.field, path);
        assert!(error.message.contains(why), "{path}: {}", error.message);
    };
    let taken = |path: &str, value: Json| assert_eq!(Settings::default().set(path, value), Ok(()), "{path}");
    let long = |n: usize| Json::from("x".repeat(n));
    for (path, low, high) in [
        ("routing.spool_hours", 1, 320),
        ("routing.max_size_mb", 1, 100),
        ("outbound_routing.spool_hours", 1, 320),
        ("password.min_length", 8, 30),
        ("outbound_notification.per_hour", 1, 10),
        ("outbound_rates.known", 1, 99_999),
    ] {
        taken(path, low.into());
        taken(path, high.into());
        refused(path, (low - 1).into(), &format!("between {low} and {high}"));
        refused(path, (high + 1).into(), &format!("between {low} and {high}"));
    }
    for days in [3, 7, 14, 21, 28] {
        taken("discovery.remove_after", days.into());
    }
    refused("discovery.remove_after", 8.into(), "3, 7, 14, 21, 28 days");
    taken("outbound_annotation.text", long(1_000));
    refused("outbound_annotation.text", long(1_001), "at most 1000");
    let tag = |n| serde_json::json!({"action": "markup", "tag": "x".repeat(n)});
    taken("filtering.junk", tag(20));
    refused("filtering.junk", tag(21), "at most 20");
    refused("filtering.junk", "strip".into(), "allow, markup, quarantine, block");
    refused("filtering.jnk", "allow".into(), "there is no such setting; filtering has");
    refused("filterin.junk", "allow".into(), "one of smtp_services, smtp_lists");
    taken("filtering.attachments", serde_json::json!({"zip": "strip"}));
    taken("digest.cutoff_hours", serde_json::json!([6, 18]));
    refused("digest.cutoff_hours", serde_json::json!([1, 2, 3]), "one or two hours");
    taken("outbound_rates.known", "unlimited".into());
    refused("outbound_rates.known", "many".into(), "nor unlimited");
    refused("branding.banner_link", "javascript:alert(1)".into(), "https://");
    refused("senders.enemies_action", "allow".into(), "quarantine, block");
    assert_eq!(SENDER_LIST_TEXT_MAX, 200_000);
}

#[test]
fn a_level_is_told_what_it_may_not_set() {
    let settings: Settings =
        serde_json::from_str(r#"{"routing":{"spool_hours":5},"digest":{"frequency":"weekly"},"spf":{"none":"block"}}"#)
            .unwrap();
    assert_eq!(settings.problems(Level::Domain), []);
    let problems = settings.problems(Level::Mailbox);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].field, "routing.spool_hours");
    assert!(problems[0].message.contains("Default inbound domain, Domain"), "{}", problems[0].message);
    assert_eq!(settings.problems(Level::OutboundIp).len(), 3);
    let stored: Settings = serde_json::from_str(r#"{"routing":{"spool_hours":999}}"#).unwrap();
    assert!(stored.problems(Level::Domain)[0].message.contains("1 and 320"));
}

#[test]
fn every_field_reads_what_its_kind_accepts() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for d in &DEFINITIONS {
        for _ in 0..20 {
            let json = generate::value(&d.kind).new_tree(&mut runner).unwrap().current();
            let mut settings = Settings::default();
            settings.set(&d.path(), json).unwrap();
            let canonical = settings.get(&d.path()).unwrap();
            assert_eq!(d.kind.normal(&canonical, Limits::Apply), Ok(canonical.clone()), "canonical form is stable");
            let values = Layered::of(d.levels.iter().next().unwrap(), &settings).resolve(crate::Direction::Inbound);
            let mut expected = as_field(d, canonical);
            if let (Json::Object(set), Json::Object(default), Kind::Map { .. }) = (&mut expected, d.default(), d.kind) {
                for (key, value) in default {
                    set.entry(key).or_insert(value);
                }
            }
            assert_eq!(expected, typed(&values, d), "{}", d.path());
        }
    }
}
