//! Reading a spool beside the process that has it open, and putting messages that were read so into another.
//!
//! All segments are opened at once, before any is read. One that has gone meanwhile means that its messages live in a
//! later segment that may not have been listed yet: then all begins anew. What is open stays readable, so what is read
//! holds every message that was accepted before, and was not finished when its segment was read.

use crate::{
    Entry, Error, Spool,
    body::read_large,
    record::{Kind, Record},
    recover::Replay,
    segment::{Found, Name, scan},
};
use model::MessageId;
use std::{collections::BTreeMap, fs::File, io, os::unix::fs::FileExt, path::Path};

/// How often a spool whose segments go while they are being opened is tried again.
const TRIES: u32 = 20;
/// What an error calls a message that is in no file of a spool.
const PACKED: &str = "a packed message";

/// What a copy found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Copied {
    pub messages: u64,
    /// Unreadable stretches and lost bodies.
    pub damaged: u64,
}

/// A message of a spool that was read.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    pub id: MessageId,
    /// What its user made of it so far.
    pub state: &'a [u8],
    /// Size of its body in bytes.
    pub size: u64,
    /// All of it, as [`Spool::accept_packed`] takes it.
    pub packed: &'a [u8],
}

/// Whether a process has the spool in `dir` open.
///
/// # Errors
/// A lock file that cannot be opened.
pub fn in_use(dir: &Path) -> Result<bool, Error> {
    let path = dir.join("lock");
    match File::options().append(true).open(&path) {
        Ok(file) => match file.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(std::fs::TryLockError::WouldBlock) => Ok(true),
            Err(std::fs::TryLockError::Error(e)) => Err(Error::io("lock", &path, e)),
        },
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(Error::io("open", &path, e)),
    }
}

/// Calls `each` with every message of the spool in `dir`, in the order of arrival. Changes nothing, and takes no lock. A
/// directory that is not there is an empty spool.
pub fn copy<E: From<Error>>(dir: &Path, mut each: impl FnMut(&Message<'_>) -> Result<(), E>) -> Result<Copied, E> {
    let segments = open_all(dir)?;
    let mut replay = Replay::default();
    let mut out = Copied::default();
    for (number, (name, file)) in &segments {
        let path = name.path(dir);
        let len = file.metadata().map_err(|e| Error::io("read", &path, e))?.len();
        let bytes = read_at(file, &path, 0, len)?;
        let mut wrong = None;
        let last = segments.keys().next_back() == Some(number);
        let scanned = scan(&bytes, name.mark, |found| match found {
            // At the end of the last segment is what is being written.
            Found::Bad(range) => out.damaged += u64::from(!(last && range.end == bytes.len())),
            Found::Record { offset, record } => {
                if let Err(error) = replay.apply(&path, *number, offset, record) {
                    wrong.get_or_insert(error);
                }
            }
        });
        scanned.map_err(|version| Error::Newer { file: path, version })?;
        if let Some(error) = wrong {
            return Err(error.into());
        }
    }
    let mut entries: Vec<&Entry> = replay.entries.values().collect();
    entries.sort_unstable_by_key(|entry| entry.id);
    for entry in entries {
        let Some(live) = replay.index.live.get(&entry.id) else { continue };
        let Some((name, file)) = segments.get(&live.at.segment) else { continue };
        let path = name.path(dir);
        let bytes = read_at(file, &path, live.at.offset, live.at.len)?;
        let damaged = || Error::Damaged { id: entry.id, file: path.clone() };
        let record = Record::decode(&bytes).map_err(|_| damaged())?;
        let large = match live.large {
            None => None,
            Some(crc) => {
                let file = dir.join("large").join(entry.id.to_string());
                match read_large(&file, entry.id, live.size, crc) {
                    Ok(body) => Some(body),
                    // Finished since: its file goes right after its end is in the log.
                    Err(_) if !file.exists() => continue,
                    Err(Error::Damaged { .. }) => {
                        out.damaged += 1;
                        continue;
                    }
                    Err(error) => return Err(error.into()),
                }
            }
        };
        let body = large.as_deref().unwrap_or(record.body);
        let packed = pack(entry, record.envelope, body)?;
        each(&Message { id: entry.id, state: &entry.state, size: body.len() as u64, packed: &packed })?;
        out.messages += 1;
    }
    Ok(out)
}

fn open_all(dir: &Path) -> Result<BTreeMap<u64, (Name, File)>, Error> {
    for _ in 0..TRIES {
        let names = match Name::list(dir) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
            names => names.map_err(|e| Error::io("list", dir, e))?,
        };
        let mut out = BTreeMap::new();
        for name in &names {
            let path = name.path(dir);
            match File::open(&path) {
                Ok(file) => drop(out.insert(name.number, (*name, file))),
                Err(e) if e.kind() == io::ErrorKind::NotFound => break,
                Err(e) => return Err(Error::io("open", &path, e)),
            }
        }
        if out.len() == names.len() {
            return Ok(out);
        }
    }
    Err(Error::io("open the segments of", dir, io::Error::other("they go faster than they can be opened")))
}

fn read_at(file: &File, path: &Path, offset: u64, len: u64) -> Result<Vec<u8>, Error> {
    let mut bytes = vec![0; usize::try_from(len).map_err(|_| Error::TooLarge(usize::MAX))?];
    file.read_exact_at(&mut bytes, offset).map_err(|e| Error::io("read", path, e))?;
    Ok(bytes)
}

/// One record with the latest state and the whole body, wherever they lay.
fn pack(entry: &Entry, envelope: &[u8], body: &[u8]) -> Result<Vec<u8>, Error> {
    let size = body.len() as u64;
    let record = Record { kind: Kind::Message, id: entry.id, size, envelope, state: &entry.state, body, body_crc: 0 };
    let mut out = record.head()?;
    out.extend_from_slice(body);
    Ok(out)
}

impl Spool {
    /// Takes a message that [`copy`] has packed, with its state. On stable storage when this returns `Ok`.
    ///
    /// # Errors
    /// As [`Spool::accept`]; bytes that are no packed message, or one of a later version.
    pub async fn accept_packed(&self, packed: &[u8]) -> Result<Entry, Error> {
        let record = Record::decode(packed).map_err(|bad| match bad {
            crate::record::Bad::Newer(version) => Error::Newer { file: PACKED.into(), version },
            crate::record::Bad::Damaged => Error::Damaged { id: MessageId::from_bytes([0; 16]), file: PACKED.into() },
        })?;
        let unreadable = || Error::Envelope { id: record.id, file: PACKED.into() };
        let envelope = crate::envelope::decode(record.envelope).ok_or_else(unreadable)?;
        if record.kind != Kind::Message || envelope.id != record.id {
            return Err(unreadable());
        }
        let mut body = self.body();
        body.write(record.body).await?;
        self.accept(envelope, body, record.state.to_vec()).await
    }
}
