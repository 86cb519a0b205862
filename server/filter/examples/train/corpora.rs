//! Labelled messages from directories.

use filter::classifier::{features, train::Sample};
use message::{Limits, Parsed};
use std::{
    fs,
    path::{Path, PathBuf},
};

pub struct Mail {
    pub path: PathBuf,
    pub corpus: String,
    pub sample: Sample,
    /// None for corpora without headers, of which only the words are used.
    pub parsed: Option<Parsed>,
}

/// Every file under a directory, in the order of names.
pub fn files(dir: &Path, out: &mut Vec<PathBuf>) -> Result<(), String> {
    let failed = |e: std::io::Error| format!("cannot read {}: {e}", dir.display());
    let mut entries: Vec<PathBuf> = fs::read_dir(dir)
        .map_err(failed)?
        .collect::<Result<Vec<_>, _>>()
        .map_err(failed)?
        .into_iter()
        .map(|e| e.path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, out)?;
        } else {
            out.push(path);
        }
    }
    Ok(())
}

pub fn parse(path: &Path) -> Result<Parsed, String> {
    let mut bytes = fs::read(path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
    if bytes.starts_with(b"From ") {
        let end = bytes.iter().position(|b| *b == b'\n').map_or(bytes.len(), |at| at + 1);
        bytes.drain(..end);
    }
    Ok(Parsed::parse(restored(&bytes).into(), &Limits::default()))
}

/// A collector's `[removed]` in place of an address would look like a broken header.
fn restored(bytes: &[u8]) -> Vec<u8> {
    const MARK: &[u8] = b"[removed]";
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.windows(MARK.len()).position(|w| w == MARK) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(b"someone@removed.example");
        rest = &rest[at + MARK.len()..];
    }
    out.extend_from_slice(rest);
    out
}

/// A corpus that kept the subject and a text without the blank line between, and no other header.
fn parse_bare(path: &Path) -> Result<Parsed, String> {
    let mut bytes = fs::read(path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
    let end = bytes.iter().position(|b| *b == b'\n').map_or(bytes.len(), |at| at + 1);
    bytes.splice(end..end, *b"\n");
    Ok(Parsed::parse(bytes.into(), &Limits::default()))
}

/// A message is spam where the nearest directory that says so has `spam` in its name, ham where it has `ham`.
fn label(path: &Path) -> Option<bool> {
    path.ancestors().skip(1).filter_map(|dir| dir.file_name()?.to_str()).find_map(|name| match name {
        name if name.starts_with("spamassassin") || name.starts_with("enron") || name.contains("bounces") => None,
        name if name.contains("spam") => Some(true),
        name if name.contains("ham") => Some(false),
        _ => None,
    })
}

pub fn load(dir: &Path) -> Result<Vec<Mail>, String> {
    let mut paths = Vec::new();
    files(dir, &mut paths)?;
    let mut names: Vec<String> = Vec::new();
    let mut out = Vec::new();
    for path in paths {
        let Ok(inside) = path.strip_prefix(dir) else { continue };
        let Some(corpus) = inside.components().next().and_then(|c| c.as_os_str().to_str()).map(str::to_owned) else {
            continue;
        };
        let Some(spam) = label(&path) else { continue };
        let bare = corpus.contains("preprocessed");
        let parsed = if bare { parse_bare(&path)? } else { parse(&path)? };
        let number = names.iter().position(|n| *n == corpus).unwrap_or_else(|| {
            names.push(corpus.clone());
            names.len() - 1
        });
        let sample =
            Sample { features: features(&parsed), spam, corpus: u8::try_from(number).map_err(|_| "too many corpora")? };
        out.push(Mail { path, corpus, sample, parsed: (!bare).then_some(parsed) });
    }
    if out.is_empty() {
        return Err(format!("no labelled messages under {}", dir.display()));
    }
    Ok(out)
}
