//! What a start finds in the log. The crate's documentation says it in a paragraph.

use crate::{
    Entry, Error,
    disk::Disk,
    index::{Index, Live, Place, Segment},
    log::{Last, Log},
    record::{Kind, Record},
    segment::{Found, Name, scan},
};
use model::MessageId;
use std::{collections::HashMap, ops::Range, path::Path, sync::Arc};

pub struct Recovered {
    pub index: Index,
    /// In the order of arrival.
    pub entries: Vec<Entry>,
    pub log: Log,
}

pub fn recover(dir: &Path, disk: Arc<dyn Disk>, segment_bytes: u64) -> Result<Recovered, Error> {
    let names = Name::list(dir).map_err(|e| Error::io("list", dir, e))?;
    let mut replay = Replay::default();
    let mut last = None;
    for (i, name) in names.iter().enumerate() {
        let path = name.path(dir);
        let bytes = std::fs::read(&path).map_err(|e| Error::io("read", &path, e))?;
        let segment = Segment { name: *name, len: bytes.len() as u64, live: 0, damaged: false };
        replay.index.segments.insert(name.number, segment);
        let mut bad = Vec::new();
        let mut wrong = None;
        let scanned = scan(&bytes, name.mark, |found| match found {
            Found::Bad(range) => bad.push(range),
            Found::Record { offset, record } => {
                if let Err(error) = replay.apply(&path, name.number, offset, record) {
                    wrong.get_or_insert(error);
                }
            }
        });
        scanned.map_err(|version| Error::Newer { file: path.clone(), version })?;
        if let Some(error) = wrong {
            return Err(error);
        }
        let mut good = bytes.len();
        if i + 1 == names.len() {
            if let Some(torn) = bad.pop_if(|range| range.end == bytes.len()) {
                tracing::info!(segment = %path.display(), from = torn.start, bytes = torn.len(), "cut off a write that was never acknowledged");
                good = torn.start;
            }
            last = Some((*name, good as u64));
        }
        replay.damaged(name.number, &path, &bad);
    }
    // From here on the spool is changed.
    let next_number = names.last().map_or(1, |name| name.number + 1);
    let mut log = Log { dir: dir.to_owned(), disk, segment_bytes, next_number, last: None };
    if let Some((name, len)) = last {
        let path = name.path(dir);
        let file = log.disk.open(&path).map_err(|e| Error::io("open", &path, e))?;
        file.set_len(len).map_err(|e| Error::io("shorten", &path, e))?;
        file.sync_data().map_err(|e| Error::io("sync", &path, e))?;
        if let Some(segment) = replay.index.segments.get_mut(&name.number) {
            segment.len = len;
        }
        log.last = Some(Last { name, file, len, synced: len });
    }
    replay.large_files(&dir.join("large"))?;
    let mut entries: Vec<Entry> = replay.entries.into_values().collect();
    entries.sort_unstable_by_key(|entry| entry.id);
    Ok(Recovered { index: replay.index, entries, log })
}

/// What the records that were read so far come to.
#[derive(Default)]
pub struct Replay {
    pub index: Index,
    pub entries: HashMap<MessageId, Entry>,
}

impl Replay {
    pub fn apply(&mut self, path: &Path, segment: u64, offset: usize, record: Record<'_>) -> Result<(), Error> {
        let id = record.id;
        let place = Place { segment, offset: offset as u64, len: record.len() as u64 };
        match record.kind {
            Kind::Message | Kind::Large => {
                let envelope = crate::envelope::decode(record.envelope)
                    .ok_or_else(|| Error::Envelope { id, file: path.to_owned() })?;
                let large = (record.kind == Kind::Large).then_some(record.body_crc);
                self.index.put(id, Live { at: place, state: None, size: record.size, large });
                let state = record.state.to_vec();
                self.entries.insert(id, Entry { id, envelope: Arc::new(envelope), state, size: record.size });
            }
            Kind::State => {
                // None: the message was finished and its own segment has gone already; its end follows.
                if let Some(entry) = self.entries.get_mut(&id) {
                    entry.state = record.state.to_vec();
                    self.index.set_state(id, place);
                }
            }
            Kind::Done => {
                self.index.remove(id);
                self.entries.remove(&id);
            }
        }
        Ok(())
    }

    fn damaged(&mut self, number: u64, path: &Path, bad: &[Range<usize>]) {
        for range in bad {
            tracing::error!(segment = %path.display(), from = range.start, bytes = range.len(), "skipped a damaged stretch of the spool");
            self.index.damaged += 1;
        }
        if let Some(segment) = self.index.segments.get_mut(&number) {
            segment.damaged |= !bad.is_empty();
        }
    }

    /// Deletes what no message owns; gives up messages whose file is not there in full.
    fn large_files(&mut self, dir: &Path) -> Result<(), Error> {
        let mut there = HashMap::new();
        for file in std::fs::read_dir(dir).map_err(|e| Error::io("list", dir, e))? {
            let file = file.map_err(|e| Error::io("list", dir, e))?;
            let owner = file.file_name().to_str().and_then(|name| name.parse::<MessageId>().ok());
            let owner = owner.filter(|id| self.index.live.get(id).is_some_and(|live| live.large.is_some()));
            match owner {
                Some(id) => {
                    there.insert(id, file.metadata().map_err(|e| Error::io("read", &file.path(), e))?.len());
                }
                None => std::fs::remove_file(file.path()).map_err(|e| Error::io("remove", &file.path(), e))?,
            }
        }
        let large = self.index.live.iter().filter(|(_, live)| live.large.is_some());
        let lost: Vec<MessageId> =
            large.filter(|(id, live)| there.get(id) != Some(&live.size)).map(|(id, _)| *id).collect();
        for id in lost {
            self.index.remove(id);
            self.index.damaged += 1;
            if let Some(entry) = self.entries.remove(&id) {
                tracing::error!(%id, return_path = ?entry.envelope.return_path, recipients = entry.envelope.recipients.len(), "the body of a message is lost");
            }
        }
        Ok(())
    }
}
