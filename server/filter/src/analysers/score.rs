//! Sums what all analysers before found; runs last.

use crate::{Context, finding::decisive};
use model::{Category, Finding};

/// Points from which a message is spam.
pub const SPAM: f32 = 5.0;
/// Reasons that are named.
const NAMED: usize = 4;

pub fn run(_context: &Context<'_>, out: &mut Vec<Finding>) {
    let sum: f32 = out.iter().map(|f| f.score).sum();
    if sum < SPAM {
        return;
    }
    let mut reasons: Vec<&Finding> = out.iter().filter(|f| f.score >= 0.1).collect();
    reasons.sort_by(|a, b| b.score.total_cmp(&a.score));
    let named: Vec<String> = reasons.iter().take(NAMED).map(|f| reason(f)).collect();
    let more = if reasons.len() > NAMED { ", …" } else { "" };
    out.push(decisive("score", Category::Spam, format!("{sum:.1} points: {}{more}", named.join(", "))));
}

/// `rule 1012 Promises an income (1.5)`.
fn reason(finding: &Finding) -> String {
    match finding.rule {
        Some(rule) => format!("rule {rule} {} ({:.1})", finding.info, finding.score),
        None => format!("{} {} ({:.1})", finding.analyser, finding.info, finding.score),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{analysers::case::Case, finding::evidence};

    #[test]
    fn points_of_all_analysers_decide_together_and_the_reasons_are_named() {
        let case = Case::of("Subject: x\n\nx\n");
        let mut list = vec![evidence("classifier", Category::Spam, 3.5, "97 % likely spam by its words")];
        run(&case.context(), &mut list);
        assert_eq!(list.len(), 1);
        list.push(Finding { rule: Some(1100), ..evidence("rules", Category::Spam, 1.5, "Promises money for nothing") });
        run(&case.context(), &mut list);
        assert_eq!(
            list[2].info,
            "5.0 points: classifier 97 % likely spam by its words (3.5), rule 1100 Promises money for nothing (1.5)"
        );
        assert!(list[2].check.is_some());
    }
    #[test]
    fn what_speaks_for_a_message_is_subtracted() {
        let case = Case::of("Subject: x\n\nx\n");
        let mut list =
            vec![evidence("rules", Category::Spam, 6.0, "a"), evidence("classifier", Category::Spam, -2.0, "b")];
        run(&case.context(), &mut list);
        assert_eq!(list.len(), 2);
    }
}
