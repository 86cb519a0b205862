//! Names of members, and which of them are safe to make a path of.

use crate::marker::MARKER;
use std::path::{Path, PathBuf};

/// The last member.
pub const MANIFEST: &str = "manifest.json";
/// Files of the data directory, by their place in it.
pub const FILES: &str = "files/";
/// Rows: `database/0004.mailbox/000001.jsonl`, in the order in which they are put in.
pub const DATABASE: &str = "database/";
/// Messages of the spool: `spool/<id>`.
pub const SPOOL: &str = "spool/";
/// The configuration file, for reference.
pub const CONFIGURATION: &str = "postern.toml";

/// What an earlier restore put aside: `replaced-<milliseconds>`.
pub const ASIDE: &str = "replaced-";

pub fn is_aside(below: &Path) -> bool {
    below.to_str().is_some_and(|name| name.starts_with(ASIDE) && !name.contains('/'))
}

/// What is no file of the data directory as far as a backup goes: it is carried in another form, or not at all.
pub fn is_reserved(below: &Path) -> bool {
    let first = below.components().next().map(|c| c.as_os_str().to_string_lossy().into_owned()).unwrap_or_default();
    first == "spool" || first == MARKER || first.starts_with(store::FILE) || first.starts_with(ASIDE)
}

/// The path below the data directory that a name stands for. None for one that could lead elsewhere.
pub fn place(name: &str) -> Option<PathBuf> {
    let below = name.strip_prefix(FILES)?;
    let fine = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', '\0']);
    (below.split('/').all(fine) && !is_reserved(Path::new(below))).then(|| below.into())
}

/// The name of a file of the data directory. None for one that is not UTF-8.
pub fn of_file(below: &Path) -> Option<String> {
    let name = format!("{FILES}{}", below.to_str()?);
    place(&name).map(|_| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_stay_below_the_data_directory_are_places() {
        assert_eq!(place("files/vault/ab/cd"), Some("vault/ab/cd".into()));
        assert_eq!(of_file(Path::new("tls/a b.pem")).as_deref(), Some("files/tls/a b.pem"));
        for bad in [
            "files/../x",
            "files/a/../../x",
            "files//etc/passwd",
            "/etc/passwd",
            "files/",
            "files/a/",
            "files/./a",
            "files/a\0b",
            "vault/ab",
            "../files/a",
            "files/a\\..\\b",
            "",
            "files/spool/1",
            "files/postern.db-wal",
            "files/restore-unfinished",
            "files/replaced-1/a",
        ] {
            assert_eq!(place(bad), None, "{bad:?}");
        }
    }
}
