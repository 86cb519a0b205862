//! Passwords that we keep ourselves (guide chapters 3, 6, 8 and 14 "Authentication"): what they must be like, their
//! hashes, how old they may become, and changing one's own.

mod change;
mod hash;
mod link;
mod policy;

pub(crate) use hash::{Hasher, is_hash};
pub use link::PasswordLink;
pub(crate) use policy::Policy;

/// Characters that every policy lies within; see the limits of the settings `password.min_length` and `.max_length`.
pub(crate) const SHORTEST: usize = 8;
pub(crate) const LONGEST: usize = 100;

/// What is wrong with a password whatever the policy; for a look before there is one.
pub(crate) fn never_right(password: &str) -> Option<String> {
    let length = password.chars().count();
    let fits = (SHORTEST..=LONGEST).contains(&length);
    (!fits).then(|| format!("A password never has less than {SHORTEST} or more than {LONGEST} characters."))
}
