//! What people read, in each of their languages: the catalogue, and numbers, sizes and dates as each language writes them.
//!
//! The English text is the key. [`text!`] looks it up when the program is compiled, so that a text without its
//! translations does not compile, and a row of the catalogue has a text for every language or is none:
//!
//! ```
//! use texts::{Language, text};
//! assert_eq!(text!(Language::De, "Release"), "Freigeben");
//! ```
//!
//! A placeholder is a name in braces ([`fill`]); a text that counts has two forms, for one and for many, with a bar between
//! them ([`count`]). The server has every language; the browser has English, and gets the others as a file ([`browser`]).

pub mod browser;
mod format;
mod key;
mod language;
mod rows;
#[cfg(not(target_arch = "wasm32"))]
mod sentence;

pub use format::{count, date, fill, minute, month, relative, size, thousands};
pub use key::{Key, find, key, named};
pub use language::Language;
#[cfg(not(target_arch = "wasm32"))]
pub use sentence::sentence;

/// The text for an English one of the catalogue: `text!(language, "Release")`.
#[macro_export]
macro_rules! text {
    ($language:expr, $english:literal) => {{
        const KEY: $crate::Key = $crate::key($english);
        KEY.text($language)
    }};
}
