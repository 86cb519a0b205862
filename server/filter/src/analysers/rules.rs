//! The numbered rules.

use crate::{Context, finding::decisive, rules};
use model::{Direction, Finding, finding::Check};
use rules::{RuleType, Weight};

/// Points at which the rules of one type decide its category.
const THRESHOLD: f32 = 5.0;

pub fn run(context: &Context<'_>, out: &mut Vec<Finding>) {
    let engine = &context.knowledge.rules;
    let view = rules::view(context, engine);
    let mut sums = [0f32; RuleType::ALL.len()];
    for rule in engine.run(&view) {
        // Promotion is sorted on its way in only (guide chapter 6 "Junk").
        if rule.kind == RuleType::Junk && context.session.direction == Direction::Outbound {
            continue;
        }
        let mut finding = Finding {
            analyser: "rules".into(),
            step: rule.kind.step(),
            category: rule.kind.category(),
            check: None,
            rule: Some(rule.id),
            info: rule.description.clone(),
            score: 0.0,
        };
        match rule.weight {
            Weight::Score(0.0) => continue,
            Weight::Score(points) => {
                sums[rule.kind as usize] += points;
                if rule.kind.counts_as_spam() {
                    finding.score = points;
                }
            }
            Weight::Hit => finding.check = Some(Check::Category(finding.category)),
        }
        out.push(finding);
    }
    for kind in RuleType::ALL {
        // Spam is decided by the sum of all analysers, junk by `bulk`.
        let elsewhere = matches!(kind, RuleType::Spam | RuleType::Junk);
        if !elsewhere && sums[*kind as usize] >= THRESHOLD {
            let info = format!("{:.1} points by rules of {}", sums[*kind as usize], kind.category());
            out.push(Finding { step: kind.step(), ..decisive("rules", kind.category(), info) });
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{analysers::case::Case, rules::RuleSet};
    use model::Category;

    fn found(rules: &str, message: &str, direction: Direction) -> Vec<(Category, bool, f32)> {
        let mut case = Case::of(message);
        let mut set = RuleSet::default();
        set.add("t", rules).unwrap();
        case.knowledge.rules = set.compile().unwrap();
        case.session.direction = direction;
        case.run(run).into_iter().map(|f| (f.category, f.check.is_some(), f.score)).collect()
    }

    #[test]
    fn points_are_evidence_hits_decide_and_blocks_are_silent() {
        let rules = "rule 1 SPAM 1.5 \"a\" subject contains \"x\" rule 2 COMPLIANCE hit \"b\" subject contains \"x\" rule 3 SPAM 0 \"c\" subject contains \"x\"";
        assert_eq!(
            found(rules, "Subject: x\n\n", Direction::Inbound),
            [(Category::Spam, false, 1.5), (Category::Compliance, true, 0.0)]
        );
    }
    #[test]
    fn a_type_of_its_own_decides_when_its_points_reach_the_threshold() {
        let rules = "rule 1 ADULT 3 \"a\" subject contains \"x\" rule 2 PORN 2 \"b\" text contains \"y\"";
        assert_eq!(found(rules, "Subject: x\n\ny", Direction::Inbound)[2], (Category::Adult, true, 0.0));
        assert_eq!(found(rules, "Subject: x\n\nz", Direction::Inbound), [(Category::Adult, false, 3.0)]);
    }
    #[test]
    fn junk_and_foul_words_are_no_spam_points_and_junk_is_sorted_inbound_only() {
        let rules = "rule 1 JUNK 2 \"a\" subject contains \"x\" rule 2 PROFANITY 5 \"b\" subject contains \"x\"";
        assert_eq!(
            found(rules, "Subject: x\n\n", Direction::Inbound),
            [(Category::Junk, false, 0.0), (Category::Profanity, false, 0.0), (Category::Profanity, true, 0.0)]
        );
        assert_eq!(found(rules, "Subject: x\n\n", Direction::Outbound).len(), 2);
    }
    #[test]
    fn structure_session_and_headers_are_seen_by_the_rules() {
        let rules = "rule 1 SPAM 1 \"a\" links = 1 url.host is evil.example header x-mailer contains \"bulk\" from.domain is b.example envelope.to ends \"@acme.example\" client.ip in 198.51.100.0/24 html_only direction is inbound helo starts \"mail.\" not spf is pass";
        let message =
            "From: a@b.example\nX-Mailer: Bulk 1.0\nContent-Type: text/html\n\n<a href='http://evil.example/'>x</a>";
        assert_eq!(found(rules, message, Direction::Inbound).len(), 1);
    }
    #[test]
    fn the_test_string_of_filters_decides() {
        let mut case =
            Case::of("Subject: test\n\nXJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\n");
        case.knowledge = crate::Knowledge::embedded();
        assert!(case.run(run).iter().any(|f| f.rule == Some(1) && f.check == Some(Check::Category(Category::Spam))));
    }
}
