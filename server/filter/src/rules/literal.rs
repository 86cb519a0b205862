//! Texts that a regular expression cannot match without: they tell which patterns are worth running.

use super::Pattern;
use regex::{Regex, RegexBuilder};
use regex_syntax::{
    ParserBuilder,
    hir::{Hir, HirKind},
};

/// Memory of one compiled pattern and of its lazily built automaton, in bytes.
const REGEX_SIZE: usize = 2 << 20;
/// Shorter literals are seen in every message and would save nothing.
const SHORTEST: usize = 3;
/// More alternatives than this are not worth the literals.
const MOST: usize = 64;

/// Compiles a pattern within bounds of size; matching is linear in the text.
pub(super) fn regex(pattern: &Pattern) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&pattern.source)
        .case_insensitive(pattern.ignore_case)
        .size_limit(REGEX_SIZE)
        .dfa_size_limit(REGEX_SIZE)
        .nest_limit(50)
        .build()
}

/// Literals in lower case of which at least one stands in every text that the pattern matches; none where no
/// such set of useful literals can be derived.
pub(super) fn required(pattern: &Pattern) -> Option<Vec<String>> {
    let hir = ParserBuilder::new().nest_limit(50).build().parse(&pattern.source).ok()?;
    let set = of(&hir)?;
    let long = set.iter().all(|l| l.chars().count() >= SHORTEST);
    (long && set.len() <= MOST).then_some(set)
}

fn of(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Literal(literal) => lower(&literal.0).map(|l| vec![l]),
        HirKind::Capture(capture) => of(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => of(&repetition.sub),
        HirKind::Concat(list) => list.iter().filter_map(of).max_by_key(|set| value(set)),
        HirKind::Alternation(list) => {
            let mut all = Vec::new();
            for branch in list {
                all.extend(of(branch)?);
                if all.len() > MOST {
                    return None;
                }
            }
            Some(all)
        }
        _ => None,
    }
}

/// A set is as good as its shortest literal; of equals the smaller set is better.
fn value(set: &[String]) -> (usize, usize) {
    let shortest = set.iter().map(|l| l.chars().count()).min().unwrap_or(0);
    (shortest, usize::MAX - set.len())
}

fn lower(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn of_source(source: &str) -> Option<Vec<String>> {
        required(&Pattern { source: source.into(), ignore_case: true })
    }

    #[test]
    fn the_longest_part_that_must_occur_is_required() {
        assert_eq!(of_source(r"\bfree +Viagra\b"), Some(vec!["viagra".into()]));
        assert_eq!(of_source(r"(?:lottery|jackpot) won"), Some(vec!["lottery".into(), "jackpot".into()]));
        assert_eq!(of_source(r"(urgent)+ now"), Some(vec!["urgent".into()]));
    }
    #[test]
    fn patterns_without_a_useful_literal_require_nothing() {
        for source in [r"\d{4,}", "ab", "[a-z]+", "(foo)?", "foo|[0-9]"] {
            assert_eq!(of_source(source), None, "{source}");
        }
    }
    proptest! {
        #[test]
        fn what_matches_holds_a_required_literal(text in "[a-cA-C ]{0,30}",
            source in r"(abc|bca|cab)( ?[a-c]|aab|\w+)?(ccc|abca)*|bbb[ab]?ccc") {
            let pattern = Pattern { source, ignore_case: true };
            if let (Some(set), Ok(regex)) = (required(&pattern), regex(&pattern))
                && regex.is_match(&text)
            {
                let lower = text.to_lowercase();
                prop_assert!(set.iter().any(|l| lower.contains(l)), "{:?} in {:?}", set, lower);
            }
        }
    }
}
