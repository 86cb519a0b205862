#![allow(clippy::unwrap_used)]
use super::*;
use proptest::prelude::*;

fn one(source: &str) -> Rule {
    match parse("t.rules", source).unwrap().remove(0) {
        Item::Rule(rule) => rule,
        other => panic!("{other:?}"),
    }
}
fn error(source: &str) -> String {
    parse("t.rules", source).unwrap_err().to_string()
}

#[test]
fn a_rule_has_number_type_weight_description_and_conditions() {
    let rule = one(
        "# money\nrule 1012 SPAM 1.5 \"Promises an income\"\n  text contains \"Guaranteed  Income\", \"be rich\"\n  links > 2\n",
    );
    assert_eq!((rule.id, rule.kind, rule.weight, rule.line), (1012, RuleType::Spam, Weight::Score(1.5), 2));
    let text = Expr::Text {
        field: Field::Text,
        test: Test::Contains(vec!["guaranteed income".into(), "be rich".into()]),
        times: 1,
    };
    assert_eq!(rule.when, Expr::All(vec![text, Expr::Fact(Fact::Links, Compare::Above, 2.0)]));
}
#[test]
fn groups_nest_and_negate() {
    let rule = one(
        r#"rule 1 PORN hit "x" any { all { html_only not reply } at_least 2 { subject exists header "X-A" exists } not { spf is pass } }"#,
    );
    assert_eq!(rule.kind, RuleType::Adult);
    assert_eq!(rule.weight, Weight::Hit);
    let Expr::Any(list) = rule.when else { panic!() };
    assert!(matches!(&list[0], Expr::All(l) if matches!(&l[1], Expr::Not(_))));
    assert!(matches!(&list[1], Expr::AtLeast(2, l) if l[1] == Expr::Exists(Field::Header("x-a".into()))));
    assert!(matches!(&list[2], Expr::Not(inner) if matches!(**inner, Expr::Text { .. })));
}
#[test]
fn patterns_networks_counts_and_meta_conditions_are_read() {
    let rule = one(
        r#"rule 1 BOT 2 "x" url matches /^https?:\/\/[0-9.]+\//i client.ip in 192.0.2.0/24, 2001:db8::/32 text contains "free" times >= 3 matched 5, 6"#,
    );
    let Expr::All(list) = rule.when else { panic!() };
    assert!(
        matches!(&list[0], Expr::Text { test: Test::Matches(p), .. } if p[0].source == "^https?://[0-9.]+/" && p[0].ignore_case)
    );
    assert!(matches!(&list[1], Expr::Network(n) if n.len() == 2));
    assert!(matches!(&list[2], Expr::Text { times: 3, .. }));
    assert_eq!(list[3], Expr::Matched(vec![5, 6]));
}
#[test]
fn files_may_switch_rules_off_and_weigh_them_anew() {
    let items = parse("t", "disable 7\nweight 8 0.5 weight 9 hit").unwrap();
    assert_eq!(items, [Item::Disable(7), Item::Weight(8, Weight::Score(0.5)), Item::Weight(9, Weight::Hit)]);
}
#[test]
fn errors_name_the_file_the_line_and_what_was_expected() {
    assert_eq!(error("\nrule x SPAM 1 \"d\" links"), "t.rules, line 2: expected the rule's number, found `x`");
    assert_eq!(
        error("rule 1 HAM 1 \"d\" links"),
        "t.rules, line 1: expected SPAM, PHISH, ADULT, BOT, JUNK, VIRUS, COMPLIANCE or PROFANITY, found `HAM`"
    );
    assert_eq!(
        error("rule 1 SPAM 1 \"d\"\n\nrule 2"),
        "t.rules, line 3: expected a condition: a field, a fact, `header`, `client.ip`, `matched`, `all`, `any`, `at_least` or `not`, found `rule`"
    );
    assert_eq!(
        error("rule 1 SPAM 1 \"d\" subject contains"),
        "t.rules, line 1: expected a text in quotes, found the end of the file"
    );
    assert_eq!(
        error("rule 1 SPAM 1 \"d\" any { links"),
        "t.rules, line 1: expected a condition, found the end of the file"
    );
    assert_eq!(error("rule 1 SPAM 1 \"d"), "t.rules, line 1: expected a closing quote, found the end of the line");
    assert!(error("rule 1 SPAM 1 \"d\" subject matches /a(/").contains("expected a regular expression, found /a(/"));
    assert!(error("rule 1 SPAM 1 \"d\" subject matches /a{900}{900}/").contains("expected a regular expression"));
    assert!(error("rule 1 SPAM 1e9 \"d\" links").contains("points between -100 and 100"));
}
#[test]
fn groups_are_not_nested_without_end() {
    let deep = format!("rule 1 SPAM 1 \"d\" {}", "not ".repeat(100_000));
    assert!(error(&deep).contains("at most 16 groups"));
    let deep = format!("rule 1 SPAM 1 \"d\" {}", "any { ".repeat(100_000));
    assert!(error(&deep).contains("at most 16 groups"));
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_without_panic(source in "\\PC{0,200}") {
        let _ = parse("p", &source);
    }
    #[test]
    fn any_sequence_of_words_of_the_language_is_read_or_refused(words in proptest::collection::vec(
        prop::sample::select(vec!["rule", "1", "SPAM", "hit", "\"d\"", "any", "{", "}", "not", "links", ">", "2", "subject",
            "contains", "\"a\"", ",", "matches", "/a/i", "exists", "matched", "times", ">=", "header", "\n", "disable"]), 0..40)) {
        let _ = parse("p", &words.join(" "));
    }
}
