//! The content filters of an account, compiled: all keywords into one automaton, all regular expressions into sets of
//! automata, once for everybody who uses them.

use crate::dlp::Identifier;
use aho_corasick::AhoCorasick;
use model::AccountId;
use model::definition::{ContentFilter, EXPRESSIONS_COMPILED_MAX, Expression, Pattern};
use regex::bytes::{RegexSet, RegexSetBuilder};
use regex::{Regex, RegexBuilder};
use std::sync::OnceLock;

/// A stored filter.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredFilter {
    pub id: i64,
    pub name: String,
    pub definition: ContentFilter,
}

/// The content filters of one account.
#[derive(Debug)]
pub struct ContentFilters {
    pub account: AccountId,
    pub(super) filters: Vec<Filter>,
    pub(super) expressions: Vec<Compiled>,
    pub(super) words: Option<AhoCorasick>,
    /// For each keyword of the automaton its expression.
    pub(super) word_expressions: Vec<usize>,
    /// For each set the expressions of its members.
    pub(super) sets: Vec<(RegexSet, Vec<usize>)>,
    pub(super) identifiers: Vec<(Identifier, usize)>,
}

#[derive(Debug)]
pub(super) struct Filter {
    pub id: i64,
    pub name: String,
    key: String,
    /// Headers that match where they are there and say nothing, in lower case.
    pub blank: Vec<String>,
    /// Of outbound mail the documents too, and all headers.
    pub everything: bool,
    pub rules: Vec<Rule>,
}

#[derive(Debug)]
pub(super) struct Rule {
    pub text: bool,
    pub headers: Headers,
    pub remove_from_subject: bool,
    pub has_expressions: bool,
}

#[derive(Debug, PartialEq)]
pub(super) enum Headers {
    No,
    All,
    /// In lower case.
    Named(Vec<String>),
}

/// An expression and where it belongs.
#[derive(Debug)]
pub(super) struct Compiled {
    pub filter: usize,
    pub rule: usize,
    pub source: String,
    /// What it means, where the set finds more.
    exact: Option<String>,
    regex: OnceLock<Option<Regex>>,
}

impl ContentFilters {
    /// Compiles what was checked when it was stored. What cannot be compiled all the same is left out and logged.
    pub fn compile(account: AccountId, sources: &[StoredFilter]) -> ContentFilters {
        let mut out = ContentFilters {
            account,
            filters: Vec::with_capacity(sources.len()),
            expressions: Vec::new(),
            words: None,
            word_expressions: Vec::new(),
            sets: Vec::new(),
            identifiers: Vec::new(),
        };
        let mut words: Vec<String> = Vec::new();
        let mut patterns: Vec<(Pattern, usize)> = Vec::new();
        for source in sources {
            out.add(source, &mut words, &mut patterns);
        }
        if !words.is_empty() {
            out.words = AhoCorasick::new(&words).inspect_err(|e| tracing::error!(%account, %e, "keywords")).ok();
        }
        // All in one set where they fit, else a set for each filter, for which it was checked.
        match set(&patterns) {
            Some(all) => out.sets.extend((!patterns.is_empty()).then_some(all)),
            None => {
                let filter = |p: &(Pattern, usize)| out.expressions[p.1].filter;
                let sets: Vec<_> = patterns.chunk_by(|a, b| filter(a) == filter(b)).map(set).collect();
                for made in sets {
                    match made {
                        Some(made) => out.sets.push(made),
                        None => tracing::error!(%account, "regular expressions of a content filter do not compile"),
                    }
                }
            }
        }
        out
    }

    fn add(&mut self, source: &StoredFilter, words: &mut Vec<String>, patterns: &mut Vec<(Pattern, usize)>) {
        let filter = self.filters.len();
        let lower = |names: &[String]| names.iter().map(|n| n.to_ascii_lowercase()).collect::<Vec<_>>();
        let mut rules = Vec::new();
        for rule in &source.definition.rules {
            for text in &rule.expressions {
                let index = self.expressions.len();
                let mut exact = None;
                match Expression::parse(text) {
                    Ok(Expression::Words(w)) => {
                        words.push(super::normal(w.trim()).to_lowercase());
                        self.word_expressions.push(index);
                    }
                    Ok(Expression::Pattern(pattern)) => {
                        exact.clone_from(&pattern.exact);
                        patterns.push((pattern, index));
                    }
                    Ok(Expression::Identifier(name)) => {
                        self.identifiers.extend(Identifier::named(&name).map(|i| (i, index)));
                    }
                    Err(error) => {
                        tracing::error!(filter = source.name, error, "an expression is left out");
                        continue;
                    }
                }
                self.expressions.push(Compiled {
                    filter,
                    rule: rules.len(),
                    source: text.clone(),
                    exact,
                    regex: OnceLock::new(),
                });
            }
            let headers = match (rule.apply_to_headers, rule.headers.is_empty()) {
                (false, _) => Headers::No,
                (true, true) => Headers::All,
                (true, false) => Headers::Named(lower(&rule.headers)),
            };
            rules.push(Rule {
                text: rule.apply_to_text,
                headers,
                remove_from_subject: rule.remove_subject_keyword,
                has_expressions: !rule.expressions.is_empty(),
            });
        }
        self.filters.push(Filter {
            id: source.id,
            name: source.name.clone(),
            key: source.name.to_lowercase(),
            blank: lower(&source.definition.match_blank_headers),
            everything: source.definition.scan_outbound_attachments,
            rules,
        });
    }

    /// The filter of this name, in letters of either case.
    pub(super) fn index(&self, name: &str) -> Option<usize> {
        let key = name.to_lowercase();
        self.filters.iter().position(|f| f.key == key)
    }
}

impl Compiled {
    /// Whether what a set found is what the expression means.
    pub fn holds(&self, text: &str) -> bool {
        if self.exact.is_none() {
            return true;
        }
        self.regex
            .get_or_init(|| self.exact.as_ref().and_then(|e| compiled(e)))
            .as_ref()
            .is_none_or(|r| r.is_match(text))
    }

    /// Where in the subject it matches.
    pub fn find_in(&self, subject: &str) -> Vec<String> {
        const MOST: usize = 20;
        let regex = match Expression::parse(&self.source) {
            Ok(Expression::Words(words)) => {
                let escaped = regex::escape(&super::normal(words.trim()));
                compiled(&format!(r"\b{{start-half}}{escaped}\b{{end-half}}"))
            }
            Ok(Expression::Pattern(p)) => compiled(p.exact.as_ref().unwrap_or(&p.search)),
            _ => None,
        };
        let Some(regex) = regex else { return Vec::new() };
        let found = regex.find_iter(subject).take(MOST).map(|m| m.as_str().trim().to_owned());
        found.filter(|t| !t.is_empty()).collect()
    }
}

fn compiled(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern).case_insensitive(true).size_limit(EXPRESSIONS_COMPILED_MAX).build().ok()
}

fn set(patterns: &[(Pattern, usize)]) -> Option<(RegexSet, Vec<usize>)> {
    let set = RegexSetBuilder::new(patterns.iter().map(|(p, _)| &p.search))
        .case_insensitive(true)
        .size_limit(EXPRESSIONS_COMPILED_MAX)
        .build();
    Some((set.ok()?, patterns.iter().map(|(_, index)| *index).collect()))
}
