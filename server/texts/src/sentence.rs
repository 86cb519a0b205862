//! Sentences that come ready made in English from below the pages: what is wrong with a form, why something was refused.

use crate::rows::SECTIONS;
use crate::{Key, Language, fill};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Exact texts, and those with placeholders as the pieces between them.
struct Known {
    exact: HashMap<&'static str, Key>,
    patterns: Vec<(Vec<&'static str>, Vec<&'static str>, Key)>,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let mut known = Known { exact: HashMap::new(), patterns: Vec::new() };
    for (s, section) in SECTIONS.iter().enumerate() {
        for (row, english) in section.english.iter().enumerate() {
            let key = Key { section: s as u8, row: row as u16 };
            if english.contains('|') {
                continue;
            }
            if section.sentences && english.contains('{') {
                let mut pieces = Vec::new();
                let mut names = Vec::new();
                for part in english.split('{') {
                    match part.split_once('}') {
                        Some((name, after)) => {
                            names.push(name);
                            pieces.push(after);
                        }
                        None => pieces.push(part),
                    }
                }
                known.patterns.push((pieces, names, key));
            } else {
                known.exact.insert(english, key);
            }
        }
    }
    known
});

/// What stands between the pieces, in their order; None where the text is not made of them.
fn taken<'a>(text: &'a str, pieces: &[&str]) -> Option<Vec<&'a str>> {
    let (first, rest) = pieces.split_first()?;
    let mut text = text.strip_prefix(first)?;
    let mut out = Vec::with_capacity(rest.len());
    for (i, piece) in rest.iter().enumerate() {
        let at = if i + 1 == rest.len() {
            text.len().checked_sub(piece.len()).filter(|at| text.is_char_boundary(*at) && &text[*at..] == *piece)?
        } else {
            text.find(piece)?
        };
        out.push(&text[..at]);
        text = &text[at + piece.len()..];
    }
    Some(out)
}

/// The English sentence in the language; as it is where the catalogue does not have it.
pub fn sentence(language: Language, english: &str) -> Cow<'_, str> {
    if language == Language::En || english.len() > 2_000 {
        return Cow::Borrowed(english);
    }
    if let Some(key) = KNOWN.exact.get(english) {
        return Cow::Borrowed(key.text(language));
    }
    for (pieces, names, key) in &KNOWN.patterns {
        let Some(values) = taken(english, pieces) else { continue };
        let values: Vec<_> =
            names.iter().zip(values).map(|(name, value)| (*name, part(language, name, value))).collect();
        let values: Vec<_> = values.iter().map(|(name, value)| (*name, value.as_ref())).collect();
        return Cow::Owned(fill(key.text(language), &values));
    }
    Cow::Borrowed(english)
}

/// What stands for a placeholder: `list` is an enumeration, `with` a part of its own; else a word, where it is known.
fn part<'a>(language: Language, name: &str, value: &'a str) -> Cow<'a, str> {
    match name {
        "list" => {
            let (head, last) = value.rsplit_once(" and ").map_or((value, None), |(h, l)| (h, Some(l)));
            let mut out = head.split(", ").map(|w| sentence(language, w)).collect::<Vec<_>>().join(", ");
            if let Some(last) = last {
                out.push_str(crate::text!(language, " and "));
                out.push_str(&sentence(language, last));
            }
            Cow::Owned(out)
        }
        "with" => sentence(language, value),
        _ => KNOWN.exact.get(value).map_or(Cow::Borrowed(value), |k| Cow::Borrowed(k.text(language))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sentences_with_numbers_words_and_lists_are_found() {
        let de = |text| sentence(Language::De, text).into_owned();
        assert_eq!(de("The address or the password is wrong."), "Adresse oder Passwort ist falsch.");
        assert_eq!(
            de("Too many failed logins. Try again in 7 seconds."),
            "Zu viele fehlgeschlagene Anmeldungen. Versuchen Sie es in 7 Sekunden erneut."
        );
        assert_eq!(de("What is seven plus twelve?"), "Wie viel ist sieben plus zwölf?");
        assert_eq!(
            de("A password has 8 to 30 characters, with an upper case letter, a digit and a special character."),
            "Ein Passwort hat 8 bis 30 Zeichen, darunter ein Großbuchstabe, eine Ziffer und ein Sonderzeichen."
        );
        assert_eq!(de("A password has 8 to 30 characters."), "Ein Passwort hat 8 bis 30 Zeichen.");
        assert_eq!(de("Nobody wrote this."), "Nobody wrote this.");
    }
    proptest! {
        #[test]
        fn any_sentence_is_answered(s in ".*") { let _ = sentence(Language::Fr, &s); }
    }
}
