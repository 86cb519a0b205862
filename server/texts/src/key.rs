//! A text of the catalogue, by its English.

use crate::Language;
use crate::rows::SECTIONS;

/// Where a text stands in the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    pub(crate) section: u8,
    pub(crate) row: u16,
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// The key of an English text. Meant for constants: where the catalogue does not have the text, compiling fails.
pub const fn key(english: &str) -> Key {
    match find(english) {
        Some(key) => key,
        None => panic!("this text is not in the catalogue: add a row with its translations to server/texts/src/rows"),
    }
}

/// The key of an English text, where the catalogue has it.
pub const fn find(english: &str) -> Option<Key> {
    let mut section = 0;
    while section < SECTIONS.len() {
        let rows = SECTIONS[section].english;
        let mut row = 0;
        while row < rows.len() {
            if same(rows[row], english) {
                return Some(Key { section: section as u8, row: row as u16 });
            }
            row += 1;
        }
        section += 1;
    }
    None
}

/// A name that comes from elsewhere, such as a category's label; as it is where the catalogue does not have it.
pub fn named(language: Language, english: &'static str) -> &'static str {
    if language == Language::En {
        return english;
    }
    find(english).map_or(english, |key| key.text(language))
}

impl Key {
    pub fn english(self) -> &'static str {
        SECTIONS
            .get(usize::from(self.section))
            .and_then(|s| s.english.get(usize::from(self.row)))
            .copied()
            .unwrap_or("")
    }

    /// In the browser, English too for languages that were not loaded.
    pub fn text(self, language: Language) -> &'static str {
        if language == Language::En {
            return self.english();
        }
        self.foreign(language).unwrap_or_else(|| self.english())
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn foreign(self, language: Language) -> Option<&'static str> {
        let section = SECTIONS.get(usize::from(self.section))?;
        section.foreign.get(language.index() - 1)?.get(usize::from(self.row)).copied()
    }

    #[cfg(target_arch = "wasm32")]
    fn foreign(self, language: Language) -> Option<&'static str> {
        crate::browser::loaded(language, self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placeholders(text: &str) -> Vec<&str> {
        let mut found: Vec<_> =
            text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(n, _)| n).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    fn rows() -> impl Iterator<Item = Key> {
        SECTIONS.iter().enumerate().flat_map(|(s, section)| {
            (0..section.english.len()).map(move |row| Key { section: s as u8, row: row as u16 })
        })
    }

    #[test]
    fn every_text_has_the_same_placeholders_and_forms_in_every_language() {
        for key in rows() {
            let english = key.english();
            for language in Language::ALL {
                let text = key.text(language);
                assert!(!text.trim().is_empty(), "{english:?} in {}", language.code());
                assert_eq!(placeholders(text), placeholders(english), "{english:?} in {}", language.code());
                assert_eq!(
                    text.matches('|').count(),
                    english.matches('|').count(),
                    "{english:?} in {}",
                    language.code()
                );
                let ends = |t: &str| (t.starts_with(' '), t.ends_with(' '));
                assert_eq!(ends(text), ends(english), "{english:?} in {}", language.code());
            }
        }
    }

    #[test]
    fn no_text_stands_twice_and_few_are_the_same_in_two_languages() {
        let mut seen = std::collections::HashSet::new();
        let mut same: Vec<&str> = Vec::new();
        for key in rows() {
            assert!(seen.insert(key.english()), "{:?} stands twice", key.english());
            // Words that languages share; a whole sentence that is the same was forgotten.
            if [Language::De, Language::Fr, Language::Es].iter().any(|l| key.text(*l) == key.english())
                && key.english().trim().contains(' ')
            {
                same.push(key.english());
            }
        }
        let shared = ["{n} min", "{n} h", "in {time}", "Ctrl K", "{n} message|{n} messages"];
        same.retain(|s| !shared.contains(s));
        assert!(same.is_empty(), "not translated: {same:?}");
    }

    #[test]
    fn names_of_the_model_are_in_the_catalogue() {
        let mut names: Vec<&str> = Vec::new();
        names.extend(model::Category::ALL.iter().map(|c| c.label()));
        names.extend(model::Disposition::ALL.iter().map(|d| d.label()));
        names.extend(model::Action::ALL.iter().map(|a| a.label()));
        names.extend(model::Direction::ALL.iter().map(|d| d.label()));
        names.extend(model::Role::ALL.iter().map(|r| r.label()));
        for name in names {
            assert!(find(name).is_some(), "{name:?} is not in the catalogue");
        }
    }
}
