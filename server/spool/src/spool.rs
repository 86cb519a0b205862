//! The spool as its users see it.

use crate::{
    BodyWriter, Error,
    body::{Sealed, blocking, read_large},
    command::{Accept, Accepted, Command},
    disk::{Disk, Real},
    index::{Index, Live, RECENT_BYTES},
    record::{Kind, Record},
    recover::{Recovered, recover},
    space::Space,
    writer::Writer,
};
use bytes::Bytes;
use model::{Envelope, MessageId};
use parking_lot::Mutex;
use std::{
    fs::File,
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    time::Duration,
};
use tokio::sync::oneshot;

/// What an operator may tune.
#[derive(Debug, Clone)]
pub struct Options {
    /// A new segment is begun when one would grow beyond this, in bytes.
    pub segment_bytes: u64,
    /// Bodies above this many bytes go to a file of their own as they arrive; others wait in memory.
    pub memory_body: usize,
    /// Below this much free space on the disk, in bytes, nothing more is accepted.
    pub min_free_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options { segment_bytes: 64 << 20, memory_body: 1 << 20, min_free_bytes: 256 << 20 }
    }
}

/// A message in the spool.
#[derive(Debug, Clone)]
pub struct Entry {
    pub id: MessageId,
    pub envelope: Arc<Envelope>,
    /// What its user made of it so far; empty: it waits for the filter.
    pub state: Vec<u8>,
    /// Size of its body in bytes.
    pub size: u64,
}

/// Figures for the status page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    pub messages: u64,
    /// Sum of the bodies' sizes.
    pub bytes: u64,
    pub segments: u64,
    /// Size of the log, what is finished in it included; large bodies not.
    pub log_bytes: u64,
    pub free_bytes: u64,
    /// Unreadable stretches of the log and lost bodies, since the start and found at the start. More than 0
    /// means a failing disk, or a power cut in the midst of a write; the error log tells where.
    pub damaged: u64,
}

/// Accepted mail on disk. Cheap to clone.
#[derive(Clone)]
pub struct Spool {
    core: Arc<Core>,
    commands: mpsc::Sender<Command>,
}

/// What the users' side and the writing thread share.
pub struct Core {
    pub dir: PathBuf,
    pub options: Options,
    pub disk: Arc<dyn Disk>,
    pub index: Mutex<Index>,
    pub space: Space,
}

impl Core {
    pub fn large_dir(&self) -> PathBuf {
        self.dir.join("large")
    }

    pub fn large_path(&self, id: MessageId) -> PathBuf {
        self.large_dir().join(id.to_string())
    }

    pub fn check_space(&self) -> Result<(), Error> {
        self.space.check(&*self.disk, &self.dir, self.options.min_free_bytes)
    }

    pub fn random(&self) -> u128 {
        random()
    }
}

/// Random bits for names and marks.
pub fn random() -> u128 {
    let mut bytes = [0; 16];
    // Fails only on systems without a random source; the names need to be unlikely, the clock will do there.
    if getrandom::fill(&mut bytes).is_err() {
        bytes =
            (model::Timestamp::now().0 as u128).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835).to_le_bytes();
    }
    u128::from_le_bytes(bytes)
}

impl Spool {
    /// Opens the spool in `dir` (made if missing) and recovers what is in it: entries in the order of arrival.
    /// Waits up to a second for a process that is just leaving, then fails with [`Error::Locked`].
    pub fn open(dir: &Path, options: Options) -> Result<(Spool, Vec<Entry>), Error> {
        Spool::open_on(Arc::new(Real), dir, options)
    }

    pub(crate) fn open_on(disk: Arc<dyn Disk>, dir: &Path, options: Options) -> Result<(Spool, Vec<Entry>), Error> {
        for needed in [dir.to_owned(), dir.join("large"), dir.join("damaged")] {
            std::fs::create_dir_all(&needed).map_err(|e| Error::io("create", &needed, e))?;
            crate::disk::sync_parent(&needed).map_err(|e| Error::io("sync the directory of", &needed, e))?;
        }
        let lock = lock(dir)?;
        let Recovered { index, entries, log } = recover(dir, disk.clone(), options.segment_bytes)?;
        let core =
            Arc::new(Core { dir: dir.to_owned(), options, disk, index: Mutex::new(index), space: Space::default() });
        let (commands, waiting) = mpsc::channel();
        let writer = Writer::new(core.clone(), log, waiting, lock);
        std::thread::Builder::new()
            .name("spool".into())
            .spawn(move || writer.run())
            .map_err(|e| Error::io("start the writing thread for", dir, e))?;
        Ok((Spool { core, commands }, entries))
    }

    /// Begins a body.
    pub fn body(&self) -> BodyWriter {
        BodyWriter::new(self.core.clone())
    }

    /// Takes a message. It is on stable storage when this returns `Ok`; after an error nothing of it stays. When
    /// the future is dropped before, the message is taken out again. The envelope's size is set here.
    pub async fn accept(&self, mut envelope: Envelope, body: BodyWriter, state: Vec<u8>) -> Result<Entry, Error> {
        self.core.check_space()?;
        let id = envelope.id;
        if self.core.index.lock().live.contains_key(&id) {
            return Err(Error::Exists(id));
        }
        envelope.size = body.len();
        let size = envelope.size;
        let encoded = postcard::to_allocvec(&envelope)
            .map_err(|e| Error::io("encode the envelope for", &self.core.dir, io::Error::other(e)))?;
        let (kind, body, large, crc) = match body.seal(id).await? {
            Sealed::Memory(body) => (Kind::Message, body, None, None),
            Sealed::Large { file, crc } => (Kind::Large, Bytes::new(), Some(file), Some(crc)),
        };
        let record =
            Record { kind, id, size, envelope: &encoded, state: &state, body: &body, body_crc: crc.unwrap_or(0) };
        let head = record.head()?;
        let (reply, answer) = oneshot::channel();
        let accepted = Accepted::new(id, self.commands.clone());
        self.send(Command::Accept(Box::new(Accept { id, head, body, large, size, crc, accepted, reply })))?;
        answer.await.map_err(|_| Error::Closed)??.received();
        Ok(Entry { id, envelope: Arc::new(envelope), state, size })
    }

    /// Replaces the message's state. The new one is on stable storage when this returns `Ok`.
    pub async fn update(&self, id: MessageId, state: Vec<u8>) -> Result<(), Error> {
        self.set_state(id, state, true).await
    }

    /// As [`Spool::update`], but a power cut in the next seconds may bring the state before back; the end of the
    /// process cannot. For what is worth knowing soon rather than surely.
    pub async fn note(&self, id: MessageId, state: Vec<u8>) -> Result<(), Error> {
        self.set_state(id, state, false).await
    }

    async fn set_state(&self, id: MessageId, state: Vec<u8>, sync: bool) -> Result<(), Error> {
        let head = Record::state(id, &state).head()?;
        let (reply, answer) = oneshot::channel();
        self.send(Command::Update { id, head, sync, reply })?;
        answer.await.map_err(|_| Error::Closed)?
    }

    /// Takes the message out: it is delivered, held elsewhere, or dropped. Returns when that is in the log; a power
    /// cut in the next seconds may bring the message back. On a full disk it returns at once, and the log
    /// gets it when there is space.
    pub async fn finish(&self, id: MessageId) -> Result<(), Error> {
        let head = Record::done(id).head()?;
        let (reply, answer) = oneshot::channel();
        self.send(Command::Finish { id, head, reply: Some(reply) })?;
        answer.await.map_err(|_| Error::Closed)?
    }

    /// The message's body, checked against its checksum; recent small ones come from memory.
    pub async fn read(&self, id: MessageId) -> Result<Bytes, Error> {
        if let Some(body) = self.core.index.lock().recent.get(id) {
            return Ok(body);
        }
        let core = self.core.clone();
        blocking(move || core.read(id)).await
    }

    pub fn stats(&self) -> Stats {
        let free_bytes = self.core.space.free(&*self.core.disk, &self.core.dir);
        let index = self.core.index.lock();
        Stats {
            messages: index.live.len() as u64,
            bytes: index.bytes,
            segments: index.segments.len() as u64,
            log_bytes: index.segments.values().map(|s| s.len).sum(),
            free_bytes,
            damaged: index.damaged,
        }
    }

    /// Writes what is waiting, syncs, and releases the directory. All later calls fail with [`Error::Closed`].
    pub async fn close(&self) {
        let (reply, answer) = oneshot::channel();
        if self.send(Command::Close { reply }).is_ok() {
            let _ = answer.await;
        }
    }

    fn send(&self, command: Command) -> Result<(), Error> {
        self.commands.send(command).map_err(|_| Error::Closed)
    }
}

impl Core {
    fn read(&self, id: MessageId) -> Result<Bytes, Error> {
        let mut tried = None;
        loop {
            let live = self.index.lock().live.get(&id).copied().ok_or(Error::Unknown(id))?;
            let read = match live.large {
                Some(crc) => read_large(&self.large_path(id), id, live.size, crc),
                None => self.read_record(id, &live).map(|(bytes, body)| bytes.slice(body)),
            };
            // The message may have moved to a later segment, or have been finished, since it was looked up.
            match read {
                Err(_) if tried != Some(live.at) => tried = Some(live.at),
                other => return other,
            }
        }
    }

    /// The message's record and where its body is in it.
    pub fn read_record(&self, id: MessageId, live: &Live) -> Result<(Bytes, std::ops::Range<usize>), Error> {
        let bytes = self.read_place(live.at)?;
        let damaged = || Error::Damaged { id, file: self.segment_path(live.at.segment) };
        let record = Record::decode(&bytes).ok().filter(|r| r.id == id).ok_or_else(damaged)?;
        let end = record.len();
        let start = end - record.body.len();
        Ok((bytes.into(), start..end))
    }

    pub fn read_place(&self, place: crate::index::Place) -> Result<Vec<u8>, Error> {
        let path = self.segment_path(place.segment);
        let mut bytes = vec![0; usize::try_from(place.len).map_err(|_| Error::TooLarge(usize::MAX))?];
        File::open(&path)
            .and_then(|file| file.read_exact_at(&mut bytes, place.offset))
            .map_err(|e| Error::io("read", &path, e))?;
        Ok(bytes)
    }

    pub fn segment_path(&self, number: u64) -> PathBuf {
        let index = self.index.lock();
        index.segments.get(&number).map_or_else(|| self.dir.clone(), |segment| segment.name.path(&self.dir))
    }

    pub fn remember(&self, index: &mut Index, id: MessageId, body: Bytes) {
        if !body.is_empty() {
            index.recent.put(id, body, RECENT_BYTES);
        }
    }
}

/// The lock file is never deleted: two processes could then hold two files of that name.
fn lock(dir: &Path) -> Result<File, Error> {
    let path = dir.join("lock");
    let file = File::options().create(true).append(true).open(&path).map_err(|e| Error::io("open", &path, e))?;
    for _ in 0..20 {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(std::fs::TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(50)),
            Err(std::fs::TryLockError::Error(e)) => return Err(Error::io("lock", &path, e)),
        }
    }
    Err(Error::Locked(dir.to_owned()))
}
