//! A list of words and phrases, found as whole words in texts in lower case.

use crate::content::whole_word;
use aho_corasick::AhoCorasick;

pub(super) struct Lexicon {
    terms: Vec<&'static str>,
    automaton: Option<AhoCorasick>,
}

impl Lexicon {
    /// A term a line, in lower case; lines that begin with `#` say something to people.
    pub(super) fn read(file: &'static str) -> Lexicon {
        let lines = file.lines().map(str::trim);
        let terms: Vec<&'static str> = lines.filter(|l| !l.is_empty() && !l.starts_with('#')).collect();
        let automaton = AhoCorasick::new(&terms).ok();
        Lexicon { terms, automaton }
    }

    fn find<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'static str> + 'a {
        let found = self.automaton.iter().flat_map(move |a| a.find_overlapping_iter(text));
        let whole = found.filter(move |m| whole_word(text, m.start(), m.end()));
        whole.filter_map(|m| self.terms.get(m.pattern().as_usize()).copied())
    }

    /// The first term in the text.
    pub(super) fn first(&self, text: &str) -> Option<&'static str> {
        self.find(text).next()
    }

    /// Adds the terms in the text, each once, while there are fewer than `most`.
    pub(super) fn all(&self, text: &str, most: usize, out: &mut Vec<String>) {
        for term in self.find(text) {
            if out.len() >= most {
                return;
            }
            if !out.iter().any(|known| known == term) {
                out.push(term.to_owned());
            }
        }
    }
}
