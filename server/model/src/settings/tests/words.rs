//! Settings as text: documents, paths, differences.

use super::generate;
use crate::settings::*;
use crate::{Action, Direction};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

#[test]
fn a_document_of_settings_is_read_and_what_is_unknown_refused() {
    let read = serde_json::from_str::<Settings>;
    let s = read(r#"{"filtering":{"junk":{"action":"quarantine"}},"spf":{"softfail":"markup"}}"#).unwrap();
    let values = Layered::of(Level::Domain, &s).resolve(Direction::Inbound);
    assert_eq!((values.filtering.junk.action, values.spf.softfail.action), (Action::Quarantine, Action::Markup));
    assert_eq!(serde_json::to_string(&Settings::default()).unwrap(), "{}");
    for (document, why) in [
        (r#"{"filtering":{"jnk":"allow"}}"#, "unknown field `jnk`, expected one of `blocked_messages`, `virus`"),
        (r#"{"filter":{}}"#, "unknown field `filter`, expected one of `smtp_services`"),
        (r#"{"filtering":{"junk":"explode"}}"#, "junk: \"explode\" is not one of allow, markup"),
        (r#"{"filtering":{"junk":{"action":"markup","tog":"x"}}}"#, "unknown field `tog`"),
        (r#"{"filtering":"block"}"#, "settings of the section filtering"),
        (r#"[]"#, "sections of settings"),
    ] {
        let error = read(document).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
    assert!(read(r#"{"filtering":{"junk":null}}"#).unwrap().is_empty(), "null is the same as absent");
}

#[test]
fn a_patch_changes_what_it_names_or_nothing() {
    let mut s: Settings = serde_json::from_str(r#"{"spf":{"none":"block"},"routing":{"spool_hours":5}}"#).unwrap();
    let before = s.clone();
    let wrong = s.patch(
        Level::Domain,
        [("filtering.junk", json!("allow")), ("routing.spool_hours", json!(999)), ("branding.captcha", json!(true))],
    );
    let fields: Vec<_> = wrong.unwrap_err().into_iter().map(|f| f.field).collect();
    assert_eq!(fields, ["routing.spool_hours", "branding.captcha"]);
    assert_eq!(s, before);
    let changed = s.patch(
        Level::Domain,
        [
            ("filtering.junk", json!({"action": "markup", "tag": "AD:"})),
            ("spf.none", Json::Null),
            ("routing.spool_hours", json!(5)),
        ],
    );
    let lines: Vec<_> = changed.unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(lines, ["filtering.junk default → markup \"AD:\"", "spf.none block → default"]);
    assert_eq!(s.get("routing.spool_hours"), Some(json!(5)));
}

/// JSON that nobody meant as a setting.
fn anything() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "\\PC{0,30}".prop_map(Json::from),
        Just(json!("block")),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            proptest::collection::btree_map("action|tag|bcc|[a-z]{1,3}", inner, 0..4)
                .prop_map(|m| m.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn settings_survive_json(s in generate::settings()) {
        let text = serde_json::to_string(&s).unwrap();
        prop_assert_eq!(serde_json::from_str::<Settings>(&text).unwrap(), s);
    }

    #[test]
    fn a_value_comes_back_from_its_text(s in generate::settings()) {
        for (d, value) in s.iter() {
            let text = d.kind.to_text(value);
            prop_assert_eq!(d.kind.from_text(&text), Ok(value.clone()), "{} {}", d.path(), text);
        }
    }

    #[test]
    fn what_is_set_by_path_is_got_by_path_and_unset_by_null(s in generate::settings()) {
        let mut copy = Settings::default();
        for path in paths() {
            copy.set(&path, s.get(&path).unwrap_or(Json::Null)).unwrap();
        }
        prop_assert_eq!(&copy, &s);
        for path in paths() {
            copy.set(&path, Json::Null).unwrap();
            prop_assert_eq!(copy.get(&path), None);
        }
        prop_assert!(copy.is_empty());
    }

    #[test]
    fn differences_lead_from_before_to_after(a in generate::settings(), b in generate::settings()) {
        let mut walked = a.clone();
        for d in Settings::differences(&a, &b) {
            prop_assert_eq!(walked.get(&d.path), d.before.clone());
            prop_assert!(d.to_string().starts_with(&d.path));
            walked.set(&d.path, d.after.unwrap_or(Json::Null)).unwrap();
        }
        prop_assert_eq!(&walked, &b);
        prop_assert!(Settings::differences(&b, &b).is_empty());
    }

    #[test]
    fn what_is_set_at_its_level_is_no_problem(
        (level, s) in proptest::sample::select(Level::ALL).prop_flat_map(|l| (Just(l), generate::at(l)))
    ) {
        prop_assert_eq!(s.problems(level), []);
    }

    #[test]
    fn whatever_is_written_is_taken_or_refused_and_always_resolves(
        index in 0..DEFINITIONS.len(), json in anything(), level in proptest::sample::select(Level::ALL)
    ) {
        let d = &DEFINITIONS[index];
        let document = json!({ d.section: { d.name: json } });
        if let Ok(s) = serde_json::from_value::<Settings>(document) {
            let layered = Layered::of(level, &s);
            for direction in [Direction::Inbound, Direction::Outbound] {
                layered.resolve(direction);
            }
            s.problems(level);
        }
    }
}
