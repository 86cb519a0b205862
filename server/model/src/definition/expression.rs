//! A filter expression: words that are matched as they are, or a regular expression (guide chapter 10).

use super::posix::{self, Pattern};
use regex::bytes::RegexSetBuilder;

/// Most that the regular expressions of one content filter take together when compiled, in bytes.
pub const COMPILED_MAX: usize = 10 * 1024 * 1024;

/// Kinds of numbers that a filter looks for by form and check digits, where its expression is `[[:name:]]`.
pub const IDENTIFIERS: &[&str] = &[
    "card",
    "ssn",
    "iban",
    "nino",
    "nhs",
    "sin",
    "steuer_id",
    "nir",
    "dni",
    "codice_fiscale",
    "bsn",
    "rijksregister",
    "pesel",
    "personnummer",
    "cpf",
    "aadhaar",
    "pan",
    "tfn",
];

/// An expression that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// A keyword or phrase of letters, digits, hyphens and underscores; found as whole words, in letters of either case.
    Words(String),
    /// A POSIX extended regular expression.
    Pattern(Pattern),
    /// A number that identifies a person or an account, by the name of its kind: `[[:iban:]]`.
    Identifier(String),
}

impl Expression {
    /// # Errors
    /// A sentence with what is wrong and at which character.
    pub fn parse(text: &str) -> Result<Expression, String> {
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ');
        if text.chars().all(is_word) {
            return match text.chars().any(char::is_alphanumeric) {
                true => Ok(Expression::Words(text.to_owned())),
                false => Err(format!("{text:?} has no letter or digit")),
            };
        }
        let named = text.strip_prefix("[[:").and_then(|t| t.strip_suffix(":]]"));
        if let Some(name) = named.filter(|name| IDENTIFIERS.contains(name)) {
            return Ok(Expression::Identifier(name.to_owned()));
        }
        posix::translate(text).map(Expression::Pattern).map_err(|wrong| {
            let posix::Wrong { at, what } = wrong;
            format!(
                "at character {at} of {text:?}: {what}; words, or a POSIX extended regular expression, are accepted"
            )
        })
    }

    /// Whether these are small enough together to be matched against every message.
    pub(super) fn fit(patterns: &[Pattern]) -> bool {
        let search = patterns.iter().map(|p| &p.search);
        RegexSetBuilder::new(search).case_insensitive(true).size_limit(COMPILED_MAX).build().is_ok()
    }
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
            assert!(matches!(Expression::parse(pattern), Ok(Expression::Pattern(_))), "{pattern}");
        }
        assert!(Expression::parse("- -").is_err());
        assert_eq!(Expression::parse("[[:iban:]]"), Ok(Expression::Identifier("iban".into())));
        assert!(matches!(Expression::parse("[[:digit:]]"), Ok(Expression::Pattern(_))));
    }

    #[test]
    fn an_error_names_the_character() {
        let said = |t| Expression::parse(t).unwrap_err();
        assert!(said("abc(").starts_with("at character 4 of \"abc(\": unclosed group"), "{}", said("abc("));
        assert!(said("äö[a").starts_with("at character 3 "), "{}", said("äö[a"));
        assert!(said("*a").starts_with("at character 1 "), "{}", said("*a"));
        assert!(said(r"(a)\1").starts_with("at character 4 ") && said(r"(a)\1").contains("back-reference"));
        assert!(said("x*").contains("every message"), "{}", said("x*"));
        let deep = "(".repeat(300) + &")".repeat(300);
        assert!(said(&deep).contains("nest"), "{}", said(&deep));
    }

    #[test]
    fn what_would_grow_without_measure_does_not_fit() {
        let of = |t: &str| match Expression::parse(t).unwrap() {
            Expression::Pattern(p) => p,
            other => panic!("{other:?}"),
        };
        assert!(Expression::fit(&[of("f[aio]+t"), of("[a-z]{1,50}")]));
        assert!(!Expression::fit(&[of("((a{1000}){1000}){1000}")]));
    }
}
