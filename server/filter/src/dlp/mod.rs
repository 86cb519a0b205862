//! Data loss prevention (guide chapter 1): credit cards, Social Security numbers, health and finance data (a term of a
//! lexicon and what identifies a person, both anywhere in the message or its attachments), profanity.

mod card;
mod lexicon;
mod national;
mod person;
mod ssn;

#[cfg(test)]
mod tests;

pub use national::Identifier;

use crate::content::Texts;
use lexicon::Lexicon;
use model::finding::{Check, Step};
use model::{Category, Finding};
use std::sync::LazyLock;

/// Name under which its findings are shown.
pub const NAME: &str = "dlp";

static HEALTH: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::read(include_str!("../../lexicons/health.txt")));
static FINANCE: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::read(include_str!("../../lexicons/finance.txt")));
static PROFANITY: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::read(include_str!("../../lexicons/profanity.txt")));

/// Profane words that are told of one message.
const WORDS: usize = 200;

/// Adds a finding for each compliance category that the message is in.
pub(crate) fn run(texts: &Texts<'_>, out: &mut Vec<Finding>) {
    let subject = crate::content::normal(texts.subject());
    let subject_lower = subject.to_lowercase();
    let plain = [subject.as_str(), &texts.text().plain, &texts.documents().plain];
    let lower = [subject_lower.as_str(), &texts.text().lower, &texts.documents().lower];
    if let Some((issuer, count)) = card::count(&plain) {
        let info = match count {
            1 => format!("a {issuer} number"),
            n => format!("{n} credit card numbers, the first of {issuer}"),
        };
        out.push(found(Category::Credit, Check::Category(Category::Credit), info));
    }
    let numbers = plain.iter().map(|t| ssn::count(t)).sum::<usize>();
    if numbers > 0 {
        let s = if numbers == 1 { "" } else { "s" };
        out.push(found(Category::Ssn, Check::Category(Category::Ssn), format!("{numbers} Social Security number{s}")));
    }
    for (lexicon, identifies, check, what) in [
        (&HEALTH, person::of_health as fn(&str) -> Option<String>, Check::Health, "health"),
        (&FINANCE, person::of_finance, Check::Finance, "finance"),
    ] {
        let Some(term) = lower.iter().find_map(|t| lexicon.first(t)) else { continue };
        if let Some(identifier) = plain.iter().find_map(|t| identifies(t)) {
            out.push(found(Category::Compliance, check, format!("{what}: the term {term:?} and {identifier}")));
        }
    }
    let mut words: Vec<String> = Vec::new();
    lower.iter().for_each(|t| PROFANITY.all(t, WORDS, &mut words));
    if let Some(first) = words.first() {
        let info = format!("{first:?}{}", if words.len() > 1 { " and more" } else { "" });
        out.push(found(Category::Profanity, Check::Profanity(words), info));
    }
}

fn found(category: Category, check: Check, info: String) -> Finding {
    Finding {
        analyser: NAME.into(),
        step: Step::Compliance,
        category,
        check: Some(check),
        rule: None,
        info,
        score: 0.0,
    }
}
