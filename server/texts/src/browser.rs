//! The texts that the browser gets: English is in the program, the page's language comes as a file.

#[cfg(not(target_arch = "wasm32"))]
pub use server::{file, version};

#[cfg(not(target_arch = "wasm32"))]
mod server {
    use crate::Language;
    use crate::rows::{BROWSER, SECTIONS};

    /// The texts of the language that pages in the browser use, as a JSON list in the order of the catalogue.
    pub fn file(language: Language) -> String {
        let mut out = String::from("[");
        for section in &SECTIONS[..BROWSER] {
            let rows = match language {
                Language::En => section.english,
                other => section.foreign[other.index() - 1],
            };
            for text in rows {
                out.push_str(if out.len() > 1 { ",\"" } else { "\"" });
                for c in text.chars() {
                    match c {
                        '"' | '\\' => out.extend(['\\', c]),
                        c if c.is_control() => out.push(' '),
                        c => out.push(c),
                    }
                }
                out.push('"');
            }
        }
        out.push(']');
        out
    }

    /// Changes with the file: FNV-1a.
    pub fn version(language: Language) -> String {
        let hash = file(language)
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
        format!("{hash:016x}")
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn the_file_has_a_text_for_each_row_and_stays_small() {
            let rows: usize = SECTIONS[..BROWSER].iter().map(|s| s.english.len()).sum();
            for language in Language::ALL {
                let file = file(language);
                assert_eq!(file.matches("\",\"").count() + 1, rows, "{}", language.code());
                assert!(file.len() < 48_000, "{} bytes", file.len());
            }
            assert_ne!(version(Language::De), version(Language::Fr));
        }
    }
}

#[cfg(target_arch = "wasm32")]
mod loaded {
    use crate::rows::SECTIONS;
    use crate::{Key, Language};
    use std::cell::Cell;

    thread_local! {
        static LOADED: Cell<(Language, &'static [String])> = const { Cell::new((Language::En, &[])) };
    }

    /// The page's language and its texts, once, before anything is shown.
    pub fn load(language: Language, texts: Vec<String>) {
        LOADED.set((language, texts.leak()));
    }

    /// The page's language.
    pub fn language() -> Language {
        LOADED.get().0
    }

    pub(crate) fn loaded(language: Language, key: Key) -> Option<&'static str> {
        let (own, texts) = LOADED.get();
        let before: usize = SECTIONS[..usize::from(key.section)].iter().map(|s| s.english.len()).sum();
        (own == language).then(|| texts.get(before + usize::from(key.row)).map(String::as_str)).flatten()
    }
}

#[cfg(target_arch = "wasm32")]
pub(crate) use loaded::loaded;
#[cfg(target_arch = "wasm32")]
pub use loaded::{language, load};
