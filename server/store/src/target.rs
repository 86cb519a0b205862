//! Which database the configuration names.

use crate::Error;
use sqlx::postgres::PgConnectOptions;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A database to open.
#[derive(Clone)]
pub enum Target {
    /// The embedded one, in a directory.
    Sqlite(PathBuf),
    Postgres(Box<PgConnectOptions>),
}

/// What `database` may be, for messages.
pub const EXPECTED: &str = "\"sqlite\" or \"postgres://user:password@host:port/database\"";

impl Target {
    /// Reads the configuration's `database`: `sqlite`, or a URL. `data`: the data directory.
    pub fn parse(database: &str, data: &Path) -> Result<Target, Error> {
        let refused = |why: &str| Error::Server(format!("{:?} {why}, expected {EXPECTED}", without_password(database)));
        if database == "sqlite" {
            return Ok(Target::Sqlite(data.to_owned()));
        }
        if !database.starts_with("postgres://") && !database.starts_with("postgresql://") {
            return Err(refused("found"));
        }
        // The parser's own words may quote the URL, so they are not passed on.
        let options = PgConnectOptions::from_str(database).map_err(|_| refused("is not a URL that can be read"))?;
        if options.get_database().is_none_or(str::is_empty) {
            return Err(refused("names no database"));
        }
        Ok(Target::Postgres(Box::new(options)))
    }
}

/// Where it is, without the password.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Sqlite(directory) => write!(f, "{}", directory.join(crate::FILE).display()),
            Target::Postgres(o) => {
                let host = o.get_socket().map_or_else(|| o.get_host().to_owned(), |s| s.display().to_string());
                write!(f, "PostgreSQL {:?} on {host}:{}", o.get_database().unwrap_or_default(), o.get_port())
            }
        }
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The URL with every place where a password may stand made unreadable.
fn without_password(url: &str) -> String {
    let (rest, query) = url.split_once('?').map_or((url, ""), |(r, q)| (r, if q.is_empty() { "" } else { "?…" }));
    let Some((scheme, rest)) = rest.split_once("://") else { return format!("{rest}{query}") };
    // A password may itself hold an @ that somebody forgot to encode.
    match rest.rsplit_once('@') {
        None => format!("{scheme}://{rest}{query}"),
        Some((user, place)) => {
            let user = user.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}:…@{place}{query}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Target, String> {
        Target::parse(text, Path::new("/data")).map_err(|e| e.to_string())
    }

    #[test]
    fn both_databases_are_understood_and_shown_without_the_password() {
        assert_eq!(parse("sqlite").unwrap().to_string(), "/data/postern.db");
        let target = parse("postgres://ann:secret@db.test:5433/postern").unwrap();
        assert_eq!(target.to_string(), "PostgreSQL \"postern\" on db.test:5433");
        assert!(!format!("{target:?}").contains("secret"));
    }

    #[test]
    fn what_cannot_be_names_the_key_and_what_is_expected_but_no_password() {
        for bad in [
            "oracle",
            "postgres://ann:secret@db.test:99999/postern",
            "postgres://ann:secret@db.test",
            "postgres://ann:sec@ret@db.test/postern?sslmode=perhaps",
            "mysql://ann:secret@db.test/x",
            "postgres://db.test/postern?password=secret&sslmode=perhaps",
        ] {
            let error = parse(bad).unwrap_err();
            assert!(error.contains("`database`") && error.contains("sqlite"), "{error}");
            assert!(!error.contains("secret") && !error.contains("ret@"), "{error}");
        }
    }
}
