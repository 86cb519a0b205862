//! What one check found.

use serde::Serialize;
use std::fmt::{self, Display};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    Ok,
    Warn,
    Fail,
}

#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    pub check: &'static str,
    pub level: Level,
    pub what: String,
    /// What to do; empty where all is well.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub advice: String,
}

impl Finding {
    fn new(check: &'static str, level: Level, what: impl Display, advice: impl Display) -> Finding {
        // A line a check, whatever an error's text has in it.
        Finding { check, level, what: what.to_string().replace('\n', " "), advice: advice.to_string() }
    }
    pub fn ok(check: &'static str, what: impl Display) -> Finding {
        Finding::new(check, Level::Ok, what, "")
    }
    pub fn warn(check: &'static str, what: impl Display, advice: impl Display) -> Finding {
        Finding::new(check, Level::Warn, what, advice)
    }
    pub fn fail(check: &'static str, what: impl Display, advice: impl Display) -> Finding {
        Finding::new(check, Level::Fail, what, advice)
    }
}

impl Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Ok => "OK  ",
            Level::Warn => "WARN",
            Level::Fail => "FAIL",
        };
        write!(f, "{level} {}: {}", self.check, self.what)?;
        if self.advice.is_empty() { Ok(()) } else { write!(f, " -> {}", self.advice) }
    }
}
