//! Content filters: words, phrases and regular expressions that a message is searched for (guide chapter 10).
//!
//! One rule that matches makes the filter match. What is done then is said where the filter is active: at a domain or
//! an outbound IP.

use super::Body;
use super::check::Problems;
use super::expression::Expression;
use super::posix::Pattern;
use crate::FieldError;
use serde::{Deserialize, Serialize};

/// Rules of one filter.
const RULES_MAX: usize = 100;
/// Expressions of one rule.
const EXPRESSIONS_MAX: usize = 10_000;
/// Characters of an expression.
const EXPRESSION_MAX: usize = 1_000;

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = ContentFilterDefinition))]
#[serde(deny_unknown_fields)]
pub struct ContentFilter {
    /// Search outbound mail with its attachments and headers as a whole; needs data loss prevention.
    #[serde(default, skip_serializing_if = "is_false")]
    pub scan_outbound_attachments: bool,
    /// Match Blank Headers: a message matches where one of these is there and says nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schema(max_items = 100, example = json!(["Subject"])))]
    pub match_blank_headers: Vec<String>,
    /// The message matches where one of them does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schema(max_items = 100))]
    pub rules: Vec<Rule>,
}

/// A rule of a content filter.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = ContentFilterRule))]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Filter expressions: a keyword or phrase of letters, digits, hyphens and underscores is found as whole words; all
    /// else is a POSIX extended regular expression. Letters of either case are the same. None: the headers that are
    /// named match by being there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schema(max_items = 10000, example = json!(["confidential", "project-[0-9]{4}"])))]
    pub expressions: Vec<String>,
    /// Search the text of the message.
    #[serde(default, skip_serializing_if = "is_false")]
    pub apply_to_text: bool,
    /// Search the headers.
    #[serde(default, skip_serializing_if = "is_false")]
    pub apply_to_headers: bool,
    /// The headers that are searched; none: all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schema(max_items = 100, example = json!(["Subject"])))]
    pub headers: Vec<String>,
    /// Take what matched out of the subject of the message that is delivered. The filter's action must then be Special
    /// Routing or Attach Encrypted.
    #[serde(default, skip_serializing_if = "is_false")]
    pub remove_subject_keyword: bool,
}

fn is_false(b: &bool) -> bool {
    !b
}

impl ContentFilter {
    /// Whether a rule takes the keyword out of the subject, which only some actions can.
    pub fn removes_subject_keyword(&self) -> bool {
        self.rules.iter().any(|r| r.remove_subject_keyword)
    }
}

impl Body for ContentFilter {
    /// Compiles the regular expressions, which may take a moment where there are many.
    fn problems(&self) -> Vec<FieldError> {
        let mut p = Problems::default();
        p.headers("match_blank_headers", &self.match_blank_headers);
        if self.rules.is_empty() && self.match_blank_headers.is_empty() {
            p.add("rules", "a content filter has at least one rule, or blank headers that it matches");
        }
        p.count("rules", self.rules.len(), 0..=RULES_MAX, "rules");
        let mut patterns = Vec::new();
        for (i, rule) in self.rules.iter().take(RULES_MAX).enumerate() {
            rule.check(&format!("rules[{i}]"), &mut p, &mut patterns);
        }
        let problems = p.done();
        if !problems.is_empty() || Expression::fit(&patterns) {
            return problems;
        }
        let message = "the regular expressions are too large together: use smaller repetitions, or several filters";
        vec![FieldError { field: "rules".into(), message: message.into() }]
    }
}

impl Rule {
    fn check(&self, at: &str, p: &mut Problems, patterns: &mut Vec<Pattern>) {
        if !self.apply_to_text && !self.apply_to_headers {
            p.add(at, "a rule applies to the text (apply_to_text), to headers (apply_to_headers), or to both");
        }
        if !self.headers.is_empty() && !self.apply_to_headers {
            p.add(
                format!("{at}.headers"),
                "headers are named, but the rule does not apply to headers (apply_to_headers)",
            );
        }
        p.headers(&format!("{at}.headers"), &self.headers);
        let by_being_there = self.apply_to_headers && !self.headers.is_empty() && !self.apply_to_text;
        if self.expressions.is_empty() && !by_being_there {
            p.add(
                format!("{at}.expressions"),
                "at least one expression, unless the rule is about headers that are named",
            );
        }
        p.count(format!("{at}.expressions"), self.expressions.len(), 0..=EXPRESSIONS_MAX, "expressions");
        for (n, text) in self.expressions.iter().take(EXPRESSIONS_MAX).enumerate() {
            let field = format!("{at}.expressions[{n}]");
            if text.trim().is_empty() || text.chars().count() > EXPRESSION_MAX || text.chars().any(char::is_control) {
                p.add(field, format!("an expression has 1 to {EXPRESSION_MAX} characters, and no line ends"));
                continue;
            }
            match Expression::parse(text) {
                Err(message) => p.add(field, message),
                Ok(Expression::Pattern(pattern)) => patterns.push(pattern),
                Ok(Expression::Words(_) | Expression::Identifier(_)) => {}
            }
        }
        let subject = self.headers.is_empty() || self.headers.iter().any(|h| h.eq_ignore_ascii_case("subject"));
        if self.remove_subject_keyword && !(self.apply_to_headers && subject) {
            p.add(format!("{at}.remove_subject_keyword"), "the rule must apply to the header Subject for this");
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn filter(rules: &str) -> ContentFilter {
        serde_json::from_str(&format!(r#"{{ "rules": {rules} }}"#)).unwrap()
    }
    fn wrong(rules: &str) -> Vec<String> {
        filter(rules).problems().into_iter().map(|p| p.field).collect()
    }

    #[test]
    fn a_filter_of_words_expressions_and_headers_is_sound() {
        let good = r#"[{ "expressions": ["confidential", "f[aio]+t"], "apply_to_text": true },
            { "expressions": [".*top secret"], "apply_to_headers": true, "headers": ["Subject"], "remove_subject_keyword": true },
            { "apply_to_headers": true, "headers": ["X-Internal"] }]"#;
        assert_eq!(filter(good).problems(), []);
        assert!(filter(good).removes_subject_keyword());
        let blank = ContentFilter { match_blank_headers: vec!["Subject".into()], ..Default::default() };
        assert_eq!(blank.problems(), []);
    }

    #[test]
    fn each_wrong_expression_is_named_by_its_place() {
        let rules = r#"[{ "expressions": ["ok", "a(", "", "b[" ], "apply_to_text": true }, { "expressions": ["x"] },
            { "expressions": ["x"], "apply_to_text": true, "headers": ["a b"], "remove_subject_keyword": true }]"#;
        assert_eq!(
            wrong(rules),
            [
                "rules[0].expressions[1]",
                "rules[0].expressions[2]",
                "rules[0].expressions[3]",
                "rules[1]",
                "rules[2].headers",
                "rules[2].headers[0]",
                "rules[2].remove_subject_keyword"
            ]
        );
        assert_eq!(wrong("[]"), ["rules"]);
        assert_eq!(wrong(r#"[{ "apply_to_text": true }]"#), ["rules[0].expressions"]);
    }

    #[test]
    fn expressions_that_are_large_together_are_refused_in_bounded_time() {
        let bomb = r#"[{ "expressions": ["((a{1000}){1000}){1000}"], "apply_to_text": true }]"#;
        assert_eq!(wrong(bomb), ["rules"]);
    }
}
