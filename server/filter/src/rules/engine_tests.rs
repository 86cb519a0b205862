#![allow(clippy::unwrap_used)]
use super::*;
use crate::rules::{Fact, RuleSet};
use std::fmt::Write as _;

fn engine(source: &str) -> Engine {
    let mut set = RuleSet::default();
    set.add("t.rules", source).unwrap();
    set.compile().unwrap()
}
fn view(fields: &[(Field, &str)]) -> View {
    let mut view = View::default();
    fields.iter().for_each(|(field, value)| view.add(field.clone(), value));
    view
}
fn ids(engine: &Engine, view: &View) -> Vec<u32> {
    engine.run(view).iter().map(|rule| rule.id).collect()
}

#[test]
fn texts_are_found_whatever_their_case_and_line_breaks() {
    let e = engine(
        "rule 1 SPAM 1 \"d\" text contains \"make money fast\"\nrule 2 SPAM 1 \"d\" subject is \"hello\"\nrule 3 SPAM 1 \"d\" subject starts \"ell\"",
    );
    let v = view(&[(Field::Text, "You can MAKE\r\n  Money fast!"), (Field::Subject, " Hello ")]);
    assert_eq!(ids(&e, &v), [1, 2]);
}
#[test]
fn patterns_see_the_text_as_it_was_written() {
    let e = engine(
        "rule 1 SPAM 1 \"d\" subject matches /FREE/\nrule 2 SPAM 1 \"d\" subject matches /free/i\nrule 3 SPAM 1 \"d\" subject matches /\\d{3}/",
    );
    assert_eq!(ids(&e, &view(&[(Field::Subject, "Free 123")])), [2, 3]);
    assert_eq!(ids(&e, &view(&[(Field::Subject, "FREE")])), [1, 2]);
}
#[test]
fn groups_negations_and_references_combine() {
    let source = r#"
rule 1 SPAM 0 "block" text contains "alpha"
rule 2 SPAM 1 "meta" matched 1, 4 not subject contains "beta"
rule 3 SPAM 1 "two of three" at_least 2 { text contains "alpha" subject contains "beta" links > 3 }
rule 4 SPAM 1 "never" text contains "omega"
rule 5 SPAM 1 "absent" not header x-mailer exists
"#;
    let e = engine(source);
    let mut v = view(&[(Field::Text, "alpha"), (Field::Subject, "beta")]);
    assert_eq!(ids(&e, &v), [1, 3, 5]);
    v = view(&[(Field::Text, "alpha"), (Field::Header("x-mailer".into()), "m")]);
    v.set(Fact::Links, 4.0);
    assert_eq!(ids(&e, &v), [1, 2, 3]);
}
#[test]
fn occurrences_are_counted_over_all_values() {
    let e =
        engine("rule 1 SPAM 1 \"d\" url contains \"bit\" times >= 3\nrule 2 SPAM 1 \"d\" url matches /b.t/ times >= 4");
    let v = view(&[(Field::Url, "http://bit/bit"), (Field::Url, "http://bit")]);
    assert_eq!(ids(&e, &v), [1]);
}
#[test]
fn networks_hold_the_client() {
    let e = engine("rule 1 BOT 1 \"d\" client.ip in 192.0.2.0/24, 2001:db8::/32");
    let mut v = View::default();
    assert_eq!(ids(&e, &v), [] as [u32; 0]);
    v.client_ip = "2001:db8::5".parse().unwrap();
    assert_eq!(ids(&e, &v), [1]);
}
#[test]
fn rules_that_refer_to_one_another_in_a_circle_are_refused() {
    let mut set = RuleSet::default();
    set.add("c.rules", "rule 1 SPAM 1 \"d\" matched 2\nrule 2 SPAM 1 \"d\" not matched 1").unwrap();
    assert_eq!(
        set.compile().unwrap_err().to_string(),
        "c.rules, line 1: expected rules that do not refer to one another in a circle, found rule 1"
    );
}
/// Rules as a provider's set has them: most by a phrase, a fifth by a pattern with a literal in it.
fn many(count: usize) -> String {
    let mut out = String::new();
    for n in 0..count {
        let word = format!("w{:x}q{:x}", n * 7919 % 65_521, n);
        let _ = match n % 5 {
            0 => writeln!(out, "rule {n} SPAM 1 \"d\" text matches /\\b{word} +[a-z]+/i"),
            1 => writeln!(out, "rule {n} SPAM 1 \"d\" subject contains \"{word}\" not links > 90"),
            _ => writeln!(out, "rule {n} SPAM 1 \"d\" text contains \"{word} offer\", \"offer {word}\""),
        };
    }
    out
}
#[test]
fn a_message_costs_the_same_work_under_ten_thousand_rules_as_under_a_hundred() {
    let text = "An ordinary message about the weather, with an offer of tea and w0q0 nothing. ".repeat(50);
    let v = view(&[(Field::Text, &text), (Field::Subject, "Tea")]);
    let (few, few_work) = {
        let e = engine(&many(100));
        let (h, c) = e.run_counted(&v);
        (h.len(), c)
    };
    let (lots, lots_work) = {
        let e = engine(&many(10_000));
        let (h, c) = e.run_counted(&v);
        (h.len(), c)
    };
    assert_eq!((few, lots), (1, 1));
    assert_eq!(few_work, lots_work, "only rules whose literals occur are tried");
    assert!(lots_work.rules_tried <= 2);
}
