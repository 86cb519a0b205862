//! Segment files: their names and what they hold.

use crate::record::{Bad, HEADER, Record};
use std::{
    io,
    ops::Range,
    path::{Path, PathBuf},
};

/// Eight random bytes that begin each record of a segment. They are in the name, not in the file, so that they
/// cannot be damaged with it, and so that no sender can know them.
pub type Mark = [u8; 8];

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    pub number: u64,
    pub mark: Mark,
}

impl Name {
    pub fn path(self, dir: &Path) -> PathBuf {
        dir.join(format!("{:08}-{:016x}.seg", self.number, u64::from_be_bytes(self.mark)))
    }

    fn parse(text: &str) -> Option<Self> {
        let (number, mark) = text.strip_suffix(".seg")?.split_once('-')?;
        let mark = u64::from_str_radix(mark, 16).ok().filter(|_| mark.len() == 16)?;
        Some(Name { number: number.parse().ok()?, mark: mark.to_be_bytes() })
    }

    /// The segments in `dir` in the order of the log.
    pub fn list(dir: &Path) -> io::Result<Vec<Name>> {
        let mut names = Vec::new();
        for file in std::fs::read_dir(dir)? {
            names.extend(file?.file_name().to_str().and_then(Name::parse));
        }
        names.sort_unstable();
        Ok(names)
    }
}

#[derive(Debug, PartialEq, Eq)]
pub enum Found<'a> {
    Record {
        offset: usize,
        record: Record<'a>,
    },
    /// Bytes that are no record.
    Bad(Range<usize>),
}

/// Calls `each` for all that a segment holds, in order. An error is the version of a record that is too new.
pub fn scan<'a>(bytes: &'a [u8], mark: Mark, mut each: impl FnMut(Found<'a>)) -> Result<(), u8> {
    let mut at = 0;
    let mut bad_from = 0;
    while at < bytes.len() {
        let here = if bytes[at..].starts_with(&mark) { Record::decode(&bytes[at..]) } else { Err(Bad::Damaged) };
        match here {
            Ok(record) => {
                if bad_from < at {
                    each(Found::Bad(bad_from..at));
                }
                let offset = at;
                at += record.len();
                bad_from = at;
                each(Found::Record { offset, record });
            }
            Err(Bad::Newer(version)) => return Err(version),
            Err(Bad::Damaged) => at = next_mark(bytes, at + 1, mark),
        }
    }
    if bad_from < bytes.len() {
        each(Found::Bad(bad_from..bytes.len()));
    }
    Ok(())
}

fn next_mark(bytes: &[u8], from: usize, mark: Mark) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    if rest.len() < HEADER {
        return bytes.len();
    }
    rest.windows(mark.len()).position(|w| w == mark).map_or(bytes.len(), |found| from + found)
}
