//! Named definitions of an account or of the whole system: verifiers (guide chapter 9), content filters (chapter 10) and
//! notifications (chapter 11). What the guide names is here with the guide's words, limits and defaults.
//!
//! Reading one (serde) refuses unknown fields and values of the wrong form; [`Body::problems`] then says everything that
//! is out of its limits or does not fit together.

mod check;
pub mod content_filter;
mod expression;
pub mod notification;
mod posix;
mod secret;
pub mod units;
pub mod verifier;

pub use content_filter::{ContentFilter, Rule as ContentFilterRule};
pub use expression::{COMPILED_MAX as EXPRESSIONS_COMPILED_MAX, Expression, IDENTIFIERS};
pub use notification::Notification;
pub use posix::Pattern;
pub use secret::Secret;
pub use verifier::Verifier;

use crate::FieldError;

/// What all definitions have in common.
pub trait Body: Clone + PartialEq {
    /// Everything that is wrong: the path of the field, and a sentence with what was found and what would be accepted.
    fn problems(&self) -> Vec<FieldError>;

    /// The places of its secrets, by path. A place that belongs to something with a name has the name in its path, so
    /// that it is found again in a list of another order.
    fn secrets(&mut self) -> Vec<(String, &mut Option<Secret>)> {
        Vec::new()
    }

    /// What may be shown: without the secrets.
    fn shown(&self) -> Self {
        let mut out = self.clone();
        out.secrets().into_iter().for_each(|(_, secret)| *secret = None);
        out
    }

    /// The paths of the secrets that are set.
    fn set_secrets(&self) -> Vec<String> {
        let mut copy = self.clone();
        copy.secrets().into_iter().filter(|(_, s)| s.is_some()).map(|(path, _)| path).collect()
    }

    /// Takes the secrets that are not named from what was there before, for they are never shown and so cannot be
    /// written back.
    fn keep_secrets(&mut self, before: &Self) {
        let mut before = before.clone();
        let mut known: Vec<_> = before.secrets().into_iter().map(|(path, s)| (path, s.take())).collect();
        known.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (path, secret) in self.secrets() {
            if secret.is_none()
                && let Ok(at) = known.binary_search_by(|(p, _)| p.cmp(&path))
            {
                *secret = known[at].1.take();
            }
        }
    }
}
