//! Searching one message by the compiled filters of an account: each text is read once, however many filters there are.

use super::filters::{ContentFilters, Headers};
use super::texts::{Searched, Texts, whole_word};

/// A filter that matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    pub id: i64,
    pub name: String,
    /// `"confidential" in the text`.
    pub what: String,
    /// What is to be taken out of the subject, where the filter's action says so.
    pub subject_words: Vec<String>,
}

/// Where a text comes from, for people.
enum Place<'a> {
    Text,
    Documents,
    Header(&'a str),
}

struct Scan<'a> {
    of: &'a ContentFilters,
    outbound: bool,
    /// Filters that are wanted and have not matched yet.
    open: Vec<bool>,
    left: usize,
    hits: Vec<(usize, String)>,
}

impl ContentFilters {
    /// The filters at these places in the list that match, in the order of the list. One match of a rule is enough, so
    /// the first that is found is told.
    pub(crate) fn find(&self, texts: &Texts<'_>, outbound: bool, wanted: &[usize]) -> Vec<Hit> {
        let mut scan =
            Scan { of: self, outbound, open: vec![false; self.filters.len()], left: wanted.len(), hits: Vec::new() };
        for index in wanted {
            scan.open[*index] = true;
        }
        scan.presence(texts);
        if scan.any(|r, _| r.headers != Headers::No) {
            for (name, value) in texts.headers() {
                scan.text(value, &Place::Header(name));
            }
        }
        if scan.any(|r, _| r.text) {
            scan.text(texts.text(), &Place::Text);
        }
        if outbound && scan.any(|r, everything| r.text && everything) {
            scan.text(texts.documents(), &Place::Documents);
        }
        scan.hits.sort_by_key(|(index, _)| *index);
        let hit = |(index, what): (usize, String)| {
            let f = &self.filters[index];
            Hit { id: f.id, name: f.name.clone(), what, subject_words: self.subject_words(index, texts.subject()) }
        };
        scan.hits.into_iter().map(hit).collect()
    }

    /// What the rules that remove keywords match in the subject.
    fn subject_words(&self, filter: usize, subject: &str) -> Vec<String> {
        let removes = |rule: usize| self.filters[filter].rules.get(rule).is_some_and(|r| r.remove_from_subject);
        if subject.is_empty() || !self.filters[filter].rules.iter().any(|r| r.remove_from_subject) {
            return Vec::new();
        }
        let lower = subject.to_lowercase();
        let mut out = Vec::new();
        for e in self.expressions.iter().filter(|e| e.filter == filter && removes(e.rule)) {
            // Most keywords are not there, and looking costs less than compiling.
            let plain = e.source.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ' '));
            if !plain || lower.contains(&super::normal(e.source.trim()).to_lowercase()) {
                out.extend(e.find_in(subject));
            }
        }
        out.sort_by_key(|text| std::cmp::Reverse(text.len()));
        out.dedup();
        out
    }
}

impl Scan<'_> {
    fn any(&self, fits: impl Fn(&super::filters::Rule, bool) -> bool) -> bool {
        let open = self.of.filters.iter().zip(&self.open).filter(|(_, open)| **open);
        open.into_iter().any(|(f, _)| f.rules.iter().any(|r| fits(r, f.everything)))
    }

    fn hit(&mut self, filter: usize, what: String) {
        if std::mem::take(&mut self.open[filter]) {
            self.left -= 1;
            self.hits.push((filter, what));
        }
    }

    /// Blank headers, and headers that match by being there.
    fn presence(&mut self, texts: &Texts<'_>) {
        let m = texts.message;
        for index in 0..self.of.filters.len() {
            let filter = &self.of.filters[index];
            if let Some(name) = filter.blank.iter().find(|n| m.headers_named(n).any(|h| h.value.trim().is_empty())) {
                self.hit(index, format!("the header {name} is blank"));
            }
            for rule in filter.rules.iter().filter(|r| !r.has_expressions) {
                if let Headers::Named(names) = &rule.headers
                    && let Some(name) = names.iter().find(|name| m.headers_named(name).next().is_some())
                {
                    self.hit(index, format!("the header {name} is there"));
                }
            }
        }
    }

    /// Whether an expression counts at this place.
    fn counts(&self, expression: usize, place: &Place<'_>) -> bool {
        let Some(e) = self.of.expressions.get(expression) else { return false };
        let filter = &self.of.filters[e.filter];
        let Some(rule) = filter.rules.get(e.rule).filter(|_| self.open[e.filter]) else { return false };
        match place {
            Place::Text => rule.text,
            Place::Documents => rule.text && filter.everything && self.outbound,
            Place::Header(name) => match &rule.headers {
                Headers::No => false,
                Headers::All => true,
                Headers::Named(names) => names.iter().any(|n| n == name),
            },
        }
    }

    fn text(&mut self, text: &Searched, place: &Place<'_>) {
        if self.left == 0 || text.plain.is_empty() {
            return;
        }
        let of = self.of;
        if let Some(words) = &of.words {
            for found in words.find_overlapping_iter(&text.lower) {
                let expression = of.word_expressions[found.pattern().as_usize()];
                if self.counts(expression, place) && whole_word(&text.lower, found.start(), found.end()) {
                    self.found(expression, place);
                    if self.left == 0 {
                        return;
                    }
                }
            }
        }
        for (set, expressions) in &of.sets {
            // A set is read only for filters that are still open.
            if !expressions.iter().any(|e| self.counts(*e, place)) {
                continue;
            }
            for member in set.matches(text.plain.as_bytes()) {
                let expression = expressions[member];
                if self.counts(expression, place) && of.expressions[expression].holds(&text.plain) {
                    self.found(expression, place);
                }
            }
        }
        for (identifier, expression) in &of.identifiers {
            if self.counts(*expression, place) && identifier.is_in(&text.plain) {
                self.found(*expression, place);
            }
        }
    }

    fn found(&mut self, expression: usize, place: &Place<'_>) {
        let e = &self.of.expressions[expression];
        let place = match place {
            Place::Text => "the text".to_owned(),
            Place::Documents => "an attached document".to_owned(),
            Place::Header(name) => format!("the header {name}"),
        };
        self.hit(e.filter, format!("{:?} in {place}", e.source));
    }
}
