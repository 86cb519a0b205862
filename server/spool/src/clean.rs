//! Giving back the disk: segments leave from the front of the log.

use crate::{
    Error,
    index::Place,
    record::{Kind, Record},
    writer::{Writer, put},
};
use model::MessageId;
use std::time::{Duration, Instant};

/// Most that is moved between two commits, in bytes, so that nobody waits long for it.
const SLICE: u64 = 2 << 20;
/// Below this many segments a log is not worth thinning.
const FEW: usize = 4;
const REST: Duration = Duration::from_secs(10);

impl Writer {
    /// Does one step of cleaning. True: there is more to do at once.
    pub(crate) fn clean(&mut self) -> bool {
        if self.clean_after.is_some_and(|at| Instant::now() < at) {
            return false;
        }
        self.clean_after = None;
        match self.clean_step() {
            Ok(more) => more,
            Err(error) => {
                tracing::warn!(%error, "cleaning of the spool rests");
                self.clean_after = Some(Instant::now() + REST);
                false
            }
        }
    }

    fn clean_step(&mut self) -> Result<bool, Error> {
        let last = self.log.last.as_ref().map(|last| last.name.number);
        let (first, dead, thin) = {
            let index = self.core.index.lock();
            let Some((number, first)) = index.segments.iter().next() else {
                return Ok(false);
            };
            if Some(*number) == last {
                return Ok(false);
            }
            let live: u64 = index.segments.values().map(|s| s.live).sum();
            let len: u64 = index.segments.values().map(|s| s.len).sum();
            let thin = first.live * 4 < first.len || index.segments.len() > FEW && live * 2 < len;
            (*number, first.live == 0, thin)
        };
        if dead {
            self.moving.clear();
            self.remove_first(first)?;
            return Ok(true);
        }
        if self.moving.is_empty() {
            if !thin {
                return Ok(false);
            }
            let index = self.core.index.lock();
            self.moving.extend(index.live.iter().filter(|(_, live)| live.at.segment == first).map(|(id, _)| *id));
        }
        self.move_some(first)?;
        Ok(true)
    }

    fn remove_first(&mut self, number: u64) -> Result<(), Error> {
        let mut index = self.core.index.lock();
        let Some(segment) = index.segments.get(&number) else {
            return Ok(());
        };
        let path = segment.name.path(&self.core.dir);
        let aside = segment.damaged.then(|| segment.name.path(&self.core.dir.join("damaged")));
        drop(index);
        self.core.disk.remove(&path, aside.as_deref()).map_err(|e| Error::io("remove", &path, e))?;
        index = self.core.index.lock();
        index.segments.remove(&number);
        Ok(())
    }

    /// Appends some of the first segment's live messages anew, each with its latest state.
    fn move_some(&mut self, first: u64) -> Result<(), Error> {
        let mut records = Vec::new();
        let mut bytes = 0;
        while bytes < SLICE {
            let Some(id) = self.moving.pop() else { break };
            let Some(live) = self.core.index.lock().live.get(&id).copied() else {
                continue;
            };
            if live.at.segment != first {
                continue;
            }
            match self.record_anew(id) {
                Ok((head, body)) => {
                    bytes += (head.len() + body.len()) as u64;
                    records.push((id, head, body));
                }
                Err(error @ Error::Damaged { .. }) => self.give_up(id, first, &error),
                Err(error) => return Err(error),
            }
        }
        if records.is_empty() {
            return Ok(());
        }
        let last = self.log.room_for(bytes as usize)?;
        let (name, start) = (last.name, last.len);
        let mut batch = Vec::with_capacity(bytes as usize);
        let mut places = Vec::with_capacity(records.len());
        for (id, head, body) in records {
            let place = Place {
                segment: name.number,
                offset: start + batch.len() as u64,
                len: (head.len() + body.len()) as u64,
            };
            put(&mut batch, name, &head, &body);
            places.push((id, place));
        }
        self.log.append(&batch, true)?;
        metrics::counter!("postern_spool_moved_bytes_total").increment(bytes);
        self.wrote(name, start + batch.len() as u64);
        let mut index = self.core.index.lock();
        for (id, place) in places {
            index.moved(id, place);
        }
        Ok(())
    }

    fn record_anew(&self, id: MessageId) -> Result<(Vec<u8>, bytes::Bytes), Error> {
        let live = self.core.index.lock().live.get(&id).copied().ok_or(Error::Unknown(id))?;
        let (bytes, body) = self.core.read_record(id, &live)?;
        let damaged = |segment| Error::Damaged { id, file: self.core.segment_path(segment) };
        let record = Record::decode(&bytes).map_err(|_| damaged(live.at.segment))?;
        let newer = live.state.map(|place| self.core.read_place(place).map(|bytes| (bytes, place))).transpose()?;
        let state = match &newer {
            None => record.state,
            Some((bytes, place)) => match Record::decode(bytes) {
                Ok(state) if state.kind == Kind::State && state.id == id => state.state,
                _ => return Err(damaged(place.segment)),
            },
        };
        let head = Record { state, ..record }.head()?;
        Ok((head, bytes.slice(body)))
    }

    /// The record rotted where it lay. Its segment is put aside for a rescue by hand.
    fn give_up(&mut self, id: MessageId, segment: u64, error: &Error) {
        tracing::error!(%id, %error, "a message in the spool is lost");
        let mut index = self.core.index.lock();
        index.remove(id);
        index.damaged += 1;
        if let Some(segment) = index.segments.get_mut(&segment) {
            segment.damaged = true;
        }
    }
}
