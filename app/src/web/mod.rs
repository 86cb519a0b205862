//! The wiring of the pages into axum: routes, sessions, forms without script, headers, files.

mod assets;
pub(crate) mod cookie;
mod files;
mod forms;
mod headers;
mod kept;
pub(crate) mod login;
pub(crate) mod look;
mod passwords;
mod router;
mod session;
mod shell;

pub use assets::Assets;
pub use cookie::{clear_session, session_cookie};
pub use forms::{PageFlash, decode, flash_cookie, same_origin};
pub use router::{AppState, router};
pub use session::{CurrentSession, LoggedIn, origin};
pub use shell::shell;

/// The page on which one changes one's own password.
pub const PASSWORD: &str = "/password";

/// Compares two secrets in a time that does not depend on where they differ.
pub fn same_secret(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |differ, (x, y)| differ | (x ^ y)) == 0
}

/// Whether the path is `root` or stands below it.
pub fn below(path: &str, root: &str) -> bool {
    path == root || path.strip_prefix(root).is_some_and(|rest| rest.starts_with('/'))
}

/// A path of our own to go on with; anything else is dropped, so that no link leads away from here.
pub fn own_path(path: &str) -> Option<&str> {
    let own = path.starts_with('/') && !path.starts_with("//") && !path.chars().any(|c| c == '\\' || c.is_control());
    own.then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_our_own_are_gone_on_with() {
        assert_eq!(own_path("/admin/quarantine?q=a"), Some("/admin/quarantine?q=a"));
        for foreign in ["https://evil.test/", "//evil.test", "/\\evil.test", "admin", "", "/a\r\nSet-Cookie: x"] {
            assert_eq!(own_path(foreign), None, "{foreign}");
        }
    }
    #[test]
    fn secrets_are_equal_only_when_they_are() {
        assert!(same_secret("abc", "abc") && !same_secret("abc", "abd") && !same_secret("abc", "ab"));
    }
}
