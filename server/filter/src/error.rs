//! What can go wrong while the filter's knowledge is loaded. Looking at a message never fails.

use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule file is wrong at this place.
    #[error("{file}, line {line}: expected {expected}, found {found}")]
    Rule { file: String, line: u32, expected: String, found: String },
    #[error("cannot read {path}: {source}", path = .path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("cannot write {path}: {source}", path = .path.display())]
    Write { path: PathBuf, source: std::io::Error },
    /// The literals of all rules together could not be compiled.
    #[error("cannot compile the rules: {0}")]
    Compile(String),
    /// A classifier's model is not one that this version understands.
    #[error("the classifier's model {name} is unusable: {reason}")]
    Model { name: String, reason: String },
}
