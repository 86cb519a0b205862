//! The two macros behind the definitions.

/// A section: the resolved values, the definitions, and how a value gets from JSON into its field. An entry is
///
/// ```text
/// /// Help, one sentence.
/// key "Label": type = spec;
/// ```
///
/// with a spec of [`super::spec`]: kind, limits and default. The type must read what the kind takes; the property
/// tests hold each pair against each other.
macro_rules! section {
    ($(#[$doc:meta])* $section:ident $title:literal, chapter $chapter:literal, at $levels:expr $(, needs $feature:ident)? => $Values:ident {
        $( #[doc = $help:literal] $name:ident $label:literal : $ty:ty = $spec:expr; )*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize)]
        pub struct $Values { $( #[doc = $help] pub $name: $ty, )* }
        impl $Values {
            pub(in crate::settings) const SECTION: crate::settings::Section = crate::settings::Section {
                name: stringify!($section), title: $title, chapter: $chapter, feature: crate::settings::macros::needed!($($feature)?),
                first: 0, len: 0 };
            pub(in crate::settings) const DEFINITIONS: &'static [crate::settings::Definition] = &[ $(
                crate::settings::Definition::new(
                    &Self::SECTION, stringify!($name), $label, $help, $spec, $levels), )* ];
            /// For each definition, what puts a value into the field.
            pub(in crate::settings) const ASSIGN: &'static [fn(&mut Self, &serde_json::Value)] = &[ $(
                |values, json| crate::settings::values::put(&mut values.$name, json), )* ];
            pub(in crate::settings) fn built_in() -> Self {
                let mut defaults = Self::DEFINITIONS.iter();
                $Values { $( $name: crate::settings::values::built_in(defaults.next()), )* }
            }
        }
    };
}
pub(super) use section;

macro_rules! needed {
    () => {
        None
    };
    ($feature:ident) => {
        Some(crate::view::Feature::$feature)
    };
}
pub(super) use needed;

/// All sections, in the order of the pages.
macro_rules! catalogue {
    ($( $section:ident : $Values:ident, )*) => {
        /// All settings, resolved: what holds for one mailbox, domain or sender. Cheap to clone.
        #[derive(Debug, Clone, PartialEq, serde::Serialize)]
        pub struct Values {
            /// The mail that it is about; the outbound sections count for outbound mail, the others for inbound.
            pub direction: crate::Direction,
            $( pub $section: Shared<$Values>, )*
        }
        impl Values {
            fn defaults() -> Self {
                Values { direction: crate::Direction::Inbound, $( $section: Shared::new($Values::built_in()), )* }
            }
            /// Puts a value in canonical form into its field.
            fn put_at(&mut self, key: definition::Key, json: &serde_json::Value) {
                let mut at = key.index();
                $(
                    match $Values::ASSIGN.get(at) {
                        Some(assign) => return assign(&mut self.$section, json),
                        None => at -= $Values::ASSIGN.len(),
                    }
                )*
                let _ = at;
            }
        }
        $( impl Default for $Values {
            fn default() -> Self { $Values::built_in() }
        } )*
        const PARTS: &[&[Definition]] = &[ $( $Values::DEFINITIONS, )* ];
        const COUNT: usize = 0 $( + $Values::DEFINITIONS.len() )*;
        /// Every setting, in the order of the pages.
        pub static DEFINITIONS: [Definition; COUNT] = definition::gather(PARTS);
        /// Every section, in the order of the pages.
        pub static SECTIONS: [Section; PARTS.len()] = definition::number([ $( $Values::SECTION, )* ], PARTS);
    };
}
pub(super) use catalogue;
