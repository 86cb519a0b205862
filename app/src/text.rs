//! Texts in the language of the page: `t!("Release")`, `counted!("{n} message|{n} messages", n)`,
//! `filled!("to {address}", address = x)`. The catalogue is the crate `texts`; what it does not have does not compile.

use texts::Language;

/// The text in the page's language.
macro_rules! t {
    ($english:literal) => {
        texts::text!($crate::text::language(), $english)
    };
}

/// The text in the form for so many.
macro_rules! counted {
    ($english:literal, $n:expr) => {
        texts::count($crate::text::language(), t!($english), $n)
    };
}

/// The text with its placeholders filled.
macro_rules! filled {
    ($english:literal, $($name:ident = $value:expr),+ $(,)?) => {
        texts::fill(t!($english), &[$((stringify!($name), AsRef::<str>::as_ref(&$value))),+])
    };
}

/// The language of the page that is being rendered, or of the request that is being answered.
pub fn language() -> Language {
    #[cfg(feature = "ssr")]
    {
        crate::web::language::current()
    }
    #[cfg(all(not(feature = "ssr"), target_arch = "wasm32"))]
    {
        texts::browser::language()
    }
    #[cfg(all(not(feature = "ssr"), not(target_arch = "wasm32")))]
    {
        Language::En
    }
}

/// A name that the model has in English, such as a category's.
pub fn named(english: &'static str) -> &'static str {
    texts::named(language(), english)
}

/// A ready sentence of the services, as far as the catalogue knows it.
#[cfg(feature = "ssr")]
pub fn said(sentence: &str) -> String {
    texts::sentence(language(), sentence).into_owned()
}

/// What went wrong, in the page's language.
#[cfg(feature = "ssr")]
pub fn said_error(mut error: model::UserError) -> model::UserError {
    if language() != Language::En {
        error.message = said(&error.message);
        for field in &mut error.fields {
            field.message = said(&field.message);
        }
    }
    error
}

/// In the browser, before the page is hydrated: its language, and the texts of it.
#[cfg(target_arch = "wasm32")]
pub fn speak(code: Option<&str>, texts: Vec<String>) {
    if let Some(language) = code.and_then(Language::parse) {
        texts::browser::load(language, texts);
    }
}
