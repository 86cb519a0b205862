//! Making an installation of a backup.
//!
//! Everything is verified before anything is changed. Then a marker is set in the data directory, without which no step
//! is taken and with which no server starts; it goes when all is on stable storage. A restore that was stopped is done
//! again from the beginning, over what it left. What was there before is put aside, never deleted, but for a database
//! on a PostgreSQL server.

use crate::create::absolute;
use crate::manifest::Manifest;
use crate::marker::{self, MARKER, Marker};
use crate::queue::{Left, left};
use crate::{Error, Installation, Progress, file, name, rows};
use futures::future::try_join_all;
use model::Timestamp;
use spool::Spool;
use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use store::dump::{self, Existing, Loader};
use store::{Store, Target};
use tokio::sync::mpsc;

#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Also where something is already; it is put aside.
    pub force: bool,
    /// Leave out the messages that were waiting in the spool.
    pub without_queue: bool,
}

#[derive(Debug, Clone)]
pub struct Restored {
    pub manifest: Manifest,
    pub rows: u64,
    /// Messages that wait in the spool again.
    pub queued: u64,
    /// Messages that the spool of the backup has and its database says were delivered.
    pub settled: u64,
    /// Where what was there before is now.
    pub aside: Option<PathBuf>,
}

/// Messages that are put into the spool together, so that they share a sync.
const TOGETHER: usize = 64;
/// Where the configuration of the machine that was backed up goes.
const THEIR_CONFIGURATION: &str = "postern.toml.of-backup";

/// Restores the backup `from`.
pub async fn restore(
    to: &Installation,
    from: &Path,
    options: Options,
    progress: Progress<'_>,
) -> Result<Restored, Error> {
    progress(&format!("verifying {}", from.display()));
    let manifest = file::verify(from)?;
    let place = Place { to, from, options };
    let existing = place.check(&manifest).await?;
    let aside = place.clear_the_way()?;
    progress(&format!("verified; restoring to {}", to.data.display()));

    let store = dump::prepare(&to.database, manifest.schema, existing).await?;
    let rows = place.unpack(&manifest, &store).await?;
    store.close().await;
    progress(&format!("{rows} rows and {} files", place.files(&manifest)));
    let store = Store::connect(&to.database).await?;
    let (mut queued, mut settled) = (0, 0);
    if !options.without_queue {
        (queued, settled) = place.queue(&store).await?;
        progress(&format!("{queued} messages wait in the spool"));
    }
    store.close().await;
    marker::clear(&to.data)?;
    Ok(Restored { manifest, rows, queued, settled, aside: aside.map(|name| to.data.join(name)) })
}

struct Place<'a> {
    to: &'a Installation,
    from: &'a Path,
    options: Options,
}

/// What the thread that reads the file hands to the one that writes rows.
type Piece = (String, Vec<u8>);

impl Place<'_> {
    /// Everything that can be refused, before anything is changed.
    async fn check(&self, manifest: &Manifest) -> Result<Existing, Error> {
        let data = &self.to.data;
        std::fs::create_dir_all(data).map_err(Error::io("create", data))?;
        if spool::in_use(&data.join("spool"))? {
            return Err(Error::Refused(format!("a server runs on {}: stop it first", data.display())));
        }
        let again = marker::read(data)?.is_some();
        let there = self.there()?;
        if !again && !self.options.force && !there.is_empty() {
            return Err(Error::Refused(format!(
                "{} is not empty ({}): restore to an empty directory, or put what is there aside with --force",
                data.display(),
                first_few(&there)
            )));
        }
        let existing = if again || self.options.force { Existing::Replace } else { Existing::Refuse };
        // A database file in the data directory is put aside with the rest.
        let moved = matches!(self.to.database, Target::Sqlite(_)) && existing == Existing::Replace;
        if !moved || manifest.schema > dump::newest() {
            dump::ready(&self.to.database, manifest.schema, existing).await.map_err(|e| match e {
                store::Error::NotEmpty(what) => Error::Refused(format!(
                    "{what} holds something: restore to an empty one, or replace it with --force"
                )),
                other => other.into(),
            })?;
        }
        let needed = file::size_on_disk(manifest);
        let disk = rustix::fs::statvfs(data).map_err(|e| Error::io("ask for free space of", data)(e.into()))?;
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        if free < needed {
            return Err(Error::Refused(format!("{} needs {needed} bytes, {free} are free", data.display())));
        }
        Ok(existing)
    }

    /// What is in the data directory but for the configuration, a marker, and what an earlier restore put aside.
    fn there(&self) -> Result<Vec<PathBuf>, Error> {
        let data = &self.to.data;
        let configuration = self.to.configuration.as_deref().map(absolute);
        let mut out = Vec::new();
        for entry in std::fs::read_dir(data).map_err(Error::io("list", data))? {
            let path = entry.map_err(Error::io("list", data))?.path();
            let below = path.strip_prefix(data).unwrap_or(&path);
            if below != Path::new(MARKER) && !name::is_aside(below) && configuration != Some(absolute(&path)) {
                out.push(path);
            }
        }
        out.sort();
        Ok(out)
    }

    /// Sets the marker, and moves what is there out of the way; what an earlier attempt left is deleted. The name of
    /// the directory that it went to.
    fn clear_the_way(&self) -> Result<Option<String>, Error> {
        let data = &self.to.data;
        let there = self.there()?;
        if let Some(earlier) = marker::read(data)? {
            // Its moves come first: where its directory is there, all that is left was its own work, unless it was
            // stopped among the moves; then those files are moved now.
            let moving = earlier.aside.as_ref().is_some_and(|name| data.join(name).join(MARKER).exists());
            if let (true, Some(name)) = (moving, &earlier.aside) {
                self.put_aside(&there, name)?;
            } else {
                there.iter().try_for_each(|path| remove(path))?;
            }
            return Ok(earlier.aside);
        }
        let aside = (!there.is_empty()).then(|| format!("{}{}", name::ASIDE, Timestamp::now().0));
        if let Some(name) = &aside {
            let path = data.join(name);
            DirBuilder::new().mode(0o700).create(&path).map_err(Error::io("create", &path))?;
            let moving = path.join(MARKER);
            std::fs::write(&moving, b"").map_err(Error::io("write", &moving))?;
        }
        let backup = absolute(self.from);
        marker::set(data, &Marker { backup, aside: aside.clone() })?;
        if let Some(name) = &aside {
            self.put_aside(&there, name)?;
        }
        Ok(aside)
    }

    fn put_aside(&self, there: &[PathBuf], name: &str) -> Result<(), Error> {
        let to = self.to.data.join(name);
        for path in there {
            let Some(file) = path.file_name() else { continue };
            std::fs::rename(path, to.join(file)).map_err(Error::io("put aside", path))?;
        }
        let moving = to.join(MARKER);
        std::fs::remove_file(&moving).map_err(Error::io("remove", &moving))
    }

    fn files(&self, manifest: &Manifest) -> usize {
        manifest.members.iter().filter(|m| m.name.starts_with(name::FILES)).count()
    }

    /// Writes files and rows. How many rows.
    async fn unpack(&self, manifest: &Manifest, store: &Store) -> Result<u64, Error> {
        let mut loader = Loader::begin(store).await?;
        manifest.tables.iter().try_for_each(|table| loader.check(table))?;
        let (send, mut pieces) = mpsc::channel::<Piece>(2);
        let (from, data) = (self.from.to_owned(), self.to.data.clone());
        let configuration = self.to.configuration.as_deref().map(absolute);
        let reading = tokio::task::spawn_blocking(move || {
            file::read(&from, |part| {
                let name = part.name.clone();
                if name.starts_with(name::DATABASE) {
                    let bytes = part.bytes().map_err(Error::io("read", &from))?;
                    // Closed: the other side has an error of its own.
                    return send.blocking_send((name, bytes)).map_err(|_| Error::Refused("stopped".into()));
                }
                let below =
                    if name == name::CONFIGURATION { Some(THEIR_CONFIGURATION.into()) } else { name::place(&name) };
                match below.map(|below| data.join(below)) {
                    Some(path) if configuration != Some(absolute(&path)) => write(&path, part),
                    _ => Ok(()),
                }
            })
        });
        let mut count = 0;
        let mut loaded = Ok(());
        while let Some((name, bytes)) = pieces.recv().await {
            loaded = match rows::table_of(&manifest.tables, &name) {
                Some(table) => rows::load(&mut loader, table, &bytes).await.map(|n| count += n),
                None => Err(Error::broken(self.from, format!("the member {name:?} is of no table"))),
            };
            if loaded.is_err() {
                break;
            }
        }
        drop(pieces);
        let read = reading.await.map_err(|e| Error::Refused(e.to_string()))?;
        loaded.and(read)?;
        loader.sequences(&manifest.sequences).await?;
        loader.finish().await?;
        Ok(count)
    }

    /// Puts the messages that wait into a new spool: how many, and how many were settled already.
    async fn queue(&self, store: &Store) -> Result<(u64, u64), Error> {
        let directory = self.to.data.join("spool");
        let options = spool::Options { min_free_bytes: 0, ..spool::Options::default() };
        let (spool, _) = Spool::open(&directory, options)?;
        let (send, mut messages) = mpsc::channel::<Piece>(TOGETHER);
        let from = self.from.to_owned();
        let reading = tokio::task::spawn_blocking(move || {
            let done = "all messages are read";
            let read = file::read(&from, |part| {
                if !part.name.starts_with(name::SPOOL) {
                    // They are the first in the file.
                    return Err(Error::Refused(done.into()));
                }
                let bytes = part.bytes().map_err(Error::io("read", &from))?;
                send.blocking_send((part.name.clone(), bytes)).map_err(|_| Error::Refused(done.into()))
            });
            match read {
                Err(Error::Refused(why)) if why == done => Ok(()),
                other => other,
            }
        });
        let (mut queued, mut settled) = (0, 0);
        let mut batch = Vec::new();
        let mut c = store.read().await?;
        while messages.recv_many(&mut batch, TOGETHER).await > 0 {
            let entries = try_join_all(batch.iter().map(|(_, bytes)| spool.accept_packed(bytes))).await?;
            for entry in &entries {
                match left(&mut c, entry).await? {
                    Left::All => queued += 1,
                    Left::Less(state) => {
                        spool.update(entry.id, state).await?;
                        queued += 1;
                    }
                    Left::Nothing => {
                        spool.finish(entry.id).await?;
                        settled += 1;
                    }
                }
            }
            batch.clear();
        }
        reading.await.map_err(|e| Error::Refused(e.to_string()))??;
        spool.close().await;
        Ok((queued, settled))
    }
}

fn first_few(paths: &[PathBuf]) -> String {
    let names: Vec<_> = paths.iter().filter_map(|p| p.file_name()).map(|n| n.to_string_lossy()).take(4).collect();
    names.join(", ") + if paths.len() > 4 { ", …" } else { "" }
}

fn remove(path: &Path) -> Result<(), Error> {
    let is_dir = std::fs::symlink_metadata(path).is_ok_and(|m| m.is_dir());
    let removed = if is_dir { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    removed.map_err(Error::io("remove", path))
}

/// A new file; that it is lasting is seen to at the end, for all at once.
fn write(path: &Path, part: &mut file::Part) -> Result<(), Error> {
    if let Some(directory) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(Error::io("create", directory))?;
    }
    let mode = part.mode & 0o777;
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(mode).open(path).map_err(Error::io("create", path))?;
    io::copy(&mut part.content, &mut file).map_err(Error::io("write", path))?;
    Ok(())
}
