//! The catalogue: a row a text, English first, then German, French and Spanish. One file a part of the product.

#[cfg(not(target_arch = "wasm32"))]
mod digest;
mod entry;
mod frame;
#[cfg(not(target_arch = "wasm32"))]
mod light;
mod names;
mod owner;
#[cfg(not(target_arch = "wasm32"))]
mod refusals;

/// One file's texts; the same row is the same text in each list.
pub(crate) struct Section {
    pub(crate) english: &'static [&'static str],
    /// German, French, Spanish. The browser loads the one that it needs.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) foreign: [&'static [&'static str]; 3],
    /// What comes ready made from the services, with words and numbers in it.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) sentences: bool,
}

/// How many of the sections the browser has.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) const BROWSER: usize = 4;

#[cfg(not(target_arch = "wasm32"))]
pub(crate) const SECTIONS: &[Section] = &[
    frame::SECTION,
    names::SECTION,
    entry::SECTION,
    owner::SECTION,
    light::SECTION,
    digest::SECTION,
    Section { sentences: true, ..refusals::SECTION },
];
#[cfg(target_arch = "wasm32")]
pub(crate) const SECTIONS: &[Section] = &[frame::SECTION, names::SECTION, entry::SECTION, owner::SECTION];

macro_rules! rows {
    ($($english:literal => $german:literal, $french:literal, $spanish:literal;)*) => {
        pub(super) const SECTION: super::Section = super::Section {
            english: &[$($english),*],
            #[cfg(not(target_arch = "wasm32"))]
            foreign: [&[$($german),*], &[$($french),*], &[$($spanish),*]],
            #[cfg(not(target_arch = "wasm32"))]
            sentences: false,
        };
    };
}
pub(crate) use rows;
