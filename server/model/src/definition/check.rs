//! The checks that definitions have in common, gathered by the path of the field.

use super::Secret;
use crate::FieldError;
use std::fmt::Display;
use std::ops::RangeInclusive;

/// All that is wrong so far.
#[derive(Default)]
pub(super) struct Problems {
    list: Vec<FieldError>,
    /// What stands before each path.
    at: String,
}

impl Problems {
    /// Of a part: paths begin with `at` and a dot.
    pub(super) fn within(at: &str) -> Self {
        Problems { list: Vec::new(), at: format!("{at}.") }
    }
    pub(super) fn done(self) -> Vec<FieldError> {
        self.list
    }
    pub(super) fn add(&mut self, field: impl Display, message: impl Into<String>) {
        self.list.push(FieldError { field: format!("{}{field}", self.at), message: message.into() });
    }
    pub(super) fn extend(&mut self, others: Vec<FieldError>) {
        self.list.extend(others.into_iter().map(|p| FieldError { field: format!("{}{}", self.at, p.field), ..p }));
    }

    pub(super) fn number(&mut self, field: &str, value: u32, range: RangeInclusive<u32>, unit: &str) {
        if !range.contains(&value) {
            self.add(field, format!("{value} is not between {} and {} {unit}", range.start(), range.end()));
        }
    }
    /// A text of one line.
    pub(super) fn line(&mut self, field: impl Display, text: &str, max: usize, needed: bool) {
        if needed && text.trim().is_empty() {
            return self.add(field, "this is needed and empty");
        }
        let length = text.chars().count();
        if length > max {
            self.add(field, format!("{length} characters, at most {max} are accepted"));
        } else if text.chars().any(char::is_control) {
            self.add(field, "a text of one line has no line ends or other control characters");
        }
    }
    /// A text of any number of lines.
    pub(super) fn text(&mut self, field: impl Display, text: &str, max: usize) {
        let length = text.chars().count();
        if length > max {
            self.add(field, format!("{length} characters, at most {max} are accepted"));
        } else if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            self.add(field, "a text has no control characters besides line ends and tabs");
        }
    }
    pub(super) fn count(&mut self, field: impl Display, count: usize, range: RangeInclusive<usize>, what: &str) {
        if !range.contains(&count) {
            self.add(field, format!("{count} {what}, between {} and {} are accepted", range.start(), range.end()));
        }
    }
    /// A password, or a key, that is needed.
    pub(super) fn secret(&mut self, field: impl Display, secret: Option<&Secret>, max: usize) {
        match secret.map(Secret::reveal) {
            None | Some("") => self.add(field, "this is needed; it is never shown, and kept where it is not named"),
            Some(text) if text.chars().count() > max => {
                self.add(field, format!("{} characters, at most {max} are accepted", text.chars().count()))
            }
            Some(_) => {}
        }
    }
    /// Names header fields.
    pub(super) fn headers(&mut self, field: &str, names: &[String]) {
        self.count(field, names.len(), 0..=100, "headers");
        for (i, name) in names.iter().enumerate() {
            let is_name = |b: u8| (33..=126).contains(&b) && b != b':';
            if !(1..=64).contains(&name.len()) || !name.bytes().all(is_name) {
                self.add(format!("{field}[{i}]"), format!("{name:?} is not a header name such as X-Mailer"));
            }
        }
    }
}
