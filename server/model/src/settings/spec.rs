//! How an entry of a section says its kind, default and levels in one expression.

use super::kind::{Const, Entry, Kind};
use super::level::Levels;
use crate::Action;
use crate::view::Feature;

/// Kind and default of a setting; levels only where they are not those of its section.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    pub(super) kind: Kind,
    pub(super) default: Const,
    pub(super) levels: Option<Levels>,
    pub(super) feature: Option<Feature>,
}

impl Spec {
    /// May be set at these levels, whatever its section says.
    pub(super) const fn at(self, levels: Levels) -> Spec {
        Spec { levels: Some(levels), ..self }
    }
    /// Only where the account has this feature.
    pub(super) const fn needs(self, feature: Feature) -> Spec {
        Spec { feature: Some(feature), ..self }
    }
    /// Takes `word` as well as the kind's own values, and has it as its default.
    pub(super) const fn or(inner: &'static Kind, word: &'static str, label: &'static str) -> Spec {
        of(Kind::Optional { word, label, inner }, Const::Text(word))
    }
}

pub(super) const fn of(kind: Kind, default: Const) -> Spec {
    Spec { kind, default, levels: None, feature: None }
}
pub(super) const fn flag(default: bool) -> Spec {
    of(Kind::Bool, Const::Bool(default))
}
pub(super) const fn int(default: i64, min: i64, max: i64, unit: &'static str) -> Spec {
    of(Kind::Int { min, max, unit }, Const::Int(default))
}
/// The first of the choices is the default, unless another is named with [`choice_of`].
pub(super) const fn choice(choices: &'static [(&'static str, &'static str)]) -> Spec {
    of(Kind::Choice(choices), Const::Text(choices[0].0))
}
pub(super) const fn choice_of(choices: &'static [(&'static str, &'static str)], default: &'static str) -> Spec {
    of(Kind::Choice(choices), Const::Text(default))
}
pub(super) const fn text(default: &'static str, max: usize) -> Spec {
    of(Kind::Text { max, multiline: false }, Const::Text(default))
}
pub(super) const fn lines(default: &'static str, max: usize) -> Spec {
    of(Kind::Text { max, multiline: true }, Const::Text(default))
}
/// A text of a certain form, empty by default.
pub(super) const fn one(entry: Entry) -> Spec {
    of(Kind::One { entry, or_empty: true }, Const::Text(""))
}
pub(super) const fn list(entry: Entry) -> Spec {
    of(Kind::List { entry, max: LIST_MAX }, Const::Words(&[]))
}
pub(super) const fn map(key: Entry, value: &'static Kind, max: usize) -> Spec {
    of(Kind::Map { key, value, max }, Const::Texts(&[]))
}
/// A text for each language.
pub(super) const fn texts(default: &'static [(&'static str, &'static str)], value: &'static Kind) -> Spec {
    of(Kind::Map { key: Entry::Language, value, max: LANGUAGES_MAX }, Const::Texts(default))
}
pub(super) const fn color(default: &'static str) -> Spec {
    of(Kind::Color, Const::Text(default))
}
pub(super) const fn image(width: u32, height: u32) -> Spec {
    of(Kind::Image { width: Some(width), height }, Const::Text(""))
}
/// What is done with inbound mail.
pub(super) const fn act(default: Action) -> Spec {
    of(ACTION, Const::Action(default, ""))
}
pub(super) const fn act_out(default: Action) -> Spec {
    of(OUTBOUND_ACTION, Const::Action(default, ""))
}

/// Entries of a list that is a setting. Friends and enemies are records and have no such limit.
const LIST_MAX: usize = 10_000;
/// ISO 639-1 has fewer than two hundred languages.
const LANGUAGES_MAX: usize = 200;

use Action::*;
pub(super) const ACTION: Kind = Kind::Action { allowed: &[Allow, Markup, Quarantine, Block], outbound: false };
pub(super) const PART_ACTION: Kind =
    Kind::Action { allowed: &[Allow, Markup, Strip, Quarantine, Block], outbound: false };
pub(super) const OUTBOUND_ACTION: Kind =
    Kind::Action { allowed: &[Allow, Markup, SpecialRouting, AttachEncrypted, Quarantine, Block], outbound: true };
pub(super) const OUTBOUND_PART_ACTION: Kind = Kind::Action {
    allowed: &[Allow, Markup, Strip, SpecialRouting, AttachEncrypted, Quarantine, Block],
    outbound: true,
};
pub(super) const HOLD_ACTION: Kind = Kind::Action { allowed: &[Quarantine, Block], outbound: false };
