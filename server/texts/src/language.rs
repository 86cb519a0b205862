//! The languages, and which one somebody asks for.

/// A language that all texts exist in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    #[default]
    En,
    De,
    Fr,
    Es,
}

impl Language {
    pub const ALL: [Language; 4] = [Language::En, Language::De, Language::Fr, Language::Es];

    /// ISO 639-1, as in settings and in `lang`.
    pub const fn code(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::De => "de",
            Language::Fr => "fr",
            Language::Es => "es",
        }
    }

    /// What it calls itself.
    pub const fn name(self) -> &'static str {
        match self {
            Language::En => "English",
            Language::De => "Deutsch",
            Language::Fr => "Français",
            Language::Es => "Español",
        }
    }

    /// Of a code, with or without a region: `de`, `fr-CA`.
    pub fn parse(tag: &str) -> Option<Language> {
        let primary = tag.trim().split(['-', '_']).next()?;
        Language::ALL.into_iter().find(|l| l.code().eq_ignore_ascii_case(primary))
    }

    /// The one that a browser likes best (RFC 9110 §12.5.4); None where it names none of ours.
    pub fn of_header(accept_language: &str) -> Option<Language> {
        let mut best: Option<(u16, Language)> = None;
        for item in accept_language.split(',').take(20) {
            let mut parts = item.split(';');
            let Some(language) = parts.next().and_then(Language::parse) else { continue };
            let weight = parts.find_map(|p| p.trim().strip_prefix("q=")).map_or(1.0, |q| q.parse().unwrap_or(0.0_f32));
            let weight = (weight.clamp(0.0, 1.0) * 1000.0) as u16;
            // Of equals, the one that is named first.
            if weight > 0 && best.is_none_or(|(w, _)| weight > w) {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }

    /// Whether so many are one, in this language.
    pub(crate) fn is_one(self, n: u64) -> bool {
        n == 1 || (self == Language::Fr && n == 0)
    }

    pub(crate) fn index(self) -> usize {
        self as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_browsers_favourite_is_taken() {
        assert_eq!(Language::of_header("de-CH,de;q=0.9,en;q=0.8"), Some(Language::De));
        assert_eq!(Language::of_header("it,en;q=0.4,fr;q=0.7"), Some(Language::Fr));
        assert_eq!(Language::of_header("it, pt;q=0.5"), None);
        assert_eq!(Language::of_header("es;q=0, en"), Some(Language::En));
    }
    proptest! {
        #[test]
        fn any_header_is_read(s in ".*") { let _ = Language::of_header(&s); }
    }
}
