//! The one thread that appends to the log.

use crate::{
    Error,
    command::{Accept, Accepted, Command, Effect, Reply},
    index::{Live, Place, Segment},
    log::Log,
    segment::Name,
    spool::Core,
};
use model::MessageId;
use std::{
    collections::HashSet,
    fs::File,
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};
use tokio::sync::oneshot;

/// Most that is written at once, in bytes; more waits for the next round.
const BATCH_BYTES: usize = 8 << 20;
/// How long ends of messages wait for space before the log is tried again.
const AGAIN: Duration = Duration::from_secs(1);

pub struct Writer {
    pub(crate) core: Arc<Core>,
    pub(crate) log: Log,
    commands: mpsc::Receiver<Command>,
    /// Ends that found the disk full: true already, and due in the log.
    owed: Vec<u8>,
    /// Cleaning rests until then, after an error.
    pub(crate) clean_after: Option<Instant>,
    /// Messages that are being moved out of the first segment.
    pub(crate) moving: Vec<MessageId>,
    _lock: File,
}

/// Commands that go to the log together.
#[derive(Default)]
struct Batch {
    bytes: Vec<u8>,
    sync: bool,
    done: Vec<(Effect, Waiting)>,
    accepted: HashSet<MessageId>,
}

/// Who is told when the batch is in the log.
enum Waiting {
    Accept(Box<(Accepted, Reply<Accepted>, Option<crate::body::Owned>)>),
    Update(Reply),
    Finish { head: Vec<u8>, reply: Option<Reply> },
}

impl Writer {
    pub fn new(core: Arc<Core>, log: Log, commands: mpsc::Receiver<Command>, lock: File) -> Self {
        Writer { core, log, commands, owed: Vec::new(), clean_after: None, moving: Vec::new(), _lock: lock }
    }

    pub fn run(mut self) {
        let mut closing = None;
        while closing.is_none() {
            let more_to_clean = self.clean();
            let first = if more_to_clean {
                match self.commands.try_recv() {
                    Err(mpsc::TryRecvError::Disconnected) => break,
                    other => other.ok(),
                }
            } else if self.owed.is_empty() {
                match self.commands.recv() {
                    Ok(command) => Some(command),
                    Err(mpsc::RecvError) => break,
                }
            } else {
                match self.commands.recv_timeout(AGAIN) {
                    Err(mpsc::RecvTimeoutError::Disconnected) => break,
                    other => other.ok(),
                }
            };
            self.pay();
            closing = first.and_then(|first| self.round(first));
        }
        let mut closing = Vec::from_iter(closing);
        // What was sent meanwhile, messages that nobody waits for any more among it.
        while let Ok(command) = self.commands.try_recv() {
            closing.extend(self.round(command));
        }
        self.pay();
        if let Some(last) = &self.log.last
            && last.synced < last.len
            && let Err(error) = last.file.sync_data()
        {
            tracing::error!(%error, dir = %self.core.dir.display(), "cannot sync the spool at its end");
        }
        drop(self); // releases the directory before the one who waits for it is told
        for closing in closing {
            let _ = closing.send(());
        }
    }

    /// Takes all that waits and commits it. Some: it was told to close.
    fn round(&mut self, first: Command) -> Option<oneshot::Sender<()>> {
        let mut gathered = Vec::new();
        let mut bytes = 0;
        let mut next = Some(first);
        let mut closing = None;
        while let Some(command) = next {
            bytes += command.len();
            match command {
                Command::Close { reply } => {
                    closing = Some(reply);
                    break;
                }
                command => gathered.push(command),
            }
            next = if bytes < BATCH_BYTES { self.commands.try_recv().ok() } else { None };
        }
        if !gathered.is_empty() {
            self.commit(gathered, bytes);
        }
        closing
    }

    fn commit(&mut self, commands: Vec<Command>, bytes: usize) {
        let start = match self.log.room_for(bytes) {
            Ok(last) => (last.name, last.len),
            Err(error) => {
                return self.refuse(commands.into_iter().filter_map(|c| refused(c, &error)).collect(), &error);
            }
        };
        let mut batch = Batch { bytes: Vec::with_capacity(bytes), ..Batch::default() };
        for command in commands {
            self.add(&mut batch, start, command);
        }
        if batch.done.is_empty() {
            return;
        }
        let began = Instant::now();
        match self.log.append(&batch.bytes, batch.sync) {
            Ok(()) => {
                metrics::histogram!("postern_spool_commit_seconds").record(began.elapsed().as_secs_f64());
                metrics::histogram!("postern_spool_commit_records").record(batch.done.len() as f64);
                self.apply(start, batch);
            }
            Err(error) => {
                let ends = batch.done.into_iter().filter_map(|(effect, waiting)| match (effect, waiting) {
                    (Effect::Remove { id }, Waiting::Finish { head, reply }) => Some((id, head, reply)),
                    (_, Waiting::Finish { .. }) => None,
                    (_, Waiting::Update(reply)) => {
                        let _ = reply.send(Err(error.clone()));
                        None
                    }
                    (_, Waiting::Accept(accept)) => {
                        let _ = accept.1.send(Err(error.clone()));
                        None
                    }
                });
                let ends = ends.collect();
                self.refuse(ends, &error);
            }
        }
    }

    /// Adds a command to the batch, or answers it at once where it makes no sense.
    fn add(&self, batch: &mut Batch, (name, start): (Name, u64), command: Command) {
        let offset = start + batch.bytes.len() as u64;
        let len = command.len() as u64;
        let place = Place { segment: name.number, offset, len };
        let live = |id| self.core.index.lock().live.get(&id).copied();
        match command {
            Command::Accept(accept) => {
                let Accept { id, head, body, large, size, crc, accepted, reply } = *accept;
                if live(id).is_some() || !batch.accepted.insert(id) {
                    // Its file, if it has one, has taken the place of the other's by now: keep it.
                    large.into_iter().for_each(crate::body::Owned::keep);
                    let _ = reply.send(Err(Error::Exists(id)));
                    return;
                }
                put(&mut batch.bytes, name, &head, &body);
                batch.sync = true;
                let live = Live { at: place, state: None, size, large: crc };
                batch.done.push((Effect::Put { id, live, body }, Waiting::Accept(Box::new((accepted, reply, large)))));
            }
            Command::Update { id, head, sync, reply } => {
                if live(id).is_none() {
                    let _ = reply.send(Err(Error::Unknown(id)));
                    return;
                }
                put(&mut batch.bytes, name, &head, &[]);
                batch.sync |= sync;
                batch.done.push((Effect::State { id, place }, Waiting::Update(reply)));
            }
            Command::Finish { id, head, reply } => {
                let Some(live) = live(id) else {
                    reply.map(|reply| reply.send(Err(Error::Unknown(id))));
                    return;
                };
                put(&mut batch.bytes, name, &head, &[]);
                // A large body is deleted right after; its message's end must not be lost then.
                batch.sync |= live.large.is_some();
                batch.done.push((Effect::Remove { id }, Waiting::Finish { head, reply }));
            }
            Command::Close { .. } => {}
        }
    }

    /// The batch is in the log: make it true, then say so.
    fn apply(&mut self, (name, start): (Name, u64), batch: Batch) {
        let mut large = Vec::new();
        let mut said: Vec<Box<dyn FnOnce()>> = Vec::with_capacity(batch.done.len());
        self.wrote(name, start + batch.bytes.len() as u64);
        {
            let mut index = self.core.index.lock();
            for (effect, waiting) in batch.done {
                let result = match effect {
                    Effect::Put { id, live, body } => {
                        index.put(id, live);
                        self.core.remember(&mut index, id, body);
                        Ok(())
                    }
                    Effect::State { id, place } => match index.set_state(id, place) {
                        true => Ok(()),
                        false => Err(Error::Unknown(id)),
                    },
                    Effect::Remove { id } => match index.remove(id) {
                        Some(live) => {
                            large.extend(live.large.map(|_| id));
                            Ok(())
                        }
                        None => Err(Error::Unknown(id)),
                    },
                };
                said.push(Box::new(move || waiting.tell(result)));
            }
            metrics::gauge!("postern_spool_messages").set(index.live.len() as f64);
        }
        said.into_iter().for_each(|tell| tell());
        for id in large {
            self.remove_large(id);
        }
    }

    /// The disk did not take these ends. They are true nevertheless, and space comes from them: they wait in memory.
    fn refuse(&mut self, ends: Vec<(MessageId, Vec<u8>, Option<Reply>)>, error: &Error) {
        tracing::error!(%error, "the spool cannot write");
        metrics::counter!("postern_spool_write_errors_total").increment(1);
        for (id, head, reply) in ends {
            let result = match self.core.index.lock().remove(id) {
                Some(_) => Ok(()),
                None => Err(Error::Unknown(id)),
            };
            if result.is_ok() {
                self.owed.extend_from_slice(&head);
            }
            reply.map(|reply| reply.send(result));
        }
    }

    /// Tries to write the ends that are due.
    fn pay(&mut self) {
        if self.owed.is_empty() {
            return;
        }
        let owed = std::mem::take(&mut self.owed);
        let paid = self.log.room_for(owed.len()).map(|last| (last.name, last.len)).and_then(|(name, start)| {
            let mut bytes = Vec::with_capacity(owed.len());
            for head in owed.chunks(crate::record::HEADER) {
                put(&mut bytes, name, head, &[]);
            }
            self.log.append(&bytes, true).map(|()| (name, start + bytes.len() as u64))
        });
        match paid {
            Ok((name, len)) => {
                self.wrote(name, len);
                for head in owed.chunks(crate::record::HEADER) {
                    if let Ok(record) = crate::record::Record::decode(head)
                        && self.core.large_path(record.id).exists()
                    {
                        self.remove_large(record.id);
                    }
                }
            }
            Err(_) => self.owed = owed,
        }
    }

    /// The last segment has grown.
    pub(crate) fn wrote(&self, name: Name, len: u64) {
        let mut index = self.core.index.lock();
        index.segments.entry(name.number).or_insert(Segment { name, len: 0, live: 0, damaged: false }).len = len;
    }

    pub(crate) fn remove_large(&self, id: MessageId) {
        let path = self.core.large_path(id);
        if let Err(error) = std::fs::remove_file(&path) {
            tracing::warn!(file = %path.display(), %error, "cannot remove the body of a finished message");
        }
    }
}

impl Waiting {
    fn tell(self, result: Result<(), Error>) {
        match self {
            Waiting::Accept(accept) => {
                let (mut accepted, reply, large) = *accept;
                large.into_iter().for_each(crate::body::Owned::keep);
                accepted.now_durable();
                metrics::counter!("postern_spool_accepted_total").increment(1);
                let _ = reply.send(result.map(|()| accepted));
            }
            Waiting::Update(reply) => drop(reply.send(result)),
            Waiting::Finish { reply, .. } => drop(reply.map(|reply| reply.send(result))),
        }
    }
}

/// Answers a command that the log has no room for; an end comes back.
fn refused(command: Command, error: &Error) -> Option<(MessageId, Vec<u8>, Option<Reply>)> {
    match command {
        Command::Accept(accept) => drop(accept.reply.send(Err(error.clone()))),
        Command::Update { reply, .. } => drop(reply.send(Err(error.clone()))),
        Command::Finish { id, head, reply } => return Some((id, head, reply)),
        Command::Close { .. } => {}
    }
    None
}

/// A record, with the mark of the segment that it goes to.
pub fn put(bytes: &mut Vec<u8>, name: Name, head: &[u8], body: &[u8]) {
    bytes.extend_from_slice(&name.mark);
    bytes.extend_from_slice(&head[name.mark.len()..]);
    bytes.extend_from_slice(body);
}
