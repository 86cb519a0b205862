//! A filter expression: words that are matched as they are, or a regular expression (guide chapter 10).

use regex::RegexSetBuilder;
use regex_syntax::ast::Position;

/// Most that the regular expressions of one content filter take together when compiled, in bytes.
const COMPILED_MAX: usize = 10 * 1024 * 1024;
/// How deep an expression may nest.
const NESTING_MAX: u32 = 50;

/// An expression that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// A keyword or phrase of letters, digits, hyphens and underscores; found as whole words, in letters of either case.
    Words(String),
    /// A POSIX extended regular expression.
    Pattern(String),
}

impl Expression {
    /// # Errors
    /// A sentence with what is wrong and at which character.
    pub fn parse(text: &str) -> Result<Expression, String> {
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ');
        if text.chars().all(is_word) {
            return Ok(Expression::Words(text.to_owned()));
        }
        let parsed = regex_syntax::ParserBuilder::new().nest_limit(NESTING_MAX).build().parse(text);
        match parsed {
            Ok(_) => Ok(Expression::Pattern(text.to_owned())),
            Err(regex_syntax::Error::Parse(e)) => Err(wrong(text, &e.kind().to_string(), &e.span().start)),
            Err(regex_syntax::Error::Translate(e)) => Err(wrong(text, &e.kind().to_string(), &e.span().start)),
            Err(other) => Err(format!("{text:?} is no regular expression: {other}")),
        }
    }

    /// Whether these, each of which was parsed, are small enough together to be matched against every message.
    pub(super) fn fit(patterns: &[&str]) -> bool {
        RegexSetBuilder::new(patterns).case_insensitive(true).size_limit(COMPILED_MAX).build().is_ok()
    }
}

fn wrong(text: &str, what: &str, at: &Position) -> String {
    let character = text.get(..at.offset).map_or(0, |before| before.chars().count()) + 1;
    format!("at character {character} of {text:?}: {what}; words, or a POSIX extended regular expression, are accepted")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn words_are_told_from_regular_expressions() {
        for words in ["confidential", "Top Secret", "snake_case-2", "für Sie"] {
            assert_eq!(Expression::parse(words), Ok(Expression::Words(words.into())));
        }
        for pattern in ["f[aio]+t", "^farm$", "(a|b){2,3}", "[[:digit:]]{4}", r"Comin\?", "x.y"] {
            assert_eq!(Expression::parse(pattern), Ok(Expression::Pattern(pattern.into())));
        }
    }

    #[test]
    fn an_error_names_the_character() {
        let said = |t| Expression::parse(t).unwrap_err();
        assert!(said("abc(").starts_with("at character 4 of \"abc(\": unclosed group"), "{}", said("abc("));
        assert!(said("äö[a").starts_with("at character 3 "), "{}", said("äö[a"));
        assert!(said("*a").starts_with("at character 1 "), "{}", said("*a"));
        assert!(said(r"(a)\1").contains("backreferences"), "{}", said(r"(a)\1"));
        let deep = "(".repeat(300) + &")".repeat(300);
        assert!(said(&deep).contains("nest"), "{}", said(&deep));
    }

    #[test]
    fn what_would_grow_without_measure_does_not_fit() {
        assert!(Expression::fit(&["f[aio]+t", "[a-z]{1,50}"]));
        assert!(!Expression::fit(&["((a{1000}){1000}){1000}"]));
    }
}
