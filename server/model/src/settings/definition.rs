//! The table of settings: everything that is known of each, from which forms, schemas, checks and documents are made.

use super::check::Limits;
use super::kind::{Const, Kind};
use super::level::{Level, Levels};
use super::spec::Spec;
use super::{DEFINITIONS, SECTIONS};
use crate::view::Feature;
use serde_json::{Map, Value as Json};

/// What is known of one setting.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Definition {
    pub section: &'static str,
    /// Snake case, unique in its section.
    pub name: &'static str,
    /// As the guide prints it.
    pub label: &'static str,
    /// One sentence.
    pub help: &'static str,
    pub kind: Kind,
    /// Where it may be set.
    pub levels: Levels,
    /// Chapter of the guide.
    pub chapter: u8,
    /// Accounts without this feature do not have the setting.
    pub feature: Option<Feature>,
    pub(super) default: Const,
}

/// A section of the pages: settings that belong together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Section {
    pub name: &'static str,
    /// As the guide prints it.
    pub title: &'static str,
    pub chapter: u8,
    /// Accounts without this feature do not have the section.
    pub feature: Option<Feature>,
    pub(super) first: u16,
    pub(super) len: u16,
}

impl Section {
    pub fn definitions(&self) -> &'static [Definition] {
        let first = usize::from(self.first);
        DEFINITIONS.get(first..first + usize::from(self.len)).unwrap_or_default()
    }
}

impl Definition {
    pub(super) const fn new(
        section: &Section,
        name: &'static str,
        label: &'static str,
        help: &'static str,
        spec: Spec,
        levels: Levels,
    ) -> Definition {
        let levels = match spec.levels {
            Some(own) => own,
            None => levels,
        };
        let help = help.trim_ascii();
        let feature = match spec.feature {
            Some(own) => Some(own),
            None => section.feature,
        };
        let (kind, default) = (spec.kind, spec.default);
        Definition {
            section: section.name,
            name,
            label,
            help,
            kind,
            levels,
            chapter: section.chapter,
            feature,
            default,
        }
    }

    /// `section.name`, the key of the API, of documents and of the audit trail.
    pub fn path(&self) -> String {
        format!("{}.{}", self.section, self.name)
    }

    /// What holds where no level sets it.
    pub fn default(&self) -> Json {
        match self.default {
            Const::Bool(b) => b.into(),
            Const::Int(i) => i.into(),
            Const::Text(t) => t.into(),
            Const::Action(action, "") => action.as_str().into(),
            Const::Action(action, tag) => {
                let pairs = [("action", action.as_str()), ("tag", tag)];
                pairs.into_iter().map(|(k, v)| (k.to_owned(), Json::from(v))).collect::<Map<_, _>>().into()
            }
            Const::Numbers(list) => list.iter().copied().map(Json::from).collect::<Vec<_>>().into(),
            Const::Words(list) => list.iter().copied().map(Json::from).collect::<Vec<_>>().into(),
            Const::Actions(list) => {
                list.iter().map(|(k, a)| ((*k).to_owned(), Json::from(a.as_str()))).collect::<Map<_, _>>().into()
            }
            Const::Texts(list) => {
                list.iter().map(|(k, t)| ((*k).to_owned(), Json::from(*t))).collect::<Map<_, _>>().into()
            }
        }
    }

    /// Whether `value` is accepted at `level`.
    ///
    /// # Errors
    /// A sentence that says what would be accepted.
    pub fn check(&self, value: &Json, level: Level) -> Result<(), String> {
        self.check_level(level)?;
        self.kind.normal(value, Limits::Apply).map(drop)
    }

    pub(super) fn check_level(&self, level: Level) -> Result<(), String> {
        if self.levels.contains(level) {
            return Ok(());
        }
        let levels = self.levels.iter().map(Level::label).collect::<Vec<_>>().join(", ");
        Err(format!("this is not set at the level {}, but at: {levels}", level.label()))
    }
}

/// A setting: its place in [`DEFINITIONS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key(pub(super) u16);

impl Key {
    /// The setting with this path, `section.name`.
    pub(super) fn of(path: &str) -> Option<Key> {
        let (section, name) = path.split_once('.')?;
        Key::in_section(Key::section(section)?, name)
    }
    pub(super) fn section(name: &str) -> Option<&'static Section> {
        SECTIONS.iter().find(|s| s.name == name)
    }
    pub(super) fn in_section(section: &Section, name: &str) -> Option<Key> {
        let at = section.definitions().iter().position(|d| d.name == name)?;
        Some(Key(section.first + u16::try_from(at).ok()?))
    }
    pub(super) fn index(self) -> usize {
        usize::from(self.0)
    }
    /// `None` never happens: keys are made from the table.
    pub(super) fn definition(self) -> Option<&'static Definition> {
        DEFINITIONS.get(self.index())
    }
}

/// The definition with this path, `section.name`.
pub fn definition(path: &str) -> Option<&'static Definition> {
    Key::of(path)?.definition()
}

/// The lists of all sections as one table.
pub(super) const fn gather<const N: usize>(parts: &[&[Definition]]) -> [Definition; N] {
    let mut all = [parts[0][0]; N];
    let (mut part, mut at) = (0, 0);
    while part < parts.len() {
        let mut i = 0;
        while i < parts[part].len() {
            all[at] = parts[part][i];
            (i, at) = (i + 1, at + 1);
        }
        part += 1;
    }
    all
}

/// The sections with their places in the table.
pub(super) const fn number<const N: usize>(sections: [Section; N], parts: &[&[Definition]]) -> [Section; N] {
    let mut all = sections;
    let (mut i, mut first) = (0, 0);
    while i < N {
        all[i].first = first;
        all[i].len = parts[i].len() as u16;
        first += all[i].len;
        i += 1;
    }
    all
}
